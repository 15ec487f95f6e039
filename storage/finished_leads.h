// A campaign's finished leads, for `dialerd export`.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "storage/session.h"

namespace dialerd::storage {

struct ExportFilter {
  std::optional<std::string> since;  // a day of the campaign's clock, 2026-05-31: finished then or later
  bool full_numbers = false;         // else masked, also where a variable of the lead repeats them
};

// What a row has, in this order.
const std::vector<std::string>& finished_lead_columns();

// Gives the rows to `take`, page by page, by number: as CSV fields, or one field that is a JSON object. Each page is a
// transaction of its own, so that an export of millions holds no snapshot while it lasts: a lead that finishes
// meanwhile may be among them or not, none is there twice. Stops early when `take` answers false.
Result<void> read_finished_leads(Session& session, campaign::CampaignId campaign, const ExportFilter& filter, bool json,
                                 const std::function<bool(const std::vector<std::vector<std::string>>& page)>& take);

}  // namespace dialerd::storage
