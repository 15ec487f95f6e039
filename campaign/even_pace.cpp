#include "campaign/even_pace.h"

#include <algorithm>

namespace dialerd::campaign {
namespace {

using ratelimit::MonoClock;

constexpr MonoClock::duration one_second = std::chrono::seconds{1};

// How many calls may be let go at once, at that interval: a second's worth, rounded up.
std::int64_t burst(MonoClock::duration interval) { return (one_second + interval - MonoClock::duration{1}) / interval; }

}  // namespace

std::int64_t EvenPace::allowed(MonoTime now, int day, std::int64_t budget, std::chrono::milliseconds open_left,
                               std::int64_t in_hand) {
  if (day_ != day) restore(day, 0);
  next_.reset();
  std::int64_t remaining = budget - spent_;
  MonoClock::duration left = open_left;
  if (remaining <= in_hand || left <= MonoClock::duration::zero()) return 0;

  if (!slot_) slot_ = now - left / remaining;  // the day's first call is due at once
  // From the latest slot to the close there are one interval for the call that took it, and one for each to come.
  MonoClock::duration since = std::max(now - *slot_, MonoClock::duration::zero());
  interval_ = std::max((since + left) / (remaining + 1), MonoClock::duration{1});
  std::int64_t due = std::min(since / interval_, burst(interval_));
  std::int64_t n = std::clamp<std::int64_t>(due - in_hand, 0, remaining - in_hand);

  MonoTime next = *slot_ + interval_ * (in_hand + n + 1);
  next_ = next > now ? next : now + interval_;
  return n;
}

void EvenPace::started(MonoTime now) {
  ++spent_;
  // What is more than a second late is not made up for, but spread over the rest of the day.
  slot_ = slot_ ? std::max(*slot_ + interval_, now - one_second) : now;
}

void EvenPace::refund() { spent_ = std::max<std::int64_t>(0, spent_ - 1); }

void EvenPace::restore(int day, std::int64_t calls) {
  if (day_ != day) {
    day_ = day;
    spent_ = 0;
    slot_.reset();
  }
  spent_ += calls;
}

}  // namespace dialerd::campaign
