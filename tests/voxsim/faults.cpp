#include "tests/voxsim/faults.h"

#include <algorithm>
#include <array>
#include <stdexcept>

#include "tests/voxsim/random.h"

namespace dialerd::voxsim {

namespace {

constexpr std::array<std::pair<std::string_view, Fault>, 8> kNames{{
    {"reset-before", Fault::kResetBefore},
    {"reset-after", Fault::kResetAfter},
    {"hang-after", Fault::kHangAfter},
    {"error-500-before", Fault::kError500Before},
    {"error-500-after", Fault::kError500After},
    {"error-503-before", Fault::kError503Before},
    {"garbage", Fault::kGarbage},
    {"truncated", Fault::kTruncated},
}};

}  // namespace

std::string_view fault_name(Fault fault) {
  const auto found =
      std::find_if(kNames.begin(), kNames.end(), [&](const auto& entry) { return entry.second == fault; });
  return found == kNames.end() ? std::string_view{} : found->first;
}

bool strikes_before(Fault fault) {
  return fault == Fault::kResetBefore || fault == Fault::kError500Before || fault == Fault::kError503Before;
}

FaultPlan::FaultPlan(const std::vector<std::pair<std::string, double>>& probabilities, MillisecondRange slow_ms,
                     std::uint64_t seed)
    : slow_ms_(slow_ms), seed_(seed) {
  double total = 0;
  for (const auto& [name, probability] : probabilities) {
    if (!(probability >= 0 && probability <= 1)) throw std::invalid_argument("fault " + name + ": not a probability");
    if (name == "slow") {
      slow_ = probability;
      continue;
    }
    const auto found =
        std::find_if(kNames.begin(), kNames.end(), [&](const auto& entry) { return entry.first == name; });
    if (found == kNames.end()) throw std::invalid_argument("unknown fault '" + name + "'");
    total += probability;
    cumulative_.emplace_back(total, found->second);
  }
  if (total > 1.0 + 1e-9) throw std::invalid_argument("the probabilities of the faults add up to more than 1");
}

DrawnFault FaultPlan::draw(std::uint64_t nth_request) const {
  if (cumulative_.empty() && slow_ == 0) return {};
  Draws draws(mix(seed_, nth_request));
  DrawnFault drawn;
  const double at = draws.fraction();
  const auto struck =
      std::find_if(cumulative_.begin(), cumulative_.end(), [&](const auto& entry) { return at < entry.first; });
  if (struck != cumulative_.end()) drawn.fault = struck->second;
  if (draws.fraction() < slow_) drawn.delay_ms = draws.in(slow_ms_);
  return drawn;
}

}  // namespace dialerd::voxsim
