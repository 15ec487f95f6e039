#pragma once

#include <vector>

#include "config/daemon_config.h"
#include "config/diagnostics.h"
#include "config/document.h"

namespace dialerd::config {

// The `accounts` section: at least one, no two with the same key.
std::vector<Account> read_accounts(const Node& node, Diagnostics& diagnostics);

}  // namespace dialerd::config
