// How many calls were counted lately: a ring of counters, each for one slice of time, so that memory and time grow with
// the number of slices and not with the number of calls.
//
// A slice is window/Slices long (rounded up) and is forgotten one window after its END: a call is never forgotten
// early, and at most one slice late. Integer arithmetic on a monotonic clock; a `now` earlier than the last one counts
// as the last one. A slice's counter saturates at 2^31-1. Not thread-safe.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>

#include "ratelimit/mono_time.h"

namespace dialerd::ratelimit {

template <std::int64_t Slices>
class SlicedCount {
 public:
  explicit SlicedCount(MonoClock::duration window) : slice_length_((window.count() + Slices - 1) / Slices) {}

  std::int64_t total(MonoTime now) {
    forget(now);
    return total_;
  }

  // What of today's total will still count at `later`, a time not before the last `now`.
  std::int64_t total_at(MonoTime later) const {
    std::int64_t first_live = std::max(newest_, slice_of(later)) - Slices;
    std::int64_t left = total_;
    for (std::int64_t s = oldest_; s < first_live && s <= newest_; ++s) left -= calls_[index_of(s)];
    return left;
  }

  // n calls counted at `at`: a later one than `now` counts as now, one that is forgotten already is ignored.
  void add(MonoTime now, MonoTime at, std::int64_t n) {
    forget(now);
    std::int64_t slice = std::min(slice_of(at), newest_);
    if (slice < newest_ - Slices) return;
    std::int32_t& calls = calls_[index_of(slice)];
    n = std::min<std::int64_t>(n, std::numeric_limits<std::int32_t>::max() - calls);
    calls += static_cast<std::int32_t>(n);
    total_ += n;
    oldest_ = std::min(oldest_, slice);
  }

  // When the oldest calls are forgotten; nullopt when there are none.
  std::optional<MonoTime> next_expiry(MonoTime now) {
    forget(now);
    if (total_ == 0) return std::nullopt;
    while (calls_[index_of(oldest_)] == 0) ++oldest_;
    return MonoTime{slice_length_ * (oldest_ + Slices + 1)};
  }

  // Calls each(end of the slice, its calls) for those that are remembered, in order. Ends may lie after `now`.
  template <typename Each>
  void for_each(MonoTime now, Each each) {
    forget(now);
    for (std::int64_t s = oldest_; total_ > 0 && s <= newest_; ++s) {
      if (std::int32_t calls = calls_[index_of(s)]) each(MonoTime{slice_length_ * (s + 1)}, calls);
    }
  }

  // The calls counted since `at`, and at most a slice before. Exact enough only if the ring reaches back so far.
  bool reaches(MonoTime at) const { return slice_of(at) >= newest_ - Slices; }
  std::int64_t since(MonoTime at) const {
    std::int64_t n = 0;
    for (std::int64_t s = std::max(slice_of(at), newest_ - Slices); s <= newest_; ++s) n += calls_[index_of(s)];
    return n;
  }

  // Forgets the calls of every slice that lies wholly after `after` and wholly before `before`. How many they were.
  std::int64_t take_out(MonoTime after, MonoTime before) {
    std::int64_t taken = 0;
    std::int64_t end = std::min(slice_of(before), newest_ + 1);
    for (std::int64_t s = std::max(slice_of(after) + 1, newest_ - Slices); s < end; ++s) {
      std::int32_t& calls = calls_[index_of(s)];
      taken += calls;
      calls = 0;
    }
    total_ -= taken;
    return taken;
  }

 private:
  static std::size_t index_of(std::int64_t slice) {
    constexpr std::int64_t size = Slices + 2;
    return static_cast<std::size_t>((slice % size + size) % size);
  }

  std::int64_t slice_of(MonoTime at) const {
    std::int64_t t = at.time_since_epoch().count();
    std::int64_t length = slice_length_.count();
    return t / length - (t % length < 0 ? 1 : 0);
  }

  void forget(MonoTime now) {
    newest_ = std::max(newest_, slice_of(now));
    // Slice s ends at (s+1)*length and is forgotten `Slices` slices later: at the start of slice s+Slices+1.
    std::int64_t first_live = newest_ - Slices;
    for (; oldest_ < first_live && total_ > 0; ++oldest_) {
      std::int32_t& calls = calls_[index_of(oldest_)];
      total_ -= calls;
      calls = 0;
    }
    oldest_ = std::max(oldest_, first_live);
  }

  MonoClock::duration slice_length_;
  std::int64_t total_ = 0;   // the sum of calls_
  std::int64_t oldest_ = 0;  // slices before this one are forgotten
  std::int64_t newest_ = 0;  // the slice of the latest `now`
  std::array<std::int32_t, static_cast<std::size_t>(Slices + 2)> calls_{};
};

}  // namespace dialerd::ratelimit
