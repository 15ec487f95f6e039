// At most `limit` calls in any rolling window of a given length, as somebody else's clock counts them.
//
// The provider counts a call at some moment between our sending the request and our reading the answer. So a token is
// `held` from the permit until the answer is in (or is given up), and comes back one window after that: whatever moment
// the provider took, no window of its clock holds more than `limit`. A request that provably made no call gives its
// token back at once.
//
// Answers are kept in `slices` of window/512 rather than one by one, so that memory and time do not grow with the
// limit. A slice expires one window after its END, never early; the price is that a token can be missing for one slice
// too long: at least 512/513 (99.8 %) of the limit stays usable.
//
// Integer arithmetic on a monotonic clock. A `now` earlier than the last one counts as the last one. Not thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "ratelimit/mono_time.h"

namespace dialerd::ratelimit {

class RollingWindow {
 public:
  static constexpr std::int64_t slices = 512;

  // limit >= 1; window a multiple of 512 ns or longer.
  RollingWindow(std::int64_t limit, MonoClock::duration window);

  // Tokens that can be had now.
  std::int64_t available(MonoTime now);

  // Precondition: available(now) >= n.
  void hold(std::int64_t n);
  // The answer is in: the held token is counted from now on.
  void count(MonoTime now, std::int64_t n);
  // No call was made: the held token is free again.
  void refund(std::int64_t n);

  // Calls of an earlier process, counted at `at` (not after `now`; older than a window: ignored).
  void restore(MonoTime now, MonoTime at, std::int64_t n);

  // When the next counted token comes back; nullopt when none is counted.
  std::optional<MonoTime> next_return(MonoTime now);

 private:
  std::int64_t slice_of(MonoTime at) const;
  void expire(MonoTime now);
  void add(std::int64_t slice, std::int64_t n);

  std::int64_t limit_;
  MonoClock::duration slice_length_;
  std::int64_t held_ = 0;
  std::int64_t counted_ = 0;                      // the sum of calls_
  std::int64_t oldest_ = 0;                       // slices before this one have expired
  std::int64_t newest_ = 0;                       // the slice of the latest `now`
  std::array<std::int64_t, slices + 2> calls_{};  // by slice number modulo size
};

}  // namespace dialerd::ratelimit
