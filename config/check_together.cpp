#include <algorithm>
#include <map>
#include <string_view>

#include "config/diagnostics.h"
#include "config/document.h"
#include "config/load.h"
#include "config/suggestion.h"

namespace dialerd::config {
namespace {

// Where `key`'s value stands in a campaign's file; the file as a whole if its text does not say.
Position place_of(std::string_view key, const CampaignConfig& campaign) {
  Diagnostics ignored{{}};
  const auto root = parse_document(campaign.source, ignored);
  const Entry* entry = root ? find(*root, key) : nullptr;
  return entry == nullptr ? Position{} : entry->value.at;
}

}  // namespace

std::vector<Diagnostic> check_together(const DaemonConfig& daemon, std::span<const CampaignConfig> campaigns,
                                       std::span<const std::filesystem::path> files) {
  std::vector<std::string_view> accounts;
  std::ranges::transform(daemon.accounts, std::back_inserter(accounts),
                         [](const Account& a) { return std::string_view(a.name); });

  std::vector<Diagnostic> all;
  std::map<std::string_view, std::size_t> first_with_name;
  for (std::size_t i = 0; i < std::min(campaigns.size(), files.size()); ++i) {
    const CampaignConfig& campaign = campaigns[i];
    Diagnostics diagnostics(files[i]);
    if (std::ranges::find(accounts, campaign.account) == accounts.end()) {
      diagnostics.add(place_of("account", campaign), "unknown account " + quote(campaign.account),
                      suggest(campaign.account, accounts, "accounts in dialerd.yaml: " + join(accounts)));
    }
    const auto [first, added] = first_with_name.emplace(campaign.name, i);
    if (!added) {
      diagnostics.add(place_of("campaign", campaign), "campaign name " + quote(campaign.name) + " is taken",
                      "choose another: it stands in " + files[first->second].string());
    }
    std::ranges::move(diagnostics.take(), std::back_inserter(all));
  }
  return all;
}

}  // namespace dialerd::config
