// `dialerd complete`: the names that the completion scripts offer. It never complains: a person who presses Tab has not
// asked whether the configuration is right.
#include <iostream>

#include "config/load.h"
#include "daemon/commands/commands.h"

namespace dialerd::daemon::commands {

ExitCode complete(const CompleteOptions& options) {
  const auto daemon = config::load_daemon_config(options.config);
  if (!daemon.value) return ExitCode::configuration;
  if (options.names == "accounts") {
    for (const config::Account& account : daemon.value->accounts) std::cout << account.name << '\n';
    return ExitCode::ok;
  }
  for (const std::filesystem::path& file : daemon.value->campaigns) {
    const auto campaign = config::load_campaign_config(file);
    if (campaign.value) std::cout << campaign.value->name << '\n';
  }
  return ExitCode::ok;
}

}  // namespace dialerd::daemon::commands
