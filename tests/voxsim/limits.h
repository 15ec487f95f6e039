#pragma once

#include <cstdint>
#include <functional>
#include <queue>
#include <vector>

#include "tests/voxsim/options.h"
#include "tests/voxsim/rolling_window.h"

namespace dialerd::voxsim {

enum class Refusal { kNone, kConcurrency, kHourly, kDaily, kBalance };

// The provider's own limits on calls, in force when a call is created. A refused call counts against none of them.
// Times are the provider's clock and never go back. Not thread-safe.
class CallLimits {
 public:
  explicit CallLimits(const LimitOptions& options);

  // The first limit that stands in the way of one more call now.
  Refusal check(std::int64_t now_us);
  // How long that refusal will last at least; zero for the balance, which does not come back.
  std::int64_t wait_us(Refusal refusal, std::int64_t now_us) const;

  // Counts an accepted call that is open (queued or ongoing) until `end_ms`.
  void accept(std::int64_t now_us, std::int64_t end_ms);

  std::size_t open_now(std::int64_t now_us);
  std::size_t open_most() const { return open_most_; }

 private:
  LimitOptions options_;
  RollingWindow hourly_;
  RollingWindow daily_;
  std::priority_queue<std::int64_t, std::vector<std::int64_t>, std::greater<>> open_until_ms_;
  std::uint64_t accepted_ = 0;
  std::size_t open_most_ = 0;
};

}  // namespace dialerd::voxsim
