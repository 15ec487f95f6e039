// Which limits hold a campaign back: the same questions that the claims ask, without taking anything.
#include <algorithm>

#include "campaign/engine.h"

namespace dialerd::campaign {

using ratelimit::LimitKind;

BindingLimit limit_of(LimitKind kind) {
  switch (kind) {
    case LimitKind::concurrency:
      return BindingLimit::concurrency;
    case LimitKind::per_second:
      return BindingLimit::per_second;
    case LimitKind::per_minute:
      return BindingLimit::per_minute;
    case LimitKind::per_hour:
      return BindingLimit::per_hour;
    case LimitKind::per_day:
      return BindingLimit::per_day;
  }
  return BindingLimit::concurrency;
}

std::string_view to_string(BindingNode node) {
  switch (node) {
    case BindingNode::account:
      return "account";
    case BindingNode::campaign:
      return "campaign";
    case BindingNode::caller_numbers:
      return "caller_numbers";
  }
  return "account";
}

std::string_view to_string(BindingLimit limit) {
  switch (limit) {
    case BindingLimit::concurrency:
      return "concurrency";
    case BindingLimit::per_second:
      return "per_second";
    case BindingLimit::per_minute:
      return "per_minute";
    case BindingLimit::per_hour:
      return "per_hour";
    case BindingLimit::per_day:
      return "per_day";
    case BindingLimit::pacing:
      return "pacing";
    case BindingLimit::requests:
      return "requests";
    case BindingLimit::rested:
      return "rested";
    case BindingLimit::hold_off:
      return "hold_off";
  }
  return "concurrency";
}

std::vector<Binding> Engine::binding(Now now, CampaignId id) {
  std::vector<Binding> bindings;
  Campaign* campaign = campaign_of(id);
  if (campaign == nullptr) return bindings;
  Account& account = accounts_[campaign->account];
  auto add = [&](BindingNode node, BindingLimit limit) { bindings.push_back({node, limit}); };

  account.node.advance(now);
  if (auto kind = account.node.limits.binding(now.mono)) add(BindingNode::account, limit_of(*kind));
  if (account.hold_off.allowance(now.mono) != HoldOff::Allowance::any)
    add(BindingNode::account, BindingLimit::hold_off);
  if (!account.requests.may_create(now.mono, account.follower.size() > 0)) {
    add(BindingNode::account, BindingLimit::requests);
  }

  campaign->node.advance(now);
  if (auto kind = campaign->node.limits.binding(now.mono)) add(BindingNode::campaign, limit_of(*kind));
  if (campaign->hold_off.allowance(now.mono) != HoldOff::Allowance::any) {
    add(BindingNode::campaign, BindingLimit::hold_off);
  }
  if (campaign->pace) {
    auto in_hand = static_cast<std::int64_t>(campaign->queue.size()) + (campaign->claim ? campaign->claim->leads : 0);
    if (paced(now, *campaign, in_hand) <= 0) add(BindingNode::campaign, BindingLimit::pacing);
  }

  // The numbers hold back only together: of those that do, the first one's limit is named.
  std::optional<BindingLimit> of_numbers;
  for (std::size_t caller : campaign->callers) {
    auto kind = account.callers.node(caller).binding(now.mono);
    bool rests = account.callers.rests(caller, now.mono);
    if (!kind && !rests) return bindings;
    if (kind && !rests && !of_numbers) of_numbers = limit_of(*kind);
  }
  if (!campaign->callers.empty()) add(BindingNode::caller_numbers, of_numbers.value_or(BindingLimit::rested));
  return bindings;
}

}  // namespace dialerd::campaign
