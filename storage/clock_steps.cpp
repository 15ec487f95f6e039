#include "storage/clock_steps.h"

#include <algorithm>

namespace dialerd::storage {

using campaign::WallTime;
using std::chrono::milliseconds;

std::optional<ClockStep> step_between(const ClockMark& earlier, const ClockMark& later) {
  if (earlier.boot_id.empty() || earlier.boot_id != later.boot_id) return std::nullopt;
  const WallTime expected = earlier.database + (later.since_boot - earlier.since_boot);
  const milliseconds by = later.database - expected;
  if (std::chrono::abs(by) <= clock_step_min) return std::nullopt;
  return ClockStep{expected, by};
}

std::vector<ClockStep> not_recorded(const std::vector<ClockStep>& seen, std::vector<ClockStep> recorded) {
  std::vector<ClockStep> missing;
  for (const ClockStep& step : seen) {
    const auto same = std::find_if(recorded.begin(), recorded.end(), [&](const ClockStep& one) {
      return std::chrono::abs(one.at - step.at) <= std::chrono::minutes{1} &&
             std::chrono::abs(one.by - step.by) <= clock_step_untold_max;
    });
    if (same == recorded.end()) {
      missing.push_back(step);
    } else {
      recorded.erase(same);
    }
  }
  return missing;
}

ClockHistory::ClockHistory(const std::vector<ClockStep>& steps, WallTime now) : now_(now) {
  constexpr milliseconds margin = clock_unread_max;
  milliseconds since{0};
  WallTime until = now + margin;
  for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
    stretches_.push_back({step->at + step->by - margin, until, since});
    since += step->by;
    until = step->at + margin;
  }
  stretches_.push_back({WallTime::min(), until, since});
}

WallTime ClockHistory::counted_until(WallTime recorded_from, WallTime recorded_until) const {
  std::optional<milliseconds> younger_by;
  milliseconds most{0};
  for (const Stretch& stretch : stretches_) {
    most = std::max(most, stretch.since);
    if (recorded_until < stretch.from || recorded_from > stretch.until) continue;
    younger_by = std::max(younger_by.value_or(stretch.since), stretch.since);
  }
  // A time that the clock never showed, as far as is known, is taken for the youngest that it can be.
  return recorded_until + younger_by.value_or(most) + clock_step_untold_max;
}

milliseconds ClockHistory::reach_back(milliseconds window) const {
  milliseconds reach = window + clock_step_untold_max;
  for (const Stretch& stretch : stretches_) {
    const milliseconds reach_of_stretch = window + stretch.since + clock_step_untold_max;
    if (stretch.until >= now_ - reach_of_stretch) reach = std::max(reach, reach_of_stretch);
  }
  return reach;
}

}  // namespace dialerd::storage
