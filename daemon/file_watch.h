// Whether a configuration's files have changed, by their names, sizes and times: the daemon's own, the campaigns', and
// the YAML files beside these, among which holiday lists are.
#pragma once

#include <string>

#include "config/daemon_config.h"

namespace dialerd::daemon {

// Another text when a file came, went or was written. Blocking.
std::string files_seen(const config::DaemonConfig& daemon);

}  // namespace dialerd::daemon
