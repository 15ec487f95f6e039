// What Prometheus is told of the runner's accounts and campaigns, at the moment when it asks.
#include <algorithm>
#include <chrono>
#include <utility>

#include "daemon/boot_time.h"
#include "daemon/metrics/metrics.h"
#include "daemon/runner.h"

namespace dialerd::daemon {
namespace {

using std::chrono::milliseconds;

// A condition's state is a code, and what it is about behind a ':'.
std::string code_of(const std::string& state) { return state.substr(0, state.find(':')); }

}  // namespace

void Runner::start_metrics() { metrics_ = std::make_unique<metrics::Metrics>(DIALERD_VERSION); }

std::string Runner::metrics_text() {
  metrics::Picture picture;
  const campaign::Now now = clock_.now();
  for (const auto& account : accounts_) {
    const campaign::AccountSnapshot snapshot = engine_.snapshot(account->index());
    metrics::AccountPicture shown;
    shown.name = account->name();
    if (account->ownership()) {
      shown.epoch = account->ownership()->epoch;
      shown.lease_left = std::chrono::duration_cast<milliseconds>(account->lease_until() - now.mono);
    }
    shown.dialing = snapshot.dialing;
    shown.open = snapshot.open;
    shown.in_doubt = snapshot.doubts;
    shown.oldest_doubt = snapshot.oldest_doubt;
    shown.unwritten = snapshot.unwritten;
    shown.trouble = snapshot.trouble;
    for (const campaign::Condition& condition : account->conditions.value_or(std::vector<campaign::Condition>{})) {
      if (!condition.caller_number.empty()) ++shown.resting_numbers;
    }
    picture.accounts.push_back(std::move(shown));
  }
  for (const CampaignLink& campaign : campaigns_) {
    const AccountLink& account = *accounts_[campaign.account];
    const std::int64_t attempts = engine_.attempts_of(campaign.id);
    // One that is configured no more is shown until its last call has ended.
    const auto& configured = settings_.campaign_ids;
    if (attempts == 0 && std::find(configured.begin(), configured.end(), campaign.id) == configured.end()) continue;
    metrics::CampaignPicture shown;
    shown.name = campaign.name;
    shown.account = account.name();
    shown.wish = campaign.wish;
    shown.attempts = attempts;
    shown.trouble = engine_.trouble(campaign.id);
    for (const campaign::Condition& condition : account.conditions.value_or(std::vector<campaign::Condition>{})) {
      if (condition.campaign == campaign.id) shown.blocked.insert(code_of(condition.state));
    }
    picture.campaigns.push_back(std::move(shown));
  }
  for (const auto& account : accounts_) {
    if (!account->ownership()) continue;
    for (const campaign::LimitUse& use : engine_.limit_use(now, account->index())) {
      // Numbers of people and of callers are no labels.
      if (use.node == campaign::BindingNode::caller_numbers) continue;
      picture.limits.push_back({account->name(), use.campaign ? campaign_of(*use.campaign).name : std::string(),
                                std::string(to_string(use.limit_of)), use.used, use.limit});
    }
  }
  picture.storage_failing = storage_health_.failing();
  picture.ready = readiness().ready;
  picture.draining = draining_;
  picture.rollups_refreshed = rollups_refreshed_;
  picture.clock_offset = now.wall - std::chrono::time_point_cast<milliseconds>(std::chrono::system_clock::now());
  return metrics_->text(picture);
}

}  // namespace dialerd::daemon
