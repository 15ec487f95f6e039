#include "tests/voxsim/limits.h"

#include <algorithm>

namespace dialerd::voxsim {

CallLimits::CallLimits(const LimitOptions& options)
    : options_(options),
      hourly_(options.per_hour, std::int64_t{options.hour_ms} * 1000),
      daily_(options.per_day, std::int64_t{options.day_ms} * 1000) {}

Refusal CallLimits::check(std::int64_t now_us) {
  if (options_.balance && accepted_ >= *options_.balance) return Refusal::kBalance;
  if (options_.concurrency && open_now(now_us) >= *options_.concurrency) return Refusal::kConcurrency;
  if (!hourly_.has_room(now_us)) return Refusal::kHourly;
  if (!daily_.has_room(now_us)) return Refusal::kDaily;
  return Refusal::kNone;
}

std::int64_t CallLimits::wait_us(Refusal refusal, std::int64_t now_us) const {
  switch (refusal) {
    case Refusal::kConcurrency:
      return open_until_ms_.empty() ? 0 : std::max<std::int64_t>(0, open_until_ms_.top() * 1000 - now_us);
    case Refusal::kHourly:
      return hourly_.wait_us(now_us);
    case Refusal::kDaily:
      return daily_.wait_us(now_us);
    case Refusal::kNone:
    case Refusal::kBalance:
      break;
  }
  return 0;
}

void CallLimits::accept(std::int64_t now_us, std::int64_t end_ms) {
  ++accepted_;
  hourly_.count(now_us);
  daily_.count(now_us);
  open_until_ms_.push(end_ms);
  open_most_ = std::max(open_most_, open_now(now_us));
}

std::size_t CallLimits::open_now(std::int64_t now_us) {
  while (!open_until_ms_.empty() && open_until_ms_.top() * 1000 <= now_us) open_until_ms_.pop();
  return open_until_ms_.size();
}

}  // namespace dialerd::voxsim
