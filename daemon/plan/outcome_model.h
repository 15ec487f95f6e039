// How calls end in a forecast and how long they take: drawn from what was seen of earlier calls, else from defaults.
//
// A draw depends on the seed, the lead and how often it was called, and on nothing else: two forecasts that differ in a
// limit meet the same people.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "campaign/ids.h"

namespace dialerd::daemon::plan {

// One way for a call to end (a disconnection reason), as earlier calls of the campaign ended.
struct SeenOutcome {
  std::string reason;
  std::int64_t calls = 0;
  std::optional<std::chrono::milliseconds> open;  // mean time from the POST to the call's end
  std::optional<std::chrono::milliseconds> talk;  // mean time from the answer to the call's end
};

struct Outcome {
  std::string reason;
  bool conversation = false;
  double share = 0;                     // of all calls; they add up to 1
  std::chrono::milliseconds before{0};  // mean time from the POST to the answer, or to the end of a call without one
  std::chrono::milliseconds talk{0};    // mean
};

// What is assumed, in words, and where it comes from.
struct Assumption {
  std::string name;    // a stable key: "answer_rate", "talk" ...
  std::string value;   // "35.0 %"
  std::string source;  // "--answer-rate", "history: 1,204 calls", "default"
};

struct ModelWishes {
  std::optional<double> answer_rate;  // the share of calls that become conversations, 0-1
  std::optional<std::chrono::milliseconds> talk;
};

class OutcomeModel {
 public:
  // Fewer calls than this tell too little; the defaults are used instead.
  static constexpr std::int64_t seen_min = 100;

  // The defaults, corrected by what was seen and then by what is wished.
  // `of`: whose calls were seen, for the assumptions ("of this campaign").
  explicit OutcomeModel(const std::vector<SeenOutcome>& seen = {}, const ModelWishes& wishes = {},
                        const std::string& of = {});
  // These outcomes exactly, each with its mean duration every time.
  static OutcomeModel fixed(std::vector<Outcome> outcomes);

  struct Draw {
    const Outcome* outcome;
    std::chrono::milliseconds before;
    std::chrono::milliseconds talk;
  };
  Draw draw(std::uint64_t seed, campaign::LeadId lead, int call) const;

  const std::vector<Outcome>& outcomes() const { return outcomes_; }
  const std::vector<Assumption>& assumptions() const { return assumptions_; }
  std::chrono::milliseconds mean_duration() const;

 private:
  std::vector<Outcome> outcomes_;
  std::vector<Assumption> assumptions_;
  double spread_ = 0.5;  // a duration is drawn evenly from (1 - spread) to (1 + spread) of its mean
};

// A well mixed number (the finaliser of SplitMix64: Steele, Lea, Flood, "Fast splittable pseudorandom number
// generators", 2014).
std::uint64_t mixed(std::uint64_t x);

}  // namespace dialerd::daemon::plan
