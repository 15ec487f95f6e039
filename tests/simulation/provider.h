// The voice API as the engine sees it, with a ledger of its own by which the checker judges.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "campaign/call.h"
#include "tests/simulation/clock.h"

namespace dialerd::simulation {

struct ProviderCall {
  campaign::AttemptId attempt;
  std::string to_number;
  std::string call_id;
  MonoTime counted{};  // when the provider counted it: between the POST and its answer
  WallTime counted_wall{};
  MonoTime listed_from{};
  MonoTime connected{};  // or would be
  MonoTime ended{};
  std::string reason;
  std::string status;
};

class Provider {
 public:
  Provider(Random& random, Clock& clock) : random_(random), clock_(clock) {}

  // A request arrives now: a call is made.
  std::string create(const campaign::AttemptId& attempt, const std::string& to_number);
  // Calls that a listing shows now, whose start (or creation) is not before `from`.
  std::vector<campaign::CallNews> list(WallTime from) const;
  std::optional<campaign::CallNews> get(const std::string& call_id) const;

  std::vector<ProviderCall> calls;

 private:
  campaign::CallNews news(const ProviderCall& call) const;

  Random& random_;
  Clock& clock_;
};

}  // namespace dialerd::simulation
