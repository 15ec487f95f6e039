// Why an account, a campaign or a caller number does not dial as it would, for status, `why` and logs.
#include <string>

#include "campaign/engine.h"

namespace dialerd::campaign {
namespace {

// To the second: told anew each time, the same moment should read the same.
WallTime wall_of(Now now, MonoTime at) {
  return std::chrono::round<std::chrono::seconds>(now.wall +
                                                  std::chrono::duration_cast<std::chrono::milliseconds>(at - now.mono));
}

void add_hold_off(Now now, const HoldOff& hold_off, std::optional<CampaignId> campaign,
                  std::vector<Condition>& conditions) {
  if (!hold_off.cause()) return;
  Condition condition;
  condition.campaign = campaign;
  condition.state = std::string(to_string(*hold_off.cause()));
  condition.since = wall_of(now, hold_off.since());
  condition.until = wall_of(now, hold_off.until());
  conditions.push_back(std::move(condition));
}

}  // namespace

// Why no lead of the campaign will ever be called as things stand; nullopt: some will, or there is none.
std::optional<std::string> Engine::never_opens(Now now, const Campaign& campaign) const {
  if (campaign.clocks.empty() || campaign.gate.next_opening_of_any(campaign.clocks, now.wall)) return std::nullopt;
  return std::string(campaign.gate.never_opens_rule(campaign.clocks.front()));
}

std::vector<Condition> Engine::conditions(Now now, AccountIndex index) const {
  const Account& account = accounts_[static_cast<std::size_t>(index)];
  std::vector<Condition> conditions;
  add_hold_off(now, account.hold_off, std::nullopt, conditions);
  if (auto learned = account.node.limits.learned(now.mono)) {
    Condition condition;
    condition.state = "learned_concurrency:" + std::to_string(learned->cap);
    condition.since = wall_of(now, learned->since);
    condition.until = wall_of(now, learned->until);
    conditions.push_back(std::move(condition));
  }
  for (const CallerRest& rest : account.callers.resting(now)) {
    Condition condition;
    condition.caller_number = rest.number;
    condition.state = "rested:" + rest.why;
    condition.since = wall_of(now, rest.since);
    if (rest.until) condition.until = wall_of(now, *rest.until);
    conditions.push_back(std::move(condition));
  }
  for (std::size_t i : account.campaigns) {
    const Campaign& campaign = campaigns_[i];
    if (campaign.retiring) continue;
    add_hold_off(now, campaign.hold_off, campaign.id, conditions);
    if (auto rule = never_opens(now, campaign)) {
      Condition condition;
      condition.campaign = campaign.id;
      condition.state = *rule;
      conditions.push_back(std::move(condition));
    }
    if (campaign.blocked.empty()) continue;
    Condition condition;
    condition.campaign = campaign.id;
    condition.state = campaign.blocked;
    condition.since = campaign.blocked_since;
    conditions.push_back(std::move(condition));
  }
  return conditions;
}

}  // namespace dialerd::campaign
