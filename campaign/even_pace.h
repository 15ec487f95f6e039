// `pacing: even`: a day's budget spread over what is left of the day's open time.
//
// The interval between two calls is what is left of the open time, divided by what is left of the budget, and is
// worked out anew each time it is asked for: a changed budget, a changed window, a pause or a slow hour make the rest
// of the day denser or thinner, never a burst. At most one second's worth of calls (rounded up) is let go at once.
//
// The budget is the day's, not what a rolling window has free at the moment: that window returns yesterday's tokens
// only in the course of today, and pacing by it would push each day's calls later than the day's before. The limit
// itself is kept by ratelimit::LimitNode; this only slows down. Integer nanoseconds. Not thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "campaign/time.h"

namespace dialerd::campaign {

class EvenPace {
 public:
  // How many calls may be claimed now. `day`: the local day's number (Gate::local_day_number); another one begins a new
  // budget. `budget`: calls in the whole day. `open_left`: Gate::open_time_left_today. `in_hand`: calls claimed or
  // being claimed and not started.
  std::int64_t allowed(MonoTime now, int day, std::int64_t budget, std::chrono::milliseconds open_left,
                       std::int64_t in_hand);
  // When the call after those in hand and those that the latest allowed() let go is due. nullopt: the budget is spent
  // or nothing is open any more, so not today.
  std::optional<MonoTime> next() const { return next_; }

  // A call starts.
  void started(MonoTime now);
  // The answer to a call that started today proves that there was none: it is not of the budget.
  void refund();
  // Calls that an earlier process started on that day.
  void restore(int day, std::int64_t calls);

  std::int64_t spent() const { return spent_; }

 private:
  std::optional<int> day_;
  std::int64_t spent_ = 0;
  std::optional<MonoTime> slot_;  // of the latest call, by the pace; the next is due one interval later
  ratelimit::MonoClock::duration interval_{1};
  std::optional<MonoTime> next_;
};

}  // namespace dialerd::campaign
