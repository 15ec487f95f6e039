// Whether a campaign's calls can be made of the leads that it has: the same judgement as the engine's at the dispatch
// (campaign::Gate and campaign::CallTemplate), on the leads that are called next. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "campaign/time.h"
#include "config/campaign_config.h"
#include "daemon/online_check/findings.h"
#include "storage/next_leads.h"

namespace dialerd::daemon::online_check {

inline constexpr std::int64_t leads_looked_at = 10'000;  // of each campaign

// `campaign`: its index within the findings. Leads that are suppressed or past their end are passed over, as they are
// never called.
void check_leads(std::size_t campaign, const config::CampaignConfig& config, std::span<const storage::NextLead> leads,
                 campaign::WallTime now, Findings& findings);

}  // namespace dialerd::daemon::online_check
