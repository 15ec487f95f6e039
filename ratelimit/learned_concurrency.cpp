#include "ratelimit/learned_concurrency.h"

#include <algorithm>

namespace dialerd::ratelimit {

void LearnedConcurrency::refused(MonoTime now, std::int64_t open) {
  std::optional<State> before = state(now);
  if (before && now < since_ + decrease_interval) return;
  // Products stay far below 2^63: open calls are counted in thousands.
  std::int64_t cap = std::max<std::int64_t>(1, open * keep_percent / 100);
  if (configured_) cap = std::min(cap, *configured_);
  if (before) cap = std::min(cap, before->cap);
  learned_ = true;
  cap_ = cap;
  step_ = std::max<std::int64_t>(1, open * step_percent / 100);
  target_ = configured_.value_or(std::max<std::int64_t>(2, 2 * open));
  since_ = now;
}

std::optional<LearnedConcurrency::State> LearnedConcurrency::state(MonoTime now) const {
  if (!learned_) return std::nullopt;
  std::int64_t steps_to_target = (target_ - cap_ + step_ - 1) / step_;
  std::int64_t steps = (now - since_) / step_interval;
  if (steps >= steps_to_target) return std::nullopt;
  return State{cap_ + steps * step_, since_, since_ + step_interval * (steps + 1),
               since_ + step_interval * steps_to_target};
}

}  // namespace dialerd::ratelimit
