// Calls started at an even pace: the generic cell rate algorithm (ITU-T I.371, virtual scheduling), integer
// nanoseconds. A call may start when its slot has come; each start moves the next slot one interval on, and idle time
// lets up to `burst` slots pile up, which may leave at once.
//
// No rolling second of our clock holds more than `per_second` starts. With burst 1 the interval alone sees to that. A
// burst after a pause would add burst-1 starts to the second's even ones (which is why rates of that shape overshoot),
// so with a larger burst a rolling window of one second has its say too; at least 256/257 (99.6 %) of the rate stays
// usable. Starts are spaced as they are handed out; what a network does to the gaps is not known here.
#pragma once

#include <cstdint>
#include <memory>

#include "ratelimit/mono_time.h"
#include "ratelimit/rolling_window.h"

namespace dialerd::ratelimit {

class Spacing {
 public:
  // 1 <= burst <= per_second <= 1e9. The interval is rounded up: the pace errs on the slow side by at most a nanosecond
  // a call (0.1 % at a million per second).
  explicit Spacing(std::int64_t per_second, std::int64_t burst = 1);

  // When the next call may start: at or before `now` if at once.
  MonoTime next_slot() const { return next_slot_; }
  // A call starts at `now`, not before next_slot().
  void take(MonoTime now);
  // How many calls may start until `until`, if they start as early as they can. With a burst an estimate for up to a
  // few seconds, off by about the burst.
  std::int64_t slots_until(MonoTime now, MonoTime until) const;

  // An earlier process may have started as much as it was allowed to, up to `now`.
  void restore(MonoTime now);

 private:
  std::int64_t burst_;
  MonoClock::duration interval_;
  MonoTime even_slot_ = MonoTime::min();   // when the interval and the burst allow the next call
  MonoTime next_slot_ = MonoTime::min();   // and when the second's window does so too
  std::unique_ptr<RollingWindow> second_;  // with a burst only: most nodes have none
};

}  // namespace dialerd::ratelimit
