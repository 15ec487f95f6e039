// All limits of one account or one campaign, and a call's way through them.
//
//   reserve --> start --> answered --> finish          a call was made
//       |         |---> refund + finish                 the answer proves that none was made
//       |---> cancel                                    nothing was sent
//
// A reservation holds a concurrency slot and a token of every rolling window. The spacing (`per_second`) is taken at
// the start, not at the reservation: what counts is when requests leave. Not thread-safe.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "ratelimit/mono_time.h"
#include "ratelimit/rolling_window.h"
#include "ratelimit/spacing.h"

namespace dialerd::ratelimit {

struct NodeLimits {
  std::optional<std::int64_t> concurrency;
  std::optional<std::int64_t> per_second;
  std::optional<std::int64_t> per_minute;
  std::optional<std::int64_t> per_hour;
  std::optional<std::int64_t> per_day;
};

class LimitNode {
 public:
  static constexpr std::int64_t unlimited = std::numeric_limits<std::int64_t>::max();

  explicit LimitNode(const NodeLimits& limits);

  // How many more reservations every limit but the spacing admits; `unlimited` when there is none.
  std::int64_t available(MonoTime now);
  // Precondition: n <= available(now).
  void reserve(std::int64_t n);
  void cancel(std::int64_t n);

  bool spaced() const { return spacing_.has_value(); }
  MonoTime next_start() const;
  void start(MonoTime now);
  std::int64_t starts_until(MonoTime now, MonoTime until) const;

  // The request's answer is in: a call may have been counted until `now`.
  void answered(MonoTime now);
  // The answer proves that there was no call.
  void refund();
  // The outcome is recorded (or there was no call): the concurrency slot is free.
  void finish();

  // Calls of an earlier process: open ones occupy a slot; of the windows they hold a token (answered() counts it
  // later), or are counted at the moment when the provider can last have counted them.
  void restore_open(std::int64_t n) { open_ += n; }
  void restore_unanswered(std::int64_t n);
  void restore_counted(MonoTime now, MonoTime at, std::int64_t n);

  // When a window that is full now has a token again. nullopt: no window is full.
  std::optional<MonoTime> next_return(MonoTime now);

 private:
  std::optional<std::int64_t> concurrency_;
  std::int64_t open_ = 0;
  std::optional<Spacing> spacing_;
  std::vector<RollingWindow> windows_;
};

}  // namespace dialerd::ratelimit
