// Whether the daemon could start on its database, and what the database says of the campaigns.
#pragma once

#include <filesystem>
#include <span>

#include "daemon/online_check/findings.h"

namespace dialerd::daemon::online_check {

// Blocks for as long as the database takes, at most the statement timeout for each question. Reads only.
void check_database(const config::DaemonConfig& daemon, std::span<const config::CampaignConfig> campaigns,
                    Findings& findings);

}  // namespace dialerd::daemon::online_check
