#include "ratelimit/request_budget.h"

#include <algorithm>

namespace dialerd::ratelimit {

namespace {

constexpr std::chrono::seconds step{5};

}  // namespace

RequestBudget::RequestBudget(const Limits& limits) : limits_(limits) {
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
  ++under_way_;
  for (Window& window : windows_) {
    window.all.hold(1);
    if (kind == Kind::follow) window.follow.hold(1);
  }
}

void RequestBudget::ended(MonoTime now, Kind kind) {
  --under_way_;
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

std::vector<RequestBudget::Spent> RequestBudget::spent(MonoTime now) {
  std::vector<Spent> told;
  if (!limits_.per_minute) return told;
  auto add = [&](MonoTime at, std::int64_t requests) {
    MonoTime until{(at.time_since_epoch() / step + 1) * step};
    if (told.empty() || told.back().until != until) told.push_back({until, 0});
    told.back().requests += requests;
  };
  RollingWindow& minute = windows_.back().all;
  minute.for_each_counted(now, add);
  // Those in flight: whenever the provider counts them, it is before that.
  if (minute.held() > 0) add(now + step, minute.held());
  return told;
}

void RequestBudget::restore(MonoTime now) {
  for (Window& window : windows_) window.all.restore(now, now, window.all.limit());
}

void RequestBudget::restore(MonoTime now, const std::vector<Spent>& spent, MonoTime told_at, MonoTime sent_until) {
  if (limits_.per_second) windows_.front().all.restore(now, now, *limits_.per_second);
  if (!limits_.per_minute) return;
  RollingWindow& minute = windows_.back().all;
  for (const Spent& one : spent) minute.restore(now, std::min(one.until, now), one.requests);
  if (sent_until <= told_at) return;
  std::int64_t untold = *limits_.per_minute;
  if (limits_.per_second) {
    std::int64_t seconds = std::chrono::ceil<std::chrono::seconds>(sent_until - told_at).count();
    untold = std::min(untold, *limits_.per_second * (seconds + 1));
  }
  minute.restore(now, sent_until, untold);
}

}  // namespace dialerd::ratelimit
