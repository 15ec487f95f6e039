// A lead as the claim hands it out: everything that one attempt needs to know of it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "campaign/ids.h"

namespace dialerd::campaign {

// What the rules ask of a lead.
struct LeadFacts {
  // Which clock decides when it may be called (campaign/lead_clock.h): a timezone, or empty for none of its own; with
  // "+night" behind it when the person consented to calls at night.
  std::string clock;
  bool callback = false;  // due at a time that was promised to the person
  std::optional<WallTime> consent_at;
  std::optional<WallTime> consent_expires_at;
  std::optional<WallTime> expires_at;
  WallTime created_at{};
  int number_index = 0;       // 0: its own number is dialled, n: its nth alternate
  int number_count = 1;       // its own and the alternates
  int attempts = 0;           // counted attempts before this one
  std::string reason_counts;  // what was counted so far (campaign/reason_counts.h)
};

struct ClaimedLead {
  LeadId lead{};
  AttemptId attempt;
  std::string to_number;  // domestic digits; the one of number_index
  LeadFacts facts;
  std::vector<std::optional<std::string>>
      field_values;  // runs parallel to CallTemplate::lead_fields; absent or JSON null: nullopt
};

}  // namespace dialerd::campaign
