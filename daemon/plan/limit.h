// The limits of a forecast by the names that its results have: "account.concurrency", "campaign.per_hour",
// "caller_numbers.per_day" (campaign/binding.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "campaign/binding.h"
#include "daemon/plan/forecast.h"

namespace dialerd::daemon::plan {

std::optional<campaign::Binding> parse_limit(std::string_view name);
// What the limit is set to for the planned campaign; nullopt: it is not set, or is none that has a number. Of caller
// numbers: the sum over those of the campaign that have it.
std::optional<std::int64_t> limit_value(const ForecastInput& input, campaign::Binding limit);
// Doubles it, of caller numbers each one. Precondition: it has a value.
void double_limit(ForecastInput& input, campaign::Binding limit);

}  // namespace dialerd::daemon::plan
