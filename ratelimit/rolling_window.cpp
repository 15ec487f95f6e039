#include "ratelimit/rolling_window.h"

#include <algorithm>
#include <cassert>

namespace dialerd::ratelimit {
namespace {

constexpr std::size_t index_of(std::int64_t slice, std::size_t size) {
  auto n = static_cast<std::int64_t>(size);
  return static_cast<std::size_t>((slice % n + n) % n);
}

std::int64_t floor_div(std::int64_t a, std::int64_t b) { return a / b - (a % b != 0 && (a < 0) != (b < 0) ? 1 : 0); }

}  // namespace

RollingWindow::RollingWindow(std::int64_t limit, MonoClock::duration window)
    // Rounded up, so that 512 slices are never shorter than the window.
    : limit_(limit), slice_length_((window.count() + slices - 1) / slices) {
  assert(limit >= 1 && window.count() >= slices);
}

std::int64_t RollingWindow::slice_of(MonoTime at) const {
  return floor_div(at.time_since_epoch().count(), slice_length_.count());
}

void RollingWindow::expire(MonoTime now) {
  newest_ = std::max(newest_, slice_of(now));
  // Slice s ends at (s+1)*length and expires one window (512 slices) later, at the start of slice s+513.
  std::int64_t first_live = newest_ - slices;
  if (counted_ == 0) {
    oldest_ = std::max(oldest_, first_live);
    return;
  }
  for (; oldest_ < first_live && counted_ > 0; ++oldest_) {
    std::int64_t& calls = calls_[index_of(oldest_, calls_.size())];
    counted_ -= calls;
    calls = 0;
  }
  oldest_ = std::max(oldest_, first_live);
}

void RollingWindow::add(std::int64_t slice, std::int64_t n) {
  calls_[index_of(slice, calls_.size())] += n;
  counted_ += n;
  oldest_ = std::min(oldest_, slice);
}

std::int64_t RollingWindow::available(MonoTime now) {
  expire(now);
  return std::max<std::int64_t>(0, limit_ - held_ - counted_);
}

void RollingWindow::hold(std::int64_t n) {
  assert(n >= 0);
  held_ += n;
}

void RollingWindow::count(MonoTime now, std::int64_t n) {
  assert(n <= held_);
  expire(now);
  held_ -= n;
  add(newest_, n);
}

void RollingWindow::refund(std::int64_t n) {
  assert(n <= held_);
  held_ -= n;
}

void RollingWindow::restore(MonoTime now, MonoTime at, std::int64_t n) {
  expire(now);
  std::int64_t slice = std::min(slice_of(at), newest_);
  if (slice < newest_ - slices) return;
  add(slice, n);
}

std::optional<MonoTime> RollingWindow::next_return(MonoTime now) {
  expire(now);
  if (counted_ == 0) return std::nullopt;
  while (calls_[index_of(oldest_, calls_.size())] == 0) ++oldest_;
  return MonoTime{slice_length_ * (oldest_ + slices + 1)};
}

}  // namespace dialerd::ratelimit
