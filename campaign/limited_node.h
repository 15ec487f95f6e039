// A node of the limit tree as the configuration states it, and the clock that its calendar windows follow.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include "campaign/period_clock.h"
#include "campaign/time.h"
#include "config/limits_config.h"
#include "ratelimit/limit_node.h"

namespace dialerd::campaign {

// `reserve_percent` of every limit stays unused, rounded up, but one call is always left.
ratelimit::NodeLimits node_limits(const config::Limits& limits, std::int64_t reserve_percent = 0);

// Tells a ratelimit::LimitNode with calendar windows when their periods begin. Not thread-safe.
class Periods {
 public:
  explicit Periods(const config::Limits& limits);

  // To be called with the time before the node is asked for permits.
  void advance(Now now, ratelimit::LimitNode& node);
  // The wall clock was set: what was counted before comes back by elapsed time alone.
  void clock_stepped(Now now, ratelimit::LimitNode& node);
  // When the next period's permits can be had; nullopt without calendar windows.
  std::optional<MonoTime> next(Now now) const;

 private:
  void tell(Now now, ratelimit::LimitNode& node);

  struct UnitClock {
    ratelimit::Unit unit;
    PeriodClock clock;
  };

  std::vector<UnitClock> clocks_;  // none for rolling windows
  WallTime told_from_{};           // between these two everything is told
  WallTime told_until_{};
};

struct LimitedNode {
  explicit LimitedNode(const config::Limits& from, std::int64_t reserve_percent = 0)
      : limits(node_limits(from, reserve_percent)), periods(from) {}

  void advance(Now now) { periods.advance(now, limits); }
  void clock_stepped(Now now) { periods.clock_stepped(now, limits); }
  // When what stops reservations now, and time alone ends, may have ended.
  std::optional<MonoTime> next_return(Now now) {
    auto back = limits.next_return(now.mono);
    auto period = periods.next(now);
    return back && period ? std::min(back, period) : back;
  }

  ratelimit::LimitNode limits;
  Periods periods;
};

}  // namespace dialerd::campaign
