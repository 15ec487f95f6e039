#pragma once

#include <chrono>
#include <cstdint>

namespace dialerd::voxsim {

// The provider's own clock: unix time when the process started, plus an offset, carried on by the monotonic clock. It
// never runs backwards and does not follow a jump of this machine's wall clock, as a provider's clock would not.
// Thread-safe: immutable after construction.
class Clock {
 public:
  explicit Clock(std::int64_t offset_ms)
      : origin_(std::chrono::steady_clock::now()),
        origin_unix_us_(
            std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch())
                .count() +
            offset_ms * 1000) {}

  std::int64_t now_us() const {
    const auto elapsed = std::chrono::steady_clock::now() - origin_;
    return origin_unix_us_ + std::chrono::duration_cast<std::chrono::microseconds>(elapsed).count();
  }

 private:
  std::chrono::steady_clock::time_point origin_;
  std::int64_t origin_unix_us_;
};

}  // namespace dialerd::voxsim
