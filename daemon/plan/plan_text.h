// A plan for a person, and for a program.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "daemon/plan/outcome_model.h"
#include "daemon/plan/plan.h"

namespace dialerd::daemon::plan {

// What is told beside the plan itself.
struct PlanContext {
  std::string campaign;
  std::string account;
  std::string timezone;
  std::int64_t ready = 0;                       // leads, in the database
  std::int64_t active = 0;                      // leads whose call is open
  std::map<std::string, std::int64_t> done;     // leads that are, by outcome
  std::map<std::string, std::int64_t> held;     // by reason
  std::map<std::string, std::int64_t> skipped;  // of the ready ones: never called, by rule
  std::vector<Assumption> assumptions;
  std::vector<std::string> notes;
};

// Times by the campaign's clock. `width`: columns for the longest bar of the chart. `lines_max`: with more hours than
// this the chart has a bar for each day instead.
struct TextSettings {
  std::size_t width = 40;
  std::size_t lines_max = 40;
};
std::string plan_text(const Plan& plan, const PlanContext& context, const TextSettings& settings = {});

// One JSON object; docs/planning.md lists its keys. Times in ISO 8601 with the campaign's offset, durations in
// seconds, shares from 0 to 1.
std::string plan_json(const Plan& plan, const PlanContext& context);

// The stretches of time in which something held calls back for more than half of the open time, whole hours joined.
struct HeldStretch {
  WallTime from{};
  WallTime to{};
};
std::vector<HeldStretch> held_stretches(const Forecast& forecast, std::size_t hold);

// "account.concurrency": "the account's concurrency".
std::string hold_text(const std::string& hold);

}  // namespace dialerd::daemon::plan
