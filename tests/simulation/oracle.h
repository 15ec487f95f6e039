// The rules once more, as a person would read them from the configuration: slow, direct, and sharing no code with
// campaign/. The checker judges by these.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "campaign/engine.h"
#include "config/campaign_config.h"
#include "tests/simulation/clock.h"

namespace dialerd::simulation::oracle {

// A lead's clock: "" | "Zone/Name" | "+night" | "Zone/Name+night".
bool night_consent(const std::string& clock);
// The timezone in which the lead may be called; empty: it is not known.
std::string zone_of(const config::CampaignConfig& config, const std::string& clock);

struct LocalTime {
  std::chrono::sys_days date;  // a civil date
  int weekday = 0;             // 1 = Monday
  int minute = 0;              // of the day
};
LocalTime local_time(const std::string& zone, WallTime at);

// Whether the windows, hours and dates let a lead of that clock be called at that moment (without the margin).
bool may_be_called_at(const config::CampaignConfig& config, const std::string& clock, WallTime at);
// Whether they ever do, whatever the dates.
bool ever_opens(const config::CampaignConfig& config, const std::string& clock);

// What the lead's own data forbid at that moment; empty: nothing.
std::string forbidden(const config::CampaignConfig& config, const campaign::LeadFacts& facts, WallTime at);

enum class Daypart { morning, afternoon, evening };
Daypart daypart(const std::string& zone, WallTime at);

// The policy of one reason, with the defaults of docs/campaigns.md.
struct Policy {
  std::string key;  // what its retries are counted under
  config::AfterCall then = config::AfterCall::hold;
  std::vector<config::Delay> delays;
  std::optional<std::int64_t> max;
  bool different_daypart = false;
  bool next_caller_number = false;
  bool next_number = false;
};
Policy policy_of(const config::Retry& retry, const std::string& reason, std::optional<milliseconds> talk);

bool is_refusal(const std::string& reason);
bool is_known(const std::string& reason);

}  // namespace dialerd::simulation::oracle
