#include "ratelimit/spacing.h"

#include <algorithm>
#include <cassert>

namespace dialerd::ratelimit {

Spacing::Spacing(std::int64_t per_second) : interval_((1'000'000'000 + per_second - 1) / per_second) {
  assert(per_second >= 1 && per_second <= 1'000'000'000);
}

void Spacing::take(MonoTime now) { next_slot_ = now + interval_; }

std::int64_t Spacing::slots_until(MonoTime now, MonoTime until) const {
  MonoTime first = std::max(now, next_slot_);
  if (first > until) return 0;
  return (until - first) / interval_ + 1;
}

}  // namespace dialerd::ratelimit
