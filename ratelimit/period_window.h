// At most `limit` calls in each minute, hour or day of a calendar, as somebody else's clock counts them.
//
// This class knows no calendar: its owner says when a period began (new_period) and when its wall clock was set anew
// (clock_stepped; of both at one moment, this one first). The rule, which errs on the safe side:
//   - A call is held from the permit until its answer, as in a rolling window, and then counted at that moment.
//   - The provider's clock may differ from ours by up to `guard`. A period that began at B gives back, at B + guard and
//     not earlier, what was counted before B - guard. What was counted within `guard` of B counts in both periods.
//   - When the wall clock was stepped nobody knows which of the two clocks is right, or whether it is stepped back
//   soon.
//     So what was counted before the step, or within the longest possible period after it, is given back by no period:
//     it rolls off after the longest possible period. A jump by hours or by a day, either way, never yields a second
//     budget; a clock that has been wrong for longer than that is believed.
//   - Without any word of the owner a call rolls off after the longest possible period, too.
//
// Times: the owner should call new_period when the period begins, or at the next thing that it does. Calls are known to
// the second for the last 32 s only: told later, the window keeps up to 1/256 of the longest period too much.
// Steps smaller than `guard` need not be told. Not thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "ratelimit/mono_time.h"
#include "ratelimit/sliced_count.h"

namespace dialerd::ratelimit {

enum class Unit : std::uint8_t { minute, hour, day };

// Longer than any period of that unit and twice the guard: a clock's hour can take two where it is set back, a day 25.
MonoClock::duration longest(Unit unit);

class PeriodWindow {
 public:
  static constexpr MonoClock::duration guard = std::chrono::seconds{5};

  // 1 <= limit.
  PeriodWindow(std::int64_t limit, Unit unit);

  Unit unit() const { return unit_; }
  std::int64_t limit() const { return limit_; }
  std::int64_t available(MonoTime now);
  // Calls that are counted in this period or may yet be.
  std::int64_t used(MonoTime now);

  // As in RollingWindow.
  void hold(std::int64_t n);
  void count(MonoTime now, std::int64_t n);
  void refund(std::int64_t n);
  // Calls of an earlier process. Tighter when the running period was told before.
  void restore(MonoTime now, MonoTime at, std::int64_t n);

  // A period began at `began`, usually a little before `now`. Telling the same again changes nothing.
  void new_period(MonoTime now, MonoTime began);
  // The wall clock was set anew at or before `now`.
  void clock_stepped(MonoTime now);

  // When counted tokens come back even if no new period begins; nullopt when none are counted.
  std::optional<MonoTime> next_return(MonoTime now);

 private:
  Unit unit_;
  std::int64_t limit_;
  std::int64_t held_ = 0;
  SlicedCount<256> counted_;  // over the longest period
  SlicedCount<32> recent_;    // the same calls, the last 32 s in seconds
  std::int64_t leaving_ = 0;  // counted in an earlier period: given back at leave_at_
  MonoTime leave_at_ = MonoTime::min();
  MonoTime period_from_ = MonoTime::min();    // calls counted before this (not rolling) are leaving or gone
  MonoTime rolling_until_ = MonoTime::min();  // calls counted before this only roll off
};

}  // namespace dialerd::ratelimit
