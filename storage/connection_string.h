// The connection string that a session connects with: the operator's own, with what dialerd depends on added.
#pragma once

#include <string>

#include "storage/error.h"
#include "storage/session.h"

namespace dialerd::storage {

// Takes both of libpq's forms (key=value and postgresql://) and answers in key=value form. What the operator has set
// (connect_timeout, application_name, target_session_attrs, ...) stays; the session settings are added to his
// `options`. refused: libpq cannot read it.
Result<std::string> connection_string(const SessionSettings& settings);

}  // namespace dialerd::storage
