// `dialerd check`: is everything right with these files?
#include <filesystem>
#include <iostream>
#include <vector>

#include "config/load.h"
#include "daemon/commands/commands.h"
#include "daemon/commands/context.h"

namespace dialerd::daemon::commands {

ExitCode check(const CheckOptions& options) {
  std::vector<config::Diagnostic> diagnostics;
  auto add = [&](const std::vector<config::Diagnostic>& more) {
    diagnostics.insert(diagnostics.end(), more.begin(), more.end());
  };

  std::optional<config::DaemonConfig> daemon;
  std::vector<std::filesystem::path> files = options.campaigns;
  std::error_code ignored;
  bool check_daemon = options.config_given || files.empty() || std::filesystem::exists(options.config, ignored);
  if (check_daemon) {
    auto loaded = config::load_daemon_config(options.config);
    add(loaded.diagnostics);
    daemon = std::move(loaded.value);
    if (daemon && files.empty()) files = daemon->campaigns;
  }

  std::vector<config::CampaignConfig> campaigns;
  std::vector<std::filesystem::path> good_files;
  for (const std::filesystem::path& file : files) {
    auto loaded = config::load_campaign_config(file);
    add(loaded.diagnostics);
    if (!loaded.value) continue;
    campaigns.push_back(std::move(*loaded.value));
    good_files.push_back(file);
  }
  if (daemon) add(config::check_together(*daemon, campaigns, good_files));

  for (const config::Diagnostic& diagnostic : diagnostics) std::cerr << to_string(diagnostic) << '\n';
  if (!diagnostics.empty()) {
    std::cerr << diagnostics.size() << (diagnostics.size() == 1 ? " error\n" : " errors\n");
    return ExitCode::failed;
  }
  std::cout << (check_daemon ? options.config.string() + " and " : std::string()) << files.size()
            << (files.size() == 1 ? " campaign file: no errors\n" : " campaign files: no errors\n");
  return ExitCode::ok;
}

}  // namespace dialerd::daemon::commands
