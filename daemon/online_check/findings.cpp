#include "daemon/online_check/findings.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "config/place.h"

namespace dialerd::daemon::online_check {

Findings::Findings(const config::DaemonConfig& daemon, std::span<const config::CampaignConfig> campaigns,
                   std::span<const std::filesystem::path> files)
    : daemon_(daemon), campaigns_(campaigns), of_daemon_(daemon.file) {
  of_daemon_.set_text(daemon.source);
  for (std::size_t i = 0; i < campaigns.size(); ++i) {
    of_campaigns_.emplace_back(files[i]);
    of_campaigns_.back().set_text(campaigns[i].source);
  }
}

void Findings::of_daemon(std::initializer_list<std::string_view> path, std::string what, std::string remedy) {
  of_daemon_.add(config::place_of(daemon_.source, path), std::move(what), std::move(remedy));
}

void Findings::of_campaign(std::size_t campaign, std::initializer_list<std::string_view> path, std::string what,
                           std::string remedy) {
  of_campaigns_[campaign].add(config::place_of(campaigns_[campaign].source, path), std::move(what), std::move(remedy));
}

std::vector<config::Diagnostic> Findings::take() {
  std::vector<config::Diagnostic> all = of_daemon_.take();
  for (config::Diagnostics& campaign : of_campaigns_) std::ranges::move(campaign.take(), std::back_inserter(all));
  return all;
}

std::string Findings::summary() const {
  std::string text;
  const auto append = [&](std::string_view title, const std::vector<std::string>& lines) {
    if (lines.empty()) return;
    text.append(title).append("\n");
    for (const std::string& line : lines) text.append("  ").append(line).append("\n");
  };
  append("checked online, and right:", checked_);
  append("not checked:", not_checked_);
  return text;
}

}  // namespace dialerd::daemon::online_check
