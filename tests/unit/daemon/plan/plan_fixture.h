// Small forecasts whose numbers can be worked out by hand.
#pragma once

#include <chrono>
#include <cstdint>

#include "daemon/plan/forecast.h"

namespace dialerd::daemon::plan {

// Wed 2026-11-25 09:00 in Seoul (UTC+9, no daylight saving time).
inline constexpr WallTime wednesday_nine = std::chrono::sys_days{std::chrono::year{2026} / 11 / 25};

// One campaign of one account without limits, open all day, every day; each call is a conversation of one minute, an
// end is known at once, and nothing is retried.
ForecastInput input_of(std::int64_t leads);

CampaignInput campaign_of(std::int64_t id, std::int64_t leads);

// Open from one hour to another on every day of the week.
void open_daily(config::CampaignConfig& config, int from_hour, int to_hour);

// Each call ends like this.
OutcomeModel always(const std::string& reason, bool conversation, std::chrono::milliseconds duration);

}  // namespace dialerd::daemon::plan
