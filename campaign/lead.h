// A lead as the claim hands it out: everything that one attempt needs to know of it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "campaign/ids.h"

namespace dialerd::campaign {

struct ClaimedLead {
  LeadId lead{};
  AttemptId attempt;
  std::string to_number;  // domestic digits
  std::vector<std::optional<std::string>>
      field_values;           // runs parallel to CallTemplate::lead_fields; absent or JSON null: nullopt
  int attempts = 0;           // counted attempts before this one
  std::string reason_counts;  // retries so far by reason (campaign/reason_counts.h)
};

}  // namespace dialerd::campaign
