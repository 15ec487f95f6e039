// At most `limit` calls in any rolling window of a given length, as somebody else's clock counts them.
//
// The provider counts a call at some moment between our sending the request and our reading the answer. So a token is
// `held` from the permit until the answer is in (or is given up), and comes back one window after that: whatever moment
// the provider took, no window of its clock holds more than `limit`. A request that provably made no call gives its
// token back at once.
//
// Answers are kept in `slices` of window/256 rather than one by one, so that memory and time do not grow with the
// limit. A slice expires one window after its END, never early; the price is that a token can be missing for one slice
// too long: at least 256/257 (99.6 %) of the limit stays usable, beside what the answers' latency takes.
//
// Integer arithmetic on a monotonic clock. A `now` earlier than the last one counts as the last one. Not thread-safe.
#pragma once

#include <cstdint>
#include <optional>

#include "ratelimit/mono_time.h"
#include "ratelimit/sliced_count.h"

namespace dialerd::ratelimit {

class RollingWindow {
 public:
  static constexpr std::int64_t slices = 256;

  // 1 <= limit; window at least 256 ns.
  RollingWindow(std::int64_t limit, MonoClock::duration window);

  std::int64_t limit() const { return limit_; }
  // Tokens that can be had now.
  std::int64_t available(MonoTime now);
  // Tokens that could be had at `later` (not before the last `now`) if nothing happens until then.
  std::int64_t available_at(MonoTime later) const;

  // Precondition: available(now) >= n.
  void hold(std::int64_t n);
  // The answer is in: the held token is counted from now on.
  void count(MonoTime now, std::int64_t n);
  // No call was made: the held token is free again.
  void refund(std::int64_t n);

  // Calls of an earlier process, counted at `at` (not after `now`; older than a window: ignored).
  void restore(MonoTime now, MonoTime at, std::int64_t n) { counted_.add(now, at, n); }

  std::int64_t held() const { return held_; }
  // Calls each(no later than when, how many) for what is counted.
  template <typename Each>
  void for_each_counted(MonoTime now, Each each) {
    counted_.for_each(now, each);
  }

  // When the next counted token comes back; nullopt when none is counted.
  std::optional<MonoTime> next_return(MonoTime now) { return counted_.next_expiry(now); }

 private:
  std::int64_t limit_;
  std::int64_t held_ = 0;
  SlicedCount<slices> counted_;
};

}  // namespace dialerd::ratelimit
