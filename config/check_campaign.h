#pragma once

#include "config/campaign_config.h"
#include "config/diagnostics.h"
#include "config/document.h"

namespace dialerd::config {

// What only several keys of a campaign together can show: that it would never call, or never do what a key asks for.
// `root` is the document that `campaign` was read from.
void check_campaign(const CampaignConfig& campaign, const Node& root, Diagnostics& diagnostics);

}  // namespace dialerd::config
