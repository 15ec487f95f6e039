// `dialerd check`: is everything right with these files? And with `--online`, with what they speak of?
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include <unistd.h>

#include "config/load.h"
#include "config/place.h"
#include "config/render_diagnostics.h"
#include "config/warnings.h"
#include "daemon/commands/commands.h"
#include "daemon/commands/context.h"
#include "daemon/online_check/account_check.h"
#include "daemon/online_check/database_check.h"
#include "storage/report_views.h"

namespace dialerd::daemon::commands {
namespace {

// https://no-color.org: set to anything but nothing.
bool shows_colour() {
  const char* no_color = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  return isatty(STDERR_FILENO) == 1 && (no_color == nullptr || *no_color == '\0') && terminal != nullptr &&
         std::string_view(terminal) != "dumb";
}

// "2 campaign files: no errors, 1 warning"
std::string verdict(std::size_t files, std::size_t warnings) {
  std::string text = std::to_string(files) + (files == 1 ? " campaign file" : " campaign files");
  if (files == 0) text += " (nobody is called)";
  text += ": no errors";
  if (warnings > 0) text += ", " + std::to_string(warnings) + (warnings == 1 ? " warning" : " warnings");
  return text + "\n";
}

}  // namespace

ExitCode check(const CheckOptions& options) {
  std::vector<config::Diagnostic> diagnostics;
  auto add = [&](const std::vector<config::Diagnostic>& more) {
    diagnostics.insert(diagnostics.end(), more.begin(), more.end());
  };

  std::optional<config::DaemonConfig> daemon;
  std::vector<std::filesystem::path> files = options.campaigns;
  std::error_code ignored;
  bool check_daemon =
      options.config_given || options.online || files.empty() || std::filesystem::exists(options.config, ignored);
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
  if (daemon) add(config::warnings_of(*daemon));
  for (std::size_t i = 0; i < campaigns.size(); ++i) {
    add(config::warnings_of(campaigns[i], good_files[i],
                            std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now())));
  }

  for (std::size_t i = 0; i < campaigns.size(); ++i) {
    if (storage::find_report_view(campaigns[i].name) == nullptr) continue;
    config::Diagnostics name(good_files[i]);
    name.set_text(campaigns[i].source);
    name.add(config::place_of(campaigns[i].source, {"campaign"}),
             "the campaign has the name of a report: " + config::quote(campaigns[i].name),
             "`dialerd report " + campaigns[i].name + "` shows the report, never this campaign; choose another name",
             config::Severity::warning);
    add(name.take());
  }

  std::string online;
  if (options.online && daemon) {
    online_check::Findings findings(*daemon, campaigns, good_files);
    online_check::check_database(*daemon, campaigns, findings);
    online_check::check_accounts(*daemon, findings);
    add(findings.take());
    online = findings.summary();
  } else if (options.online) {
    online = "not checked online: " + options.config.string() + " must be right first\n";
  }

  const auto warnings = static_cast<std::size_t>(
      std::ranges::count(diagnostics, config::Severity::warning, &config::Diagnostic::severity));
  const bool errors = warnings < diagnostics.size();
  const ExitCode code = errors || (options.strict && warnings > 0) ? ExitCode::failed : ExitCode::ok;
  if (options.format == "json") {
    std::cout << config::render_json(diagnostics);
    std::cerr << online;
    return code;
  }
  if (options.format == "github") {
    std::cout << config::render_github(diagnostics);
  } else {
    std::cerr << config::render_text(diagnostics, shows_colour());
  }
  if (errors) {
    std::cerr << config::render_summary(diagnostics) << online;
    return code;
  }
  std::cout << (check_daemon ? options.config.string() + " and " : std::string()) << verdict(files.size(), warnings)
            << online;
  return code;
}

}  // namespace dialerd::daemon::commands
