// Calls started at an even pace: the generic cell rate algorithm (ITU-T I.371, virtual scheduling), integer
// nanoseconds. A call may start when its slot has come; each start moves the next slot one interval on. With burst 1
// two starts are never closer than one interval, so no rolling second holds more than `per_second` of them.
#pragma once

#include <cstdint>

#include "ratelimit/mono_time.h"

namespace dialerd::ratelimit {

class Spacing {
 public:
  // 1 <= per_second <= 1e9. The interval is rounded up: the pace errs on the slow side by at most a nanosecond a call.
  explicit Spacing(std::int64_t per_second);

  // When the next call may start: at or before `now` if at once.
  MonoTime next_slot() const { return next_slot_; }
  // A call starts at `now`: the next one not before an interval has passed.
  void take(MonoTime now);
  // How many calls may start until `until`, if they start as early as they can.
  std::int64_t slots_until(MonoTime now, MonoTime until) const;

 private:
  MonoClock::duration interval_;
  MonoTime next_slot_ = MonoTime::min();
};

}  // namespace dialerd::ratelimit
