// How much of each limit is used: the numbers that permits are taken by, read without taking anything.
#include "campaign/engine.h"

namespace dialerd::campaign {
namespace {

void add_uses(LimitUse from, Now now, LimitedNode& node, std::vector<LimitUse>& uses) {
  node.advance(now);
  for (const ratelimit::LimitNode::Use& use : node.limits.uses(now.mono)) {
    from.limit_of = limit_of(use.kind);
    from.used = use.used;
    from.limit = use.limit;
    uses.push_back(from);
  }
}

}  // namespace

std::vector<LimitUse> Engine::limit_use(Now now, AccountIndex index) {
  Account& account = accounts_[static_cast<std::size_t>(index)];
  std::vector<LimitUse> uses;
  add_uses({}, now, account.node, uses);
  for (std::size_t i : account.campaigns) {
    LimitUse of_campaign;
    of_campaign.node = BindingNode::campaign;
    of_campaign.campaign = campaigns_[i].id;
    add_uses(of_campaign, now, campaigns_[i].node, uses);
  }
  for (std::size_t i = 0; i < account.callers.size(); ++i) {
    LimitUse of_number;
    of_number.node = BindingNode::caller_numbers;
    of_number.caller_number = account.callers.number(i);
    add_uses(of_number, now, account.callers.limited_node(i), uses);
  }
  return uses;
}

}  // namespace dialerd::campaign
