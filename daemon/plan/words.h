// How a forecast writes numbers and times, and reads a share.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dialerd::daemon::plan {

std::string grouped(std::int64_t number);                   // "1,234,567"
std::string percent_text(double fraction);                  // 0.35: "35.0 %"
std::string seconds_text(std::chrono::milliseconds time);   // "92 s", "0.25 s"
std::string duration_text(std::chrono::milliseconds time);  // "2 d 6 h", "3 h 20 min", "45 s": two units at most

std::optional<double> parse_share(std::string_view text);  // "35%", "12.5%" or "0.35"; from 0 to 1

}  // namespace dialerd::daemon::plan
