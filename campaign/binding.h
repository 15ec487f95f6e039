// Which limit keeps a campaign with due leads from claiming another one: for the forecast, and whoever asks why a
// campaign is slow.
#pragma once

#include <compare>
#include <cstdint>
#include <string_view>

#include "ratelimit/limit_node.h"

namespace dialerd::campaign {

enum class BindingNode : std::uint8_t { account, campaign, caller_numbers };

enum class BindingLimit : std::uint8_t {
  concurrency,
  per_second,
  per_minute,
  per_hour,
  per_day,
  pacing,    // `pacing: even` holds the day's calls back (campaign)
  requests,  // the budget of HTTP requests (account)
  rested,    // none of the caller numbers has a limit that is used up, but all rest (caller_numbers)
  hold_off   // waits or probes after a trouble (account, campaign)
};

struct Binding {
  BindingNode node = BindingNode::account;
  BindingLimit limit = BindingLimit::concurrency;

  friend auto operator<=>(const Binding&, const Binding&) = default;
};

std::string_view to_string(BindingNode node);
std::string_view to_string(BindingLimit limit);
BindingLimit limit_of(ratelimit::LimitKind kind);

}  // namespace dialerd::campaign
