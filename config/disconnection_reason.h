// The provider's disconnection reasons, as a YAML file names them (voice API, GET /v3/calls `disconnection_reason`).
// The provider's set is open: a reason that is not in this list follows the policy's `other`.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace dialerd::config {

// Of calls that the provider placed.
inline constexpr std::array<std::string_view, 13> placed_call_reasons = {
    "user_hangup",
    "agent_hangup",
    "call_transfer",
    "max_duration_reached",
    "inactivity",
    "voicemail_reached",
    "dial_no_answer",
    "dial_busy",
    "dial_declined",
    "dial_failed",
    "flow_error",
    "error_voxai",
    "orphaned_no_agent_pickup",
};

// The provider did not place the call, so it is never the lead's attempt and cannot end the lead.
inline constexpr std::array<std::string_view, 4> refusal_reasons = {
    "concurrency_limit_reached",
    "hourly_call_limit_reached",
    "daily_call_limit_reached",
    "insufficient_balance",
};

constexpr bool is_refusal(std::string_view reason) {
  return std::ranges::find(refusal_reasons, reason) != refusal_reasons.end();
}

// Names of policies that are no reasons: of every reason that is not in this list, and of a conversation that was
// shorter than its `under`.
inline constexpr std::string_view other_reason = "other";
inline constexpr std::string_view short_conversation = "short_conversation";

inline constexpr auto disconnection_reasons = [] {
  std::array<std::string_view, placed_call_reasons.size() + refusal_reasons.size()> all;
  std::ranges::copy(refusal_reasons, std::ranges::copy(placed_call_reasons, all.begin()).out);
  return all;
}();

}  // namespace dialerd::config
