// Everything that a daemon's configuration consists of, read and checked as a whole, without printing anything: for a
// daemon that runs already and goes on with what it has if something is wrong.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "config/campaign_config.h"
#include "config/daemon_config.h"

namespace dialerd::daemon {

struct Configuration {
  config::DaemonConfig daemon;
  std::vector<config::CampaignConfig> campaigns;  // in the order of daemon.campaigns
  std::vector<std::string> api_keys;              // in the order of daemon.accounts
};

struct LoadedConfiguration {
  std::optional<Configuration> value;      // set exactly when there is no fault
  std::vector<std::string> faults;         // all of them, as `dialerd check` words them
  std::vector<std::string> warnings = {};  // likewise; only when there is no fault
};

// Blocking file reads.
LoadedConfiguration load_configuration(const std::filesystem::path& daemon_file);

}  // namespace dialerd::daemon
