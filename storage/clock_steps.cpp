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

WallTime counted_until(WallTime recorded_from, WallTime recorded_until, const std::vector<ClockStep>& steps) {
  WallTime until = recorded_until + clock_step_untold_max;
  for (const ClockStep& step : steps) {
    if (step.by > milliseconds{0} && step.at + clock_step_untold_max >= recorded_from) until += step.by;
  }
  return until;
}

milliseconds reach_back(WallTime now, milliseconds window, const std::vector<ClockStep>& steps) {
  // From the latest step to the earliest. A call from before a step is no older than the window only if the step, with
  // those after it, leaves the clock inside the window.
  std::vector<ClockStep> latest_first = steps;
  std::sort(latest_first.begin(), latest_first.end(),
            [](const ClockStep& a, const ClockStep& b) { return a.at > b.at; });
  milliseconds forward{0};
  milliseconds reach = window;
  for (const ClockStep& step : latest_first) {
    if (step.by <= milliseconds{0}) continue;
    forward += step.by;
    if (step.at + forward + clock_step_untold_max >= now - window) reach = window + forward;
  }
  return reach;
}

}  // namespace dialerd::storage
