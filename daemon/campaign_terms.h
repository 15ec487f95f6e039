// What the database is told of a campaign's file, beside its text, so that it can say what state the campaign is in.
#pragma once

#include "config/campaign_config.h"
#include "storage/session.h"

namespace dialerd::daemon {

// Precondition: the campaign's timezone exists.
storage::CampaignTerms campaign_terms(const config::CampaignConfig& config);

}  // namespace dialerd::daemon
