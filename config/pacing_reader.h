// How a campaign spends what its limits allow: `share`, `pacing`, `rotation`, `answer_rate_rest`.
#pragma once

#include "config/campaign_config.h"
#include "config/diagnostics.h"
#include "config/map_reader.h"

namespace dialerd::config {

// Reads these keys of a campaign file's top level, `map`.
void read_pacing(MapReader& map, CampaignConfig& campaign, Diagnostics& diagnostics);

}  // namespace dialerd::config
