#pragma once

#include <vector>

#include "config/campaign_config.h"
#include "config/diagnostics.h"
#include "config/document.h"

namespace dialerd::config {

// The `leads` section: which column of a CSV file is what.
LeadColumns read_lead_columns(const Node& node, Diagnostics& diagnostics);

// The `lead_timezone` key: one word or a list of them. Empty if it was reported.
std::vector<ZoneSource> read_lead_timezone(const Node& node, Diagnostics& diagnostics);

}  // namespace dialerd::config
