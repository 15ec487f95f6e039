// How long to wait before connecting again: full jitter over a ceiling that doubles, 50 ms to 5 s. Full jitter, so that
// the many sessions that lost one server do not come back to it in step. Source: M. Brooker, "Exponential Backoff And
// Jitter", AWS Architecture Blog, 2015.
#pragma once

#include <algorithm>
#include <chrono>

namespace dialerd::storage {

class Backoff {
 public:
  static constexpr std::chrono::milliseconds first_ceiling{50};
  static constexpr std::chrono::milliseconds last_ceiling{5000};

  // `random` is evenly spread over [0, 1); the caller brings it.
  std::chrono::milliseconds next(double random) {
    const auto wait = std::chrono::duration_cast<std::chrono::milliseconds>(ceiling_ * random);
    ceiling_ = std::min(ceiling_ * 2, last_ceiling);
    return wait;
  }

  // After a success.
  void reset() { ceiling_ = first_ceiling; }

 private:
  std::chrono::milliseconds ceiling_ = first_ceiling;
};

}  // namespace dialerd::storage
