// The time that limits are measured in: nanoseconds of a monotonic clock that counts suspend (CLOCK_BOOTTIME in the
// daemon, a plain counter in tests and simulation). The clock has no now(): the core is given the time, it never reads
// it.
#pragma once

#include <chrono>

namespace dialerd::ratelimit {

struct MonoClock {
  using rep = std::chrono::nanoseconds::rep;
  using period = std::chrono::nanoseconds::period;
  using duration = std::chrono::nanoseconds;
  using time_point = std::chrono::time_point<MonoClock>;
  static constexpr bool is_steady = true;
};

using MonoTime = MonoClock::time_point;

}  // namespace dialerd::ratelimit
