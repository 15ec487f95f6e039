// How much of its limits an account has used up at the moment: for status, metrics and whoever watches.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "campaign/binding.h"
#include "campaign/ids.h"

namespace dialerd::campaign {

// One limit of one node. Of windows: calls that count in it now, or that are under way and may yet count. `limit` is
// what may be used: the configured value without the account's reserve, and of concurrency no more than was learned.
struct LimitUse {
  BindingNode node = BindingNode::account;
  std::optional<CampaignId> campaign;  // node: campaign
  std::string caller_number;           // node: caller_numbers
  BindingLimit limit_of = BindingLimit::concurrency;
  std::int64_t used = 0;
  std::int64_t limit = 0;

  friend bool operator==(const LimitUse&, const LimitUse&) = default;
};

}  // namespace dialerd::campaign
