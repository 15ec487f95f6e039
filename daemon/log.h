// The daemon's log: one event at a time, thread-safe.
//
// Where standard error is the journal's (systemd.exec(5), JOURNAL_STREAM), events go to it by its own protocol, with
// fields of their own (systemd.journal-fields(7)): MESSAGE, PRIORITY, and CAMPAIGN, ACCOUNT, ATTEMPT_ID, MESSAGE_ID,
// DIALERD_EVENT where an event has them. Elsewhere one line an event is written to standard error, as text or JSON.
// JSON has the same fields in small letters; text adds at its end what the message itself does not name.
//
// A message may hold whatever somebody said: it is one line of valid UTF-8 in the end, and phone numbers in it are
// masked (text/log_text.h). It never holds a lead's field or a secret: that is up to the caller.
#pragma once

#include <string>

#include "config/daemon_config.h"
#include "daemon/log_messages.h"

namespace dialerd::daemon::log {

// What an event is about; empty: not about one.
struct Fields {
  const Message* message = nullptr;
  std::string campaign = {};
  std::string account = {};
  std::string attempt = {};  // its id
};

// Before other threads are started.
void start(const config::Logging& logging);

void debug(const std::string& message, const Fields& fields = {});
void info(const std::string& message, const Fields& fields = {});
void warning(const std::string& message, const Fields& fields = {});
void error(const std::string& message, const Fields& fields = {});

}  // namespace dialerd::daemon::log
