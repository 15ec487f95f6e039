// Limits as an operator or campaign manager writes them; the same shape for an account and for a campaign.
#pragma once

#include <cstdint>
#include <optional>

namespace dialerd::config {

// An absent value means: no limit of that kind at this node. All present values are >= 1.
struct Limits {
  std::optional<std::int64_t> concurrency;  // open calls at once, from the claim until the outcome is recorded
  std::optional<std::int64_t> per_second;   // calls started, spaced evenly
  std::optional<std::int64_t> per_minute;   // in any rolling minute
  std::optional<std::int64_t> per_hour;     // in any rolling hour
  std::optional<std::int64_t> per_day;      // in any rolling 24 hours

  friend bool operator==(const Limits&, const Limits&) = default;
};

}  // namespace dialerd::config
