#include "ratelimit/period_window.h"

#include <algorithm>
#include <cassert>

namespace dialerd::ratelimit {

MonoClock::duration longest(Unit unit) {
  switch (unit) {
    case Unit::minute:
      return std::chrono::minutes{2};
    case Unit::hour:
      return std::chrono::minutes{125};
    case Unit::day:
      break;
  }
  return std::chrono::hours{26};
}

PeriodWindow::PeriodWindow(std::int64_t limit, Unit unit)
    : unit_(unit), limit_(limit), counted_(longest(unit)), recent_(std::chrono::seconds{32}) {
  assert(limit >= 1);
}

std::int64_t PeriodWindow::used(MonoTime now) {
  if (now >= leave_at_) leaving_ = 0;
  return held_ + leaving_ + counted_.total(now);
}

std::int64_t PeriodWindow::available(MonoTime now) { return std::max<std::int64_t>(0, limit_ - used(now)); }

void PeriodWindow::hold(std::int64_t n) {
  assert(n >= 0);
  held_ += n;
}

void PeriodWindow::count(MonoTime now, std::int64_t n) {
  assert(n <= held_);
  held_ -= n;
  counted_.add(now, now, n);
  recent_.add(now, now, n);
}

void PeriodWindow::refund(std::int64_t n) {
  assert(n <= held_);
  held_ -= n;
}

void PeriodWindow::restore(MonoTime now, MonoTime at, std::int64_t n) {
  if (at >= rolling_until_ && at < period_from_) {
    if (now < leave_at_) leaving_ += n;
    return;
  }
  counted_.add(now, at, n);
  recent_.add(now, at, n);
}

void PeriodWindow::new_period(MonoTime now, MonoTime began) {
  if (now >= leave_at_) leaving_ = 0;
  MonoTime from = began - guard;
  counted_.total(now);  // what has rolled off is not given back a second time
  if (recent_.reaches(from)) {
    std::int64_t taken = counted_.take_out(rolling_until_, MonoTime::max());
    std::int64_t kept = std::min(taken, recent_.since(from));
    counted_.add(now, now, kept);
    leaving_ += taken - kept;
  } else {
    leaving_ += counted_.take_out(rolling_until_, from);
  }
  period_from_ = std::max(period_from_, from);
  leave_at_ = std::max(leave_at_, began + guard);
}

void PeriodWindow::clock_stepped(MonoTime now) {
  if (now < leave_at_) counted_.add(now, now, leaving_);
  leaving_ = 0;
  leave_at_ = MonoTime::min();
  period_from_ = MonoTime::min();
  rolling_until_ = now + longest(unit_);
}

std::optional<MonoTime> PeriodWindow::next_return(MonoTime now) {
  if (now >= leave_at_) leaving_ = 0;
  std::optional<MonoTime> at = counted_.next_expiry(now);
  if (leaving_ > 0) at = std::min(at.value_or(leave_at_), leave_at_);
  return at;
}

}  // namespace dialerd::ratelimit
