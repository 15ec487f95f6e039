// What is counted of a lead between its attempts, in the text that lead_state.reason_counts keeps:
// "dial_busy=1 dial_no_answer=2 today=20781 today_attempts=3".
//
// Keys: a reason (or "short_conversation", "other"): retries after it so far; "not_placed": doubts in a row that turned
// out to be no call; and those below.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace dialerd::campaign {

using ReasonCounts = std::map<std::string, int, std::less<>>;

namespace count_key {
inline constexpr std::string_view today = "today";                    // a local day, as days since 1970-01-01 ...
inline constexpr std::string_view today_attempts = "today_attempts";  // ... and the attempts counted on it
inline constexpr std::string_view caller = "caller";                  // how often another caller number was asked for
inline constexpr std::string_view avoid = "avoid";                    // caller_mark() of the number not to call from
}  // namespace count_key

// Tolerant: what cannot be read is left out, because a lead must not be lost over a counter.
ReasonCounts parse_reason_counts(std::string_view text);
std::string to_string(const ReasonCounts& counts);

int count_of(const ReasonCounts& counts, std::string_view key);

// Attempts counted on that local day.
int attempts_on(const ReasonCounts& counts, int day);
void count_attempt_on(ReasonCounts& counts, int day);

// A caller number as a count: > 0, the same for the same number, different for nearly all others.
int caller_mark(std::string_view number);

}  // namespace dialerd::campaign
