// How many POSTs were answered lately: as many may be claimed ahead of them. Then the claims of a fast provider are
// large, and pay for their transaction, while no lead waits for its POST for longer than the span, and so not past the
// age at which the database must be asked about it once more. Not thread-safe.
#pragma once

#include <chrono>
#include <cstdint>

#include "campaign/time.h"

namespace dialerd::campaign {

class PostRate {
 public:
  static constexpr std::chrono::milliseconds span{150};

  void answered(MonoTime now);
  // Answers within a span: of the latest whole one, or of this one so far if they are more.
  std::int64_t within_span(MonoTime now);

 private:
  void advance(MonoTime now);

  MonoTime begun_{MonoTime::min()};
  std::int64_t answers_ = 0;
  std::int64_t before_ = 0;
};

}  // namespace dialerd::campaign
