// The daemon's log: standard error, one line an event, as text or JSON. Thread-safe.
//
// A line names attempts, leads and campaigns by their ids. It never holds a phone number, a lead's field or a secret.
#pragma once

#include <string>

#include "config/daemon_config.h"

namespace dialerd::daemon::log {

void start(const config::Logging& logging);

void debug(const std::string& message);
void info(const std::string& message);
void warning(const std::string& message);
void error(const std::string& message);

}  // namespace dialerd::daemon::log
