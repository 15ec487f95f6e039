#include "campaign/limited_node.h"

#include <algorithm>
#include <optional>

namespace dialerd::campaign {
namespace {

std::optional<std::int64_t> less_reserve(std::optional<std::int64_t> limit, std::int64_t reserve_percent) {
  if (!limit) return limit;
  return std::max<std::int64_t>(1, *limit - (*limit * reserve_percent + 99) / 100);
}

}  // namespace

ratelimit::NodeLimits node_limits(const config::Limits& limits, std::int64_t reserve_percent) {
  ratelimit::NodeLimits node;
  node.concurrency = less_reserve(limits.concurrency, reserve_percent);
  node.per_second = less_reserve(limits.per_second, reserve_percent);
  node.burst = std::min(limits.burst, node.per_second.value_or(limits.burst));
  node.per_minute = less_reserve(limits.per_minute, reserve_percent);
  node.per_hour = less_reserve(limits.per_hour, reserve_percent);
  node.per_day = less_reserve(limits.per_day, reserve_percent);
  node.calendar = limits.window == config::WindowKind::calendar;
  return node;
}

Periods::Periods(const config::Limits& limits) {
  if (limits.window != config::WindowKind::calendar) return;
  using ratelimit::Unit;
  clocks_.push_back({Unit::minute, PeriodClock(limits.timezone, PeriodUnit::minute)});
  clocks_.push_back({Unit::hour, PeriodClock(limits.timezone, PeriodUnit::hour)});
  clocks_.push_back({Unit::day, PeriodClock(limits.timezone, PeriodUnit::day)});
}

void Periods::advance(Now now, ratelimit::LimitNode& node) {
  if (clocks_.empty() || (now.wall >= told_from_ && now.wall < told_until_)) return;
  tell(now, node);
}

void Periods::clock_stepped(Now now, ratelimit::LimitNode& node) {
  if (clocks_.empty()) return;
  node.clock_stepped(now.mono);
  tell(now, node);
}

std::optional<MonoTime> Periods::next(Now now) const {
  if (clocks_.empty()) return std::nullopt;
  return now.mono + (told_until_ - now.wall) + ratelimit::PeriodWindow::guard;
}

void Periods::tell(Now now, ratelimit::LimitNode& node) {
  told_from_ = now.wall;
  told_until_ = WallTime::max();
  for (const auto& [unit, clock] : clocks_) {
    Period period = clock.period_at(now.wall);
    told_until_ = std::min(told_until_, period.to);
    node.new_period(unit, now.mono, now.mono - (now.wall - period.from));
  }
}

}  // namespace dialerd::campaign
