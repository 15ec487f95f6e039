// What a campaign's rules ask of the database: every set of rules that it is under must hold, so they are joined.
#pragma once

#include "config/campaign_config.h"
#include "storage/session.h"

namespace dialerd::daemon {

storage::ClaimRules claim_rules(const config::CampaignConfig& config);

}  // namespace dialerd::daemon
