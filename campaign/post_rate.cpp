#include "campaign/post_rate.h"

#include <algorithm>

namespace dialerd::campaign {

void PostRate::advance(MonoTime now) {
  if (begun_ != MonoTime::min() && now < begun_ + span) return;
  const bool next = begun_ != MonoTime::min() && now < begun_ + 2 * span;
  before_ = next ? answers_ : 0;
  begun_ = next ? begun_ + span : now;
  answers_ = 0;
}

void PostRate::answered(MonoTime now) {
  advance(now);
  ++answers_;
}

std::int64_t PostRate::within_span(MonoTime now) {
  advance(now);
  return std::max(before_, answers_);
}

}  // namespace dialerd::campaign
