// Limits as an operator or campaign manager writes them; the same shape for an account, a campaign and a caller number.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace dialerd::config {

// What `per_minute`, `per_hour` and `per_day` are counted over.
enum class WindowKind {
  rolling,  // any stretch of that length
  calendar  // the minutes, hours and days of a timezone's clock
};

// An absent value means: no limit of that kind at this node. All present values are >= 1.
struct Limits {
  std::optional<std::int64_t> concurrency;  // open calls at once, from the claim until the outcome is recorded
  std::optional<std::int64_t> per_second;   // calls started, in any rolling second
  std::int64_t burst = 1;                   // of them so many may leave at once; 1: evenly spaced. <= per_second
  std::optional<std::int64_t> per_minute;
  std::optional<std::int64_t> per_hour;
  std::optional<std::int64_t> per_day;
  WindowKind window = WindowKind::rolling;
  std::string timezone;  // IANA name, set exactly when window is calendar

  friend bool operator==(const Limits&, const Limits&) = default;
};

}  // namespace dialerd::config
