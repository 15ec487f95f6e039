#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/voxsim/options.h"

namespace dialerd::voxsim {

// What goes wrong with one request. "Before" means the request has no effect; all others strike after it had its full
// effect.
enum class Fault {
  kNone,
  kResetBefore,     // reset-before: the connection is reset, nothing was done
  kResetAfter,      // reset-after: done, then the connection is reset without an answer
  kHangAfter,       // hang-after: done, and the connection stays open without an answer
  kError500Before,  // error-500-before: HTTP 500, nothing was done
  kError500After,   // error-500-after: HTTP 500, though it was done
  kError503Before,  // error-503-before: HTTP 503 (Retry-After as configured), nothing was done
  kGarbage,         // garbage: done, the right status, and a body that is not JSON
  kTruncated,       // truncated: done, and the connection ends in the middle of the body
};

std::string_view fault_name(Fault fault);
bool strikes_before(Fault fault);

struct DrawnFault {
  Fault fault = Fault::kNone;
  std::uint32_t delay_ms = 0;  // the answer, if any, is sent so much later ("slow")
};

// Which requests are struck. Drawn from the seed and the running number of the request. Thread-safe: immutable.
class FaultPlan {
 public:
  // `probabilities` holds fault names and "slow"; throws std::invalid_argument for an unknown name, a probability
  // outside 0..1 or a sum above 1 ("slow" is drawn apart and does not add to the sum).
  FaultPlan(const std::vector<std::pair<std::string, double>>& probabilities, MillisecondRange slow_ms,
            std::uint64_t seed);

  DrawnFault draw(std::uint64_t nth_request) const;

 private:
  std::vector<std::pair<double, Fault>> cumulative_;
  double slow_ = 0;
  MillisecondRange slow_ms_;
  std::uint64_t seed_;
};

}  // namespace dialerd::voxsim
