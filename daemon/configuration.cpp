#include "daemon/configuration.h"

#include <system_error>
#include <utility>

#include "config/load.h"
#include "config/warnings.h"
#include "daemon/secrets.h"

namespace dialerd::daemon {

namespace {

LoadedConfiguration load(const std::filesystem::path& daemon_file) {
  LoadedConfiguration loaded;
  auto note = [&](const std::vector<config::Diagnostic>& diagnostics) {
    for (const config::Diagnostic& diagnostic : diagnostics) loaded.faults.push_back(to_string(diagnostic));
  };
  auto daemon = config::load_daemon_config(daemon_file);
  note(daemon.diagnostics);
  if (!daemon.value) return loaded;
  Configuration configuration;
  configuration.daemon = std::move(*daemon.value);
  for (const std::filesystem::path& file : configuration.daemon.campaigns) {
    auto campaign = config::load_campaign_config(file);
    note(campaign.diagnostics);
    if (campaign.value) configuration.campaigns.push_back(std::move(*campaign.value));
  }
  if (loaded.faults.empty()) {
    note(check_together(configuration.daemon, configuration.campaigns, configuration.daemon.campaigns));
  }
  for (const config::Account& account : configuration.daemon.accounts) {
    auto key = read_secret(account.api_key);
    if (key) {
      configuration.api_keys.push_back(std::move(*key));
    } else {
      loaded.faults.push_back("account " + account.name + ": its api_key: " + key.error().message);
    }
  }
  if (!loaded.faults.empty()) return loaded;
  for (const config::Diagnostic& warning :
       config::warnings_of(configuration.daemon, configuration.campaigns, configuration.daemon.campaigns)) {
    loaded.warnings.push_back(to_string(warning));
  }
  loaded.value = std::move(configuration);
  return loaded;
}

}  // namespace

LoadedConfiguration load_configuration(const std::filesystem::path& daemon_file) {
  try {
    return load(daemon_file);
  } catch (const std::system_error& shortage) {
    return {.value = std::nullopt, .faults = {shortage.what()}};
  }
}

}  // namespace dialerd::daemon
