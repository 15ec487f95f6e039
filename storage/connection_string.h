// The connection string that a session connects with: the operator's own, with what dialerd depends on added.
//
// The session settings travel in its `options`. A pooler that hands out server connections by the transaction
// (PgBouncer) cannot pass these on, and drops them if it is told to; then each transaction makes them for itself.
#pragma once

#include <string>

#include "storage/error.h"
#include "storage/session.h"

namespace dialerd::storage {

// Takes both of libpq's forms (key=value and postgresql://) and answers in key=value form. What the operator has set
// (connect_timeout, application_name, target_session_attrs, ...) stays; the session settings are added to his
// `options`. refused: libpq cannot read it.
Result<std::string> connection_string(const SessionSettings& settings);

// Answers 't' or 'f': whether the settings have arrived at the server with the connection.
extern const std::string settings_arrived_sql;
// The same settings for the transaction that has just begun, as its first statement.
std::string transaction_settings_sql(const SessionSettings& settings);

}  // namespace dialerd::storage
