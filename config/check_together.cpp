#include <algorithm>
#include <iterator>
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

// A number that an account limits or rests, and that none of its campaigns calls from, is most likely mistyped: then
// the number that was meant is neither limited nor rested.
void check_caller_numbers(const DaemonConfig& daemon, std::span<const CampaignConfig> campaigns,
                          Diagnostics& diagnostics) {
  Diagnostics ignored{{}};
  const auto root = parse_document(daemon.source, ignored);
  const Entry* accounts = root ? find(*root, "accounts") : nullptr;
  for (const Account& account : daemon.accounts) {
    std::vector<std::string_view> used;
    for (const CampaignConfig& campaign : campaigns) {
      if (campaign.account == account.name) std::ranges::copy(campaign.caller_numbers, std::back_inserter(used));
    }
    if (used.empty()) continue;
    const Entry* entry = accounts == nullptr ? nullptr : find(accounts->value, account.name);
    const Entry* numbers = entry == nullptr ? nullptr : find(entry->value, "caller_numbers");
    for (const auto& [number, caller] : account.caller_numbers) {
      if (std::ranges::find(used, number) != used.end()) continue;
      const Entry* place = numbers == nullptr ? nullptr : find(numbers->value, number);
      diagnostics.add(place == nullptr ? Position{} : place->at,
                      "no campaign of account " + quote(account.name) + " calls from " + number,
                      suggest(number, used, "remove it, or correct it: they call from " + join(used)));
    }
  }
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
    diagnostics.set_text(campaign.source);
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
  // A campaign file that could not be read is missing here, and with it the numbers that it calls from.
  if (campaigns.size() >= daemon.campaigns.size()) {
    Diagnostics of_daemon(daemon.file);
    of_daemon.set_text(daemon.source);
    check_caller_numbers(daemon, campaigns, of_daemon);
    std::ranges::move(of_daemon.take(), std::back_inserter(all));
  }
  return all;
}

}  // namespace dialerd::config
