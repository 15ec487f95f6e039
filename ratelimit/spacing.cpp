#include "ratelimit/spacing.h"

#include <algorithm>
#include <cassert>
#include <chrono>

namespace dialerd::ratelimit {

Spacing::Spacing(std::int64_t per_second, std::int64_t burst)
    : burst_(burst), interval_((1'000'000'000 + per_second - 1) / per_second) {
  assert(burst >= 1 && burst <= per_second && per_second <= 1'000'000'000);
  if (burst > 1) second_ = std::make_unique<RollingWindow>(per_second, std::chrono::seconds{1});
}

void Spacing::take(MonoTime now) {
  // GCRA: the theoretical arrival time is even_slot_ plus the tolerance of burst-1 intervals.
  MonoClock::duration tolerance = interval_ * (burst_ - 1);
  even_slot_ = std::max(even_slot_ + tolerance, now) + interval_ - tolerance;
  next_slot_ = even_slot_;
  if (!second_) return;
  second_->hold(1);
  second_->count(now, 1);
  if (second_->available(now) == 0) next_slot_ = std::max(next_slot_, *second_->next_return(now));
}

std::int64_t Spacing::slots_until(MonoTime now, MonoTime until) const {
  MonoTime first = std::max(now, next_slot_);
  if (first > until) return 0;
  MonoClock::duration tolerance = interval_ * (burst_ - 1);
  MonoTime arrival = std::max(even_slot_ + tolerance, first);
  std::int64_t even = (until - arrival + tolerance) / interval_ + 1;
  if (!second_) return even;
  // Tokens that are there or come back until then, and those of calls yet to come, once a second.
  return std::min(even, second_->available_at(until) + second_->limit() * ((until - first) / std::chrono::seconds{1}));
}

void Spacing::restore(MonoTime now) {
  even_slot_ = now + interval_;
  next_slot_ = even_slot_;
  if (!second_) return;
  second_->restore(now, now, second_->limit());
  next_slot_ = std::max(next_slot_, *second_->next_return(now));
}

}  // namespace dialerd::ratelimit
