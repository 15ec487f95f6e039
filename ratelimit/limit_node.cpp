#include "ratelimit/limit_node.h"

#include <algorithm>
#include <cassert>
#include <chrono>

namespace dialerd::ratelimit {

LimitNode::LimitNode(const NodeLimits& limits) : concurrency_(limits.concurrency) {
  if (limits.per_second) spacing_.emplace(*limits.per_second);
  if (limits.per_minute) windows_.emplace_back(*limits.per_minute, std::chrono::minutes{1});
  if (limits.per_hour) windows_.emplace_back(*limits.per_hour, std::chrono::hours{1});
  if (limits.per_day) windows_.emplace_back(*limits.per_day, std::chrono::hours{24});
}

std::int64_t LimitNode::available(MonoTime now) {
  std::int64_t n = concurrency_ ? std::max<std::int64_t>(0, *concurrency_ - open_) : unlimited;
  for (RollingWindow& window : windows_) n = std::min(n, window.available(now));
  return n;
}

void LimitNode::reserve(std::int64_t n) {
  open_ += n;
  for (RollingWindow& window : windows_) window.hold(n);
}

void LimitNode::cancel(std::int64_t n) {
  assert(n <= open_);
  open_ -= n;
  for (RollingWindow& window : windows_) window.refund(n);
}

MonoTime LimitNode::next_start() const { return spacing_ ? spacing_->next_slot() : MonoTime::min(); }

void LimitNode::start(MonoTime now) {
  if (spacing_) spacing_->take(now);
}

std::int64_t LimitNode::starts_until(MonoTime now, MonoTime until) const {
  return spacing_ ? spacing_->slots_until(now, until) : unlimited;
}

void LimitNode::answered(MonoTime now) {
  for (RollingWindow& window : windows_) window.count(now, 1);
}

void LimitNode::refund() {
  for (RollingWindow& window : windows_) window.refund(1);
}

void LimitNode::finish() {
  assert(open_ >= 1);
  --open_;
}

void LimitNode::restore_unanswered(std::int64_t n) {
  for (RollingWindow& window : windows_) window.hold(n);
}

void LimitNode::restore_counted(MonoTime now, MonoTime at, std::int64_t n) {
  for (RollingWindow& window : windows_) window.restore(now, at, n);
}

std::optional<MonoTime> LimitNode::next_return(MonoTime now) {
  std::optional<MonoTime> latest;
  for (RollingWindow& window : windows_) {
    if (window.available(now) > 0) continue;
    // Nothing counted: every token is held, and an answer brings it back rather than time.
    if (auto at = window.next_return(now)) latest = std::max(latest.value_or(*at), *at);
  }
  return latest;
}

}  // namespace dialerd::ratelimit
