#include "ratelimit/request_budget.h"

#include <algorithm>

namespace dialerd::ratelimit {

RequestBudget::RequestBudget(const Limits& limits) {
  windows_.reserve(std::size_t{limits.per_second.has_value()} + std::size_t{limits.per_minute.has_value()});
  if (limits.per_second) add_window(*limits.per_second, std::chrono::seconds{1}, limits.follow_percent);
  if (limits.per_minute) add_window(*limits.per_minute, std::chrono::minutes{1}, limits.follow_percent);
}

void RequestBudget::add_window(std::int64_t limit, MonoClock::duration length, std::int64_t follow_percent) {
  std::int64_t floor = 1;
  MonoClock::duration floor_length = length;
  if (limit == 1) {
    floor_length = 2 * length;
  } else {
    floor = std::clamp<std::int64_t>(limit * follow_percent / 100, 1, limit - 1);
  }
  windows_.push_back({RollingWindow(limit, length), RollingWindow(floor, floor_length)});
}

std::int64_t RequestBudget::creations(MonoTime now, bool following) {
  std::int64_t n = unlimited;
  for (Window& window : windows_) {
    std::int64_t kept = following ? window.follow.available(now) : 0;
    n = std::min(n, std::max<std::int64_t>(0, window.all.available(now) - kept));
  }
  return n;
}

bool RequestBudget::may_follow(MonoTime now, bool creation_waiting) {
  for (Window& window : windows_) {
    if (window.all.available(now) == 0) return false;
    if (creation_waiting && window.follow.available(now) == 0) return false;
  }
  return true;
}

void RequestBudget::begin(Kind kind) {
  for (Window& window : windows_) {
    window.all.hold(1);
    if (kind == Kind::follow) window.follow.hold(1);
  }
}

void RequestBudget::ended(MonoTime now, Kind kind) {
  for (Window& window : windows_) {
    window.all.count(now, 1);
    if (kind == Kind::follow) window.follow.count(now, 1);
  }
}

std::optional<MonoTime> RequestBudget::next_create(MonoTime now, bool following) {
  std::optional<MonoTime> latest;
  for (Window& window : windows_) {
    std::int64_t kept = following ? window.follow.available(now) : 0;
    if (window.all.available(now) > kept) continue;
    if (auto at = window.all.next_return(now)) latest = std::max(latest.value_or(*at), *at);
  }
  return latest;
}

std::optional<MonoTime> RequestBudget::next_follow(MonoTime now, bool creation_waiting) {
  std::optional<MonoTime> latest;
  auto wait_for = [&](RollingWindow& window) {
    if (window.available(now) > 0) return;
    if (auto at = window.next_return(now)) latest = std::max(latest.value_or(*at), *at);
  };
  for (Window& window : windows_) {
    wait_for(window.all);
    if (creation_waiting) wait_for(window.follow);
  }
  return latest;
}

void RequestBudget::restore(MonoTime now) {
  for (Window& window : windows_) window.all.restore(now, now, window.all.limit());
}

}  // namespace dialerd::ratelimit
