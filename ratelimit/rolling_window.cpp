#include "ratelimit/rolling_window.h"

#include <algorithm>
#include <cassert>

namespace dialerd::ratelimit {

RollingWindow::RollingWindow(std::int64_t limit, MonoClock::duration window) : limit_(limit), counted_(window) {
  assert(limit >= 1 && window.count() >= slices);
}

std::int64_t RollingWindow::available(MonoTime now) {
  return std::max<std::int64_t>(0, limit_ - (held_ + counted_.total(now)));
}

std::int64_t RollingWindow::available_at(MonoTime later) const {
  return std::max<std::int64_t>(0, limit_ - held_ - counted_.total_at(later));
}

void RollingWindow::hold(std::int64_t n) {
  assert(n >= 0);
  held_ += n;
}

void RollingWindow::count(MonoTime now, std::int64_t n) {
  assert(n <= held_);
  held_ -= n;
  counted_.add(now, now, n);
}

void RollingWindow::refund(std::int64_t n) {
  assert(n <= held_);
  held_ -= n;
}

}  // namespace dialerd::ratelimit
