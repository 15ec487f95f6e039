// What `dialerd check --online` found out: what is wrong, at the place in a file that it is about, and what was looked
// at and is right. Not thread-safe; refers to the configuration, which outlives it.
#pragma once

#include <cstddef>
#include <filesystem>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/campaign_config.h"
#include "config/daemon_config.h"
#include "config/diagnostics.h"
#include "config/load.h"

namespace dialerd::daemon::online_check {

class Findings {
 public:
  // `files` runs parallel to `campaigns`.
  Findings(const config::DaemonConfig& daemon, std::span<const config::CampaignConfig> campaigns,
           std::span<const std::filesystem::path> files);

  // `path`: the keys down to the setting that it is about (config/place.h).
  void of_daemon(std::initializer_list<std::string_view> path, std::string what, std::string remedy);
  void of_campaign(std::size_t campaign, std::initializer_list<std::string_view> path, std::string what,
                   std::string remedy);

  void checked(std::string what) { checked_.push_back(std::move(what)); }
  void not_checked(std::string what) { not_checked_.push_back(std::move(what)); }

  // Those of dialerd.yaml first, then of the campaigns, each in the order of its file.
  std::vector<config::Diagnostic> take();
  // "checked online:" and "not checked:", with a line for each thing.
  std::string summary() const;

 private:
  const config::DaemonConfig& daemon_;
  std::span<const config::CampaignConfig> campaigns_;
  config::Diagnostics of_daemon_;
  std::vector<config::Diagnostics> of_campaigns_;
  std::vector<std::string> checked_;
  std::vector<std::string> not_checked_;
};

}  // namespace dialerd::daemon::online_check
