// PostgreSQL as the engine sees it: leads and attempts in tables, claims and writes all or nothing, fenced by an epoch.
// Follows the SQL's rules (storage/claim.cpp, write.cpp, restore.cpp), not the engine's expectations.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "campaign/engine.h"
#include "tests/simulation/clock.h"

namespace dialerd::simulation {

struct LeadRow {
  campaign::LeadState state = campaign::LeadState::ready;
  WallTime next_at{};
  std::optional<campaign::AttemptId> attempt;
  int attempts = 0;
  std::string reason_counts;
  std::string outcome;
};

struct AttemptRow {
  campaign::LeadId lead{};
  campaign::AttemptState state = campaign::AttemptState::dialing;
  WallTime claimed{};
  std::optional<WallTime> answered;
  std::string call_id;
  std::string disposition;
  bool counted = false;
  int outcomes = 0;  // how often a terminal state was written
};

class Store {
 public:
  Store(Random& random, Clock& clock, std::int64_t leads);

  std::uint64_t new_epoch() { return ++epoch_; }
  // nullopt: the epoch has passed.
  std::optional<campaign::ClaimAnswer> claim(std::uint64_t epoch, std::int64_t n);
  bool write(std::uint64_t epoch, const campaign::Write& write);
  campaign::AccountHistory history() const;
  bool finished() const;

  std::map<campaign::LeadId, LeadRow> leads;
  std::map<campaign::AttemptId, AttemptRow> attempts;

 private:
  Random& random_;
  Clock& clock_;
  std::uint64_t epoch_ = 0;
};

bool is_terminal(campaign::AttemptState state);

}  // namespace dialerd::simulation
