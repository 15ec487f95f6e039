#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tests/voxsim/limits.h"
#include "tests/voxsim/options.h"
#include "tests/voxsim/phone_number.h"

namespace dialerd::voxsim {

// One way a call can end.
struct Outcome {
  std::string reason;     // disconnection_reason
  std::string status;     // the status that goes with it
  bool connects = false;  // the callee picked up: the call has a start, a talk time, a transcript and a cost
};

// What becomes of a call, decided when it is created.
struct Fate {
  std::uint16_t outcome = 0;  // index for OutcomeModel::at
  bool connects = false;
  std::uint32_t ring_ms = 0;  // queued so long
  std::uint32_t talk_ms = 0;  // then ongoing so long; 0 when it never connects
  std::uint32_t analysis_ms = 0;
  std::uint32_t list_lag_ms = 0;
  std::uint32_t contradict_ms = 0;  // so long after its end another outcome is shown; 0: never
  std::uint16_t later_outcome = 0;  // that one; connects as the first does
  bool never_ends = false;          // talk_ms is then longer than any run
};

// How calls end. The fate of a call is a pure function of the seed, the number called and how many calls that number
// has had before, so a run's results do not depend on the order in which concurrent requests arrive. Thread-safe:
// immutable.
class OutcomeModel {
 public:
  // Throws std::invalid_argument, with the offending part of `options.outcomes` in the text.
  explicit OutcomeModel(const Options& options);

  Fate draw(PackedNumber to, std::uint32_t nth_call_to_number) const;
  // A call that the provider created only to end it at once.
  Fate refused(Refusal refusal, PackedNumber to, std::uint32_t nth_call_to_number) const;

  const Outcome& at(std::uint16_t index) const { return outcomes_[index]; }
  // Every reason a listing may be filtered by: the documented ones and those that were configured.
  std::vector<std::string> reasons() const;

 private:
  void configure(std::string_view spec);
  std::uint16_t index_of(std::string_view reason, std::string_view status);
  std::uint16_t contradiction_of(std::uint16_t outcome, std::uint64_t drawn) const;

  std::vector<Outcome> outcomes_;
  std::vector<std::pair<double, std::uint16_t>> cumulative_;  // running total of the weights
  std::uint64_t seed_;
  MillisecondRange ring_ms_;
  MillisecondRange talk_ms_;
  MillisecondRange analysis_ms_;
  MillisecondRange list_lag_ms_;
  MillisecondRange refusal_ms_;
  double never_end_;
  double contradict_;
  MillisecondRange contradict_ms_;
};

}  // namespace dialerd::voxsim
