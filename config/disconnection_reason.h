// The provider's disconnection reasons, as a YAML file names them (voice API, GET /v3/calls `disconnection_reason`).
// The provider's set is open: a reason that is not in this list follows the policy's `other`.
#pragma once

#include <array>
#include <string_view>

namespace dialerd::config {

inline constexpr std::array<std::string_view, 17> disconnection_reasons = {
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
    "concurrency_limit_reached",
    "hourly_call_limit_reached",
    "daily_call_limit_reached",
    "insufficient_balance",
};

}  // namespace dialerd::config
