// Whether the provider takes each account's key: one listing of at most one call for each account, all at the same
// time. No call is ever placed.
#pragma once

#include "daemon/online_check/findings.h"

namespace dialerd::daemon::online_check {

// Blocks until each account has answered or its deadlines of `http` have passed. Throws std::system_error for a
// shortage of descriptors or memory.
void check_accounts(const config::DaemonConfig& daemon, Findings& findings);

}  // namespace dialerd::daemon::online_check
