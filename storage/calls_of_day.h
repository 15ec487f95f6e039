// How many calls each campaign made in the last day, as far as they are counted: the hours from the rollup of calls by
// caller number (migrations/0008_reports.sql), so it is cheap however many attempts there are. Calls that are not over,
// and those since the last count, are missing.
#pragma once

#include <cstdint>
#include <map>

#include "campaign/ids.h"
#include "storage/session.h"

namespace dialerd::storage {

using CallsOfDay = std::map<campaign::CampaignId, std::int64_t>;

Result<CallsOfDay> calls_of_day(Session& session);

}  // namespace dialerd::storage
