// What a change of the retry rules comes to: whether a lead may be called more often, or sooner after a call.
#include <algorithm>

#include "config/compare_values.h"

namespace dialerd::config {
namespace {

// What holds for a reason of which the file says nothing (campaign/retry_policy.h).
const std::string built_in = "built in";

std::string text_of(const ReasonPolicy& policy) {
  std::vector<std::string> parts;
  if (policy.then) {
    parts.push_back(*policy.then == AfterCall::retry  ? "then retry"
                    : *policy.then == AfterCall::done ? "then done"
                                                      : "then hold");
  }
  if (policy.under) parts.push_back("under " + config::text_of(*policy.under));
  std::string delays;
  for (const Delay& delay : policy.delays) {
    delays += (delays.empty() ? "after " : " / ") + (delay.next_day ? "next_day" : config::text_of(delay.time));
  }
  if (!delays.empty()) parts.push_back(delays);
  if (policy.max) parts.push_back("max " + std::to_string(*policy.max));
  if (policy.different_daypart) parts.emplace_back("different_daypart");
  if (policy.next_caller_number) parts.emplace_back("next_caller_number");
  if (policy.next_number) parts.emplace_back("next_number");
  return parts.empty() ? built_in : joined(parts);
}

bool calls_no_more(const ReasonPolicy& policy) { return policy.then && *policy.then != AfterCall::retry; }

// Delays of which each is the same or longer.
bool no_sooner(const std::vector<Delay>& before, const std::vector<Delay>& after) {
  return before.size() == after.size() &&
         std::equal(before.begin(), before.end(), after.begin(), [](const Delay& was, const Delay& is) {
           return was == is || (!was.next_day && !is.next_day && is.time > was.time);
         });
}

// What the file leaves out is the built-in default, which is not known here: what is not surely as strict is loosened.
bool is_loosened(const ReasonPolicy& before, const ReasonPolicy& after) {
  if (before.under != after.under) return true;  // other conversations follow it now
  if (calls_no_more(after)) return false;
  if (before.then != after.then || !no_sooner(before.delays, after.delays)) return true;
  const bool no_more = before.max == after.max || (before.max && after.max && *after.max < *before.max);
  return !no_more || (before.different_daypart && !after.different_daypart);
}

}  // namespace

void compare_retry(const Retry& before, const Retry& after, Changes& changes) {
  changes.at_most("retry.max_attempts", before.max_attempts, after.max_attempts);
  changes.at_most("retry.max_per_day", before.max_per_day, after.max_per_day);
  if (before.jitter_percent != after.jitter_percent) {
    changes.add("retry.jitter", format_percent(before.jitter_percent), format_percent(after.jitter_percent), false);
  }
  for (const auto& [reason, policy] : before.reasons) {
    const auto now = after.reasons.find(reason);
    if (now == after.reasons.end()) {
      changes.add("retry." + reason, text_of(policy), built_in, true);
    } else if (!(now->second == policy)) {
      changes.add("retry." + reason, text_of(policy), text_of(now->second), is_loosened(policy, now->second));
    }
  }
  for (const auto& [reason, policy] : after.reasons) {
    if (!before.reasons.contains(reason)) {
      changes.add("retry." + reason, built_in, text_of(policy), !calls_no_more(policy));
    }
  }
}

}  // namespace dialerd::config
