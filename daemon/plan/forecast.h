// One run of an account's campaigns in virtual time: the engine that the daemon runs (campaign/engine.h), with leads
// in memory and a provider whose calls end as an OutcomeModel draws. It shows how one of the campaigns goes to its end.
//
// Deterministic: the same input gives the same forecast. Assumed besides the model: the provider accepts every call,
// PostgreSQL answers at once, and an ended call is learnt of at the next listing.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "campaign/engine.h"
#include "campaign/history.h"
#include "config/campaign_config.h"
#include "daemon/plan/lead_pool.h"
#include "daemon/plan/outcome_model.h"
#include "daemon/plan/timeline.h"

namespace dialerd::daemon::plan {

struct CampaignInput {
  campaign::CampaignId id{};
  config::CampaignConfig config;
  std::shared_ptr<const LeadPool> leads;  // never null
  OutcomeModel model;
  bool paused = false;  // or a draft, or stopped: takes no part
};

struct ForecastInput {
  campaign::AccountSettings account;
  std::vector<CampaignInput> campaigns;  // of that account
  std::size_t planned = 0;               // which of them is asked about
  campaign::AccountHistory history;      // as of `start`
  WallTime start{};
  std::chrono::milliseconds answer_time{250};     // of a POST
  std::chrono::milliseconds list_interval{2000};  // an end is learnt of at a multiple of this
  // Things happen at multiples of this, all of one moment together: a forecast needs no finer time, and is several
  // times as fast. Under `per_second` the calls of one step leave together, no more of them than otherwise.
  std::chrono::milliseconds step{500};
  std::chrono::days horizon{366};  // longer is not looked ahead
  std::uint64_t seed = 1;
};

struct Forecast {
  bool finished = false;
  std::string never;  // not finished: why no call is possible any more, if that is why (Gate::never_opens_rule)
  WallTime start{};
  WallTime end{};                     // the planned campaign's last lead is settled, or nothing more was looked at
  std::optional<WallTime> most_done;  // nine tenths of the leads are done or held
  std::int64_t leads = 0;             // of the planned campaign, at the start
  std::int64_t unfinished = 0;        // of them, at the end
  std::int64_t calls = 0;
  std::int64_t conversations = 0;
  std::map<std::string, std::int64_t> calls_by_reason;
  std::map<std::string, std::int64_t> done;     // leads, by outcome
  std::map<std::string, std::int64_t> held;     // by reason
  std::map<std::string, std::int64_t> dropped;  // leads that a rule ended or held before a call that was due, by rule
  std::map<std::string, std::int64_t> calls_of_others;  // by campaign

  // What held calls back: "account.concurrency" and so on (campaign/binding.h), "not_due" (leads wait for a retry or a
  // promised time), "connections", and "last_calls" (every lead is in its last call). Several may hold at once.
  std::vector<std::string> holds;
  std::vector<std::chrono::milliseconds> held_time;  // runs parallel
  std::chrono::milliseconds open_time{0};            // a lead's calling window was open
  std::vector<Hour> hours;
};

Forecast run_forecast(const ForecastInput& input);

}  // namespace dialerd::daemon::plan
