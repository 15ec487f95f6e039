// What a configuration that was read again changes for the daemon that runs, and for each of its accounts.
#include <algorithm>
#include <utility>

#include "daemon/account_settings.h"
#include "daemon/claim_rules.h"
#include "daemon/configuration.h"
#include "daemon/revision_notes.h"
#include "daemon/runner.h"

namespace dialerd::daemon {
namespace {

const config::Account* find_account(const config::DaemonConfig& daemon, const std::string& name) {
  const auto found = std::find_if(daemon.accounts.begin(), daemon.accounts.end(),
                                  [&](const config::Account& account) { return account.name == name; });
  return found == daemon.accounts.end() ? nullptr : &*found;
}

// Of an account, in an order that does not depend on the files'; without their texts, which may differ in a comment.
std::vector<config::CampaignConfig> campaigns_of(const std::vector<config::CampaignConfig>& campaigns,
                                                 const std::string& account) {
  std::vector<config::CampaignConfig> found;
  for (const config::CampaignConfig& campaign : campaigns) {
    if (campaign.account != account) continue;
    found.push_back(campaign);
    found.back().source.clear();
  }
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return found;
}

}  // namespace

Runner::CampaignLink Runner::make_link(campaign::CampaignId id, const config::CampaignConfig& config,
                                       std::size_t account) {
  CampaignLink link;
  link.id = id;
  link.name = config.name;
  link.account = account;
  link.lead_fields = campaign::CallTemplate(config).lead_fields();
  link.rules = claim_rules(config);
  return link;
}

std::vector<campaign::CampaignId> Runner::campaign_ids() const {
  std::vector<campaign::CampaignId> ids;
  for (const CampaignLink& campaign : campaigns_) ids.push_back(campaign.id);
  return ids;
}

std::vector<config::Change> Runner::changes_to(const Configuration& loaded) const {
  std::vector<config::Change> changes = compare(settings_.daemon, loaded.daemon);
  auto find = [](const std::vector<config::CampaignConfig>& campaigns, const std::string& name) {
    return std::find_if(campaigns.begin(), campaigns.end(),
                        [&](const config::CampaignConfig& campaign) { return campaign.name == name; });
  };
  for (const config::CampaignConfig& campaign : settings_.campaigns) {
    if (find(loaded.campaigns, campaign.name) == loaded.campaigns.end()) {
      changes.push_back(
          {"campaign " + campaign.name, "dialled", "gone: its open calls are followed to their end", false, false});
    }
  }
  for (const config::CampaignConfig& campaign : loaded.campaigns) {
    const auto before = find(settings_.campaigns, campaign.name);
    if (before == settings_.campaigns.end()) {
      changes.push_back({"campaign " + campaign.name, "none", "new", false, false});
      continue;
    }
    for (config::Change& change : compare(*before, campaign)) {
      change.what = "campaign " + campaign.name + ": " + change.what;
      changes.push_back(std::move(change));
    }
  }
  return changes;
}

bool Runner::talks_otherwise(std::size_t account, const Configuration& loaded) const {
  const config::Account& now = loaded.daemon.accounts[account];
  const config::Account* before = find_account(settings_.daemon, now.name);
  if (before == nullptr || before->base_url != now.base_url || !(settings_.daemon.http == loaded.daemon.http))
    return true;
  const auto place = static_cast<std::size_t>(before - settings_.daemon.accounts.data());
  return settings_.api_keys[place] != loaded.api_keys[account];
}

std::optional<std::string> Runner::other_account_with_key(const std::string& account, const std::string& key) const {
  for (std::size_t i = 0; i < settings_.api_keys.size(); ++i) {
    const std::string& holder = settings_.daemon.accounts[i].name;
    if (settings_.api_keys[i] == key && holder != account) return holder;
  }
  return std::nullopt;
}

// Of an account that is configured before and after.
bool Runner::differs(const std::string& account, const Configuration& loaded) const {
  const config::Account* now = find_account(loaded.daemon, account);
  const config::Account* before = find_account(settings_.daemon, account);
  if (before == nullptr || now == nullptr) return true;
  config::Account others = *now;
  others.webhook = before->webhook;
  const bool same = *before == others && settings_.daemon.follow == loaded.daemon.follow &&
                    !talks_otherwise(static_cast<std::size_t>(now - loaded.daemon.accounts.data()), loaded) &&
                    campaigns_of(settings_.campaigns, account) == campaigns_of(loaded.campaigns, account);
  return !same;
}

// An account that is no longer configured keeps its settings, and loses its campaigns.
Runner::AccountChange Runner::change_of(campaign::AccountIndex index, const std::string& account,
                                        const Configuration& loaded, const Recorded& recorded) const {
  const config::Account* before = find_account(settings_.daemon, account);
  const config::Account* now = find_account(loaded.daemon, account);
  AccountChange change;
  change.engine.account = account_settings(now != nullptr ? *now : *before, loaded.daemon.http);
  change.engine.follow = follow_settings(loaded.daemon);
  change.counts_requests = before != nullptr && before->requests.per_minute.has_value();
  for (std::size_t i = 0; i < loaded.campaigns.size(); ++i) {
    const config::CampaignConfig& campaign = loaded.campaigns[i];
    if (campaign.account != account) continue;
    change.engine.campaigns.push_back({recorded.ids[i], index, campaign});
    change.campaigns.push_back(make_link(recorded.ids[i], campaign, static_cast<std::size_t>(index)));
  }
  return change;
}

}  // namespace dialerd::daemon
