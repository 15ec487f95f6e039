// How often a lead was retried after each reason, in the text that lead_state.reason_counts keeps: "dial_busy=1
// dial_no_answer=2".
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace dialerd::campaign {

using ReasonCounts = std::map<std::string, int, std::less<>>;

// Tolerant: what cannot be read is left out, because a lead must not be lost over a counter.
ReasonCounts parse_reason_counts(std::string_view text);
std::string to_string(const ReasonCounts& counts);

}  // namespace dialerd::campaign
