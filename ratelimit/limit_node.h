// All limits of one account, campaign or caller number, and a call's way through them.
//
//   reserve --> start --> answered --> finish          a call was made
//       |         |---> refund + finish                 the answer proves that none was made
//       |---> cancel                                    nothing was sent
//
// A reservation holds a concurrency slot and a token of every window. The spacing (`per_second`) is taken at the start,
// not at the reservation: what counts is when requests leave.
//
// A call takes a permit of every node on its path, or of none: the owner asks all of them for `available` first.
// Time and memory per permit do not depend on the limits; a window takes about 1.1 KiB (calendar: 1.3 KiB).
// A `now` earlier than the last one counts as the last one. Not thread-safe.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "ratelimit/learned_concurrency.h"
#include "ratelimit/mono_time.h"
#include "ratelimit/period_window.h"
#include "ratelimit/rolling_window.h"
#include "ratelimit/spacing.h"

namespace dialerd::ratelimit {

// All present values >= 1, burst <= per_second.
struct NodeLimits {
  std::optional<std::int64_t> concurrency;
  std::optional<std::int64_t> per_second;
  std::optional<std::int64_t> per_minute;
  std::optional<std::int64_t> per_hour;
  std::optional<std::int64_t> per_day;
  std::int64_t burst = 1;
  bool calendar = false;  // minutes, hours and days of a calendar instead of rolling windows
};

enum class LimitKind : std::uint8_t { concurrency, per_second, per_minute, per_hour, per_day };

class LimitNode {
 public:
  static constexpr std::int64_t unlimited = std::numeric_limits<std::int64_t>::max();

  explicit LimitNode(const NodeLimits& limits);

  // How many more reservations every limit but the spacing admits; `unlimited` when there is none.
  std::int64_t available(MonoTime now);
  // Precondition: n <= available(now).
  void reserve(std::int64_t n);
  void cancel(std::int64_t n);

  MonoTime next_start() const;
  void start(MonoTime now);
  std::int64_t starts_until(MonoTime now, MonoTime until) const;

  // The request's answer is in: a call may have been counted until `now`.
  void answered(MonoTime now);
  // The answer proves that there was no call.
  void refund();
  // The outcome is recorded (or there was no call): the concurrency slot is free.
  void finish();

  // Calendar windows: a period of theirs began (see PeriodWindow). Nothing happens to rolling windows.
  void new_period(Unit unit, MonoTime now, MonoTime began);
  // The wall clock was set anew. To be told before a new_period of the new clock.
  void clock_stepped(MonoTime now);

  // The provider refused a call because too many were open; `open`: those that it may have had, without the refused.
  void concurrency_refused(MonoTime now, std::int64_t open) { learned_.refused(now, open); }
  // What was learned from that and is still in force.
  std::optional<LearnedConcurrency::State> learned(MonoTime now) const { return learned_.state(now); }

  // Calls that hold a concurrency slot.
  std::int64_t open() const { return open_; }
  // Calls of an earlier process: open ones occupy a slot; of the windows they hold a token (answered() counts it
  // later), or are counted at the moment when the provider can last have counted them. Calendar windows should be told
  // of their running period before.
  void restore_open(std::int64_t n) { open_ += n; }
  void restore_unanswered(std::int64_t n);
  void restore_counted(MonoTime now, MonoTime at, std::int64_t n);
  // It may have started calls until `now`, as many as it was allowed to.
  void restore_started(MonoTime now);

  // When what stops reservations now and time alone ends has ended: every full window has a token again, the learned
  // concurrency has grown. nullopt: there is nothing of the kind. A calendar's next period is the owner's to know.
  std::optional<MonoTime> next_return(MonoTime now);
  // How much of each limit but the spacing is taken: what is held or counted, and how much that may be at most, which
  // for concurrency is no more than was learned. `used` may be above `limit` after a limit was lowered.
  struct Use {
    LimitKind kind = LimitKind::concurrency;
    std::int64_t used = 0;
    std::int64_t limit = 0;
  };
  std::vector<Use> uses(MonoTime now);
  // The limit that stops another call now; of several, the one with the longest window. nullopt: none does.
  std::optional<LimitKind> binding(MonoTime now);

 private:
  template <class Do>
  void each_window(Do&& apply) {
    for (RollingWindow& window : rolling_) apply(window);
    for (PeriodWindow& window : calendar_) apply(window);
  }
  void add_window(bool calendar, std::optional<std::int64_t> limit, Unit unit);

  std::optional<std::int64_t> concurrency_;
  std::int64_t open_ = 0;
  LearnedConcurrency learned_;
  std::optional<Spacing> spacing_;
  // From the shortest to the longest, those with a limit only; one of the two is empty.
  std::vector<RollingWindow> rolling_;
  std::vector<PeriodWindow> calendar_;
  std::vector<Unit> units_;  // of the windows, in their order
};

}  // namespace dialerd::ratelimit
