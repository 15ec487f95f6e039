// The leads of a campaign that are called next, with what their calls would lack: what `dialerd check --online` looks
// at. Reads only; nothing is locked. What it costs depends on how many are asked for and on how many clocks the leads
// have, not on how many leads there are.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "storage/session.h"

namespace dialerd::storage {

struct NextLead {
  campaign::LeadId lead{};
  campaign::LeadFacts facts;
  bool suppressed = false;                  // the next claim ends it
  std::vector<std::string> missing_fields;  // those of the fields asked for that it lacks, absent or JSON null
  std::vector<std::string> field_names;     // what it has instead, some of them; empty when it lacks none
};

// The `most` ready leads that are due first, of whatever clock; fewer only if there are no more. `lead_fields`: those
// that a call of the campaign needs (CallTemplate::lead_fields).
Result<std::vector<NextLead>> next_leads(Session& session, campaign::CampaignId campaign, std::int64_t most,
                                         const std::vector<std::string>& lead_fields);

}  // namespace dialerd::storage
