#include "ratelimit/limit_node.h"

#include <algorithm>
#include <cassert>
#include <chrono>

namespace dialerd::ratelimit {
namespace {

MonoClock::duration length(Unit unit) {
  switch (unit) {
    case Unit::minute:
      return std::chrono::minutes{1};
    case Unit::hour:
      return std::chrono::hours{1};
    case Unit::day:
      break;
  }
  return std::chrono::hours{24};
}

LimitKind kind_of(Unit unit) {
  switch (unit) {
    case Unit::minute:
      return LimitKind::per_minute;
    case Unit::hour:
      return LimitKind::per_hour;
    case Unit::day:
      break;
  }
  return LimitKind::per_day;
}

}  // namespace

LimitNode::LimitNode(const NodeLimits& limits) : concurrency_(limits.concurrency), learned_(limits.concurrency) {
  if (limits.per_second) spacing_.emplace(*limits.per_second, limits.burst);
  std::size_t windows = std::size_t{limits.per_minute.has_value()} + std::size_t{limits.per_hour.has_value()} +
                        std::size_t{limits.per_day.has_value()};
  limits.calendar ? calendar_.reserve(windows) : rolling_.reserve(windows);
  add_window(limits.calendar, limits.per_minute, Unit::minute);
  add_window(limits.calendar, limits.per_hour, Unit::hour);
  add_window(limits.calendar, limits.per_day, Unit::day);
}

void LimitNode::add_window(bool calendar, std::optional<std::int64_t> limit, Unit unit) {
  if (!limit) return;
  units_.push_back(unit);
  if (calendar) {
    calendar_.emplace_back(*limit, unit);
  } else {
    rolling_.emplace_back(*limit, length(unit));
  }
}

std::int64_t LimitNode::available(MonoTime now) {
  std::int64_t n = unlimited;
  if (concurrency_) n = *concurrency_;
  if (auto learned = learned_.state(now)) n = std::min(n, learned->cap);
  if (n != unlimited) n = std::max<std::int64_t>(0, n - open_);
  each_window([&](auto& window) { n = std::min(n, window.available(now)); });
  return n;
}

void LimitNode::reserve(std::int64_t n) {
  open_ += n;
  each_window([&](auto& window) { window.hold(n); });
}

void LimitNode::cancel(std::int64_t n) {
  assert(n <= open_);
  open_ -= n;
  each_window([&](auto& window) { window.refund(n); });
}

MonoTime LimitNode::next_start() const { return spacing_ ? spacing_->next_slot() : MonoTime::min(); }

void LimitNode::start(MonoTime now) {
  if (spacing_) spacing_->take(now);
}

std::int64_t LimitNode::starts_until(MonoTime now, MonoTime until) const {
  return spacing_ ? spacing_->slots_until(now, until) : unlimited;
}

void LimitNode::answered(MonoTime now) {
  each_window([&](auto& window) { window.count(now, 1); });
}

void LimitNode::refund() {
  each_window([](auto& window) { window.refund(1); });
}

void LimitNode::finish() {
  assert(open_ >= 1);
  --open_;
}

void LimitNode::new_period(Unit unit, MonoTime now, MonoTime began) {
  for (PeriodWindow& window : calendar_) {
    if (window.unit() == unit) window.new_period(now, began);
  }
}

void LimitNode::clock_stepped(MonoTime now) {
  for (PeriodWindow& window : calendar_) window.clock_stepped(now);
}

void LimitNode::restore_unanswered(std::int64_t n) {
  each_window([&](auto& window) { window.hold(n); });
}

void LimitNode::restore_counted(MonoTime now, MonoTime at, std::int64_t n) {
  each_window([&](auto& window) { window.restore(now, at, n); });
}

void LimitNode::restore_started(MonoTime now) {
  if (spacing_) spacing_->restore(now);
}

std::optional<MonoTime> LimitNode::next_return(MonoTime now) {
  std::optional<MonoTime> latest;
  auto wait_for = [&](MonoTime at) { latest = std::max(latest.value_or(at), at); };
  each_window([&](auto& window) {
    if (window.available(now) > 0) return;
    // Nothing counted: every token is held, and an answer brings it back rather than time.
    if (auto at = window.next_return(now)) wait_for(*at);
  });
  if (auto learned = learned_.state(now); learned && open_ >= learned->cap) wait_for(learned->next_increase);
  return latest;
}

std::vector<LimitNode::Use> LimitNode::uses(MonoTime now) {
  std::vector<Use> uses;
  std::optional<std::int64_t> concurrency = concurrency_;
  if (auto learned = learned_.state(now)) concurrency = std::min(concurrency.value_or(unlimited), learned->cap);
  if (concurrency) uses.push_back({LimitKind::concurrency, open_, *concurrency});
  std::size_t i = 0;
  each_window([&](auto& window) {
    uses.push_back({kind_of(units_[i++]), window.limit() - window.available(now), window.limit()});
  });
  return uses;
}

std::optional<LimitKind> LimitNode::binding(MonoTime now) {
  std::optional<LimitKind> found;
  if (next_start() > now) found = LimitKind::per_second;
  auto learned = learned_.state(now);
  if ((concurrency_ && open_ >= *concurrency_) || (learned && open_ >= learned->cap)) found = LimitKind::concurrency;
  auto unit = units_.begin();
  each_window([&](auto& window) {
    if (window.available(now) <= 0) found = kind_of(*unit);
    ++unit;
  });
  return found;
}

}  // namespace dialerd::ratelimit
