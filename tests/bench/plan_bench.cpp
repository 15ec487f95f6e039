// How long a forecast takes: a campaign of a million leads (or as many as the argument says) in four timezones, with
// retries, limits on the account, the campaign and its numbers, and another campaign beside it.
//
//   plan_bench [LEADS]
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <iostream>
#include <memory>
#include <string>

#include "daemon/plan/plan.h"
#include "daemon/plan/words.h"

namespace {

using namespace dialerd;
using namespace dialerd::daemon::plan;

class Watch {
 public:
  // "12.3 s (18.2 s of processor time)"
  std::string text() const {
    std::chrono::duration<double> passed = std::chrono::steady_clock::now() - start_;
    double busy = static_cast<double>(std::clock() - busy_) / CLOCKS_PER_SEC;
    return std::to_string(passed.count()) + " s (" + std::to_string(busy) + " s of processor time)";
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::clock_t busy_ = std::clock();
};

CampaignInput campaign_of(std::int64_t id, std::int64_t leads, WallTime start) {
  CampaignInput campaign;
  campaign.id = campaign::CampaignId{id};
  campaign.config.name = "campaign-" + std::to_string(id);
  campaign.config.caller_numbers = {"07011112222", "07011113333", "07011114444"};
  campaign.config.lead_timezone = {config::ZoneSource::column, config::ZoneSource::campaign};
  for (std::uint8_t day = 1; day <= 6; ++day) campaign.config.calling_windows.push_back({day, 9 * 60, 20 * 60});
  LeadIntake intake(campaign.config, start);
  const char* clocks[] = {"", "Asia/Seoul", "America/New_York", "Europe/London+night"};
  for (std::int64_t n = 1; n <= leads; ++n) {
    PlannedLead lead;
    lead.lead = campaign::LeadId{n};
    lead.due = start;
    lead.facts.created_at = start;
    lead.facts.clock = clocks[n % 4];
    intake.add(lead);
  }
  campaign.leads = std::make_shared<LeadPool>(intake.take());
  return campaign;
}

}  // namespace

int main(int argc, char** argv) {
  const std::int64_t leads = argc > 1 ? std::atoll(argv[1]) : 1'000'000;
  ForecastInput input;
  input.start = std::chrono::sys_days{std::chrono::year{2026} / 11 / 25};
  input.account.name = "main";
  input.account.limits.concurrency = 1000;
  input.account.limits.per_second = 50;
  input.account.limits.per_hour = 100'000;
  input.account.limits.per_day = 2'000'000;
  Watch intake;
  input.campaigns.push_back(campaign_of(1, leads, input.start));
  input.campaigns.push_back(campaign_of(2, leads / 10, input.start));
  input.campaigns[0].config.limits.per_hour = 90'000;
  std::cout << grouped(leads) << " leads taken in: " << intake.text() << '\n';

  Watch one;
  Forecast forecast = run_forecast(input);
  std::cout << "one forecast, " << grouped(forecast.calls) << " calls to " << moment_text("Asia/Seoul", forecast.end)
            << (forecast.finished ? "" : " (not finished)") << ": " << one.text() << '\n';

  Watch whole;
  Plan plan = make_plan(input, {});
  std::cout << "a plan of every " << plan.thinned << "th lead, to " << moment_text("Asia/Seoul", plan.forecast.end)
            << ", with " << plan.what_ifs.size() << " doubled limits: " << whole.text() << '\n';
  for (const WhatIf& what_if : plan.what_ifs) {
    std::cout << "  " << what_if.limit << " " << what_if.value << " -> " << what_if.doubled << ": "
              << moment_text("Asia/Seoul", what_if.forecast.end) << '\n';
  }
  for (std::size_t i = 0; i < plan.forecast.holds.size(); ++i) {
    std::cout << "  " << plan.forecast.holds[i] << ": " << duration_text(plan.forecast.held_time[i]) << " of "
              << duration_text(plan.forecast.open_time) << '\n';
  }
  return EXIT_SUCCESS;
}
