#include "daemon/plan/forecast.h"

#include <algorithm>
#include <numeric>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/daemon/plan/plan_fixture.h"

namespace dialerd::daemon::plan {
namespace {

using namespace std::chrono_literals;
using std::chrono::duration_cast;
using std::chrono::milliseconds;
using std::chrono::minutes;
using testing::ElementsAre;
using testing::Pair;
using testing::UnorderedElementsAre;

milliseconds length(const Forecast& forecast) { return forecast.end - forecast.start; }

milliseconds held(const Forecast& forecast, const std::string& hold) {
  auto found = std::ranges::find(forecast.holds, hold);
  return found == forecast.holds.end() ? 0ms
                                       : forecast.held_time[static_cast<std::size_t>(found - forecast.holds.begin())];
}

std::int64_t calls_in_hours(const Forecast& forecast) {
  return std::accumulate(forecast.hours.begin(), forecast.hours.end(), std::int64_t{0},
                         [](std::int64_t sum, const Hour& hour) { return sum + hour.calls; });
}

TEST(Forecast, OneCallAtATimeTakesAsLongAsAllCallsTogether) {
  ForecastInput input = input_of(100);
  input.account.limits.concurrency = 1;
  Forecast forecast = run_forecast(input);
  EXPECT_TRUE(forecast.finished);
  EXPECT_EQ(forecast.calls, 100);
  EXPECT_EQ(forecast.conversations, 100);
  EXPECT_EQ(length(forecast), 100min);
  EXPECT_THAT(forecast.done, ElementsAre(Pair("agent_hangup", 100)));
  // While the last call runs, no lead waits for a slot.
  EXPECT_EQ(held(forecast, "account.concurrency"), 99min);
  EXPECT_EQ(held(forecast, "last_calls"), 1min);
  EXPECT_EQ(forecast.open_time, 100min);
  ASSERT_EQ(forecast.hours.size(), 2U);
  EXPECT_EQ(forecast.hours[0].calls, 60);
  EXPECT_EQ(forecast.hours[1].calls, 40);
}

TEST(Forecast, TwoAtATimeTakeHalfAsLong) {
  ForecastInput input = input_of(100);
  input.campaigns[0].config.limits.concurrency = 2;
  Forecast forecast = run_forecast(input);
  EXPECT_EQ(length(forecast), 50min);
  EXPECT_EQ(held(forecast, "campaign.concurrency"), 49min);
  EXPECT_EQ(held(forecast, "account.concurrency"), 0ms);
}

TEST(Forecast, WhatDoesNotFitIntoTheDayIsCalledOnTheNext) {
  ForecastInput input = input_of(90);
  input.account.limits.concurrency = 1;
  open_daily(input.campaigns[0].config, 9, 10);
  Forecast forecast = run_forecast(input);
  // 60 calls from 9 to 10, the rest from 9 on the next day.
  EXPECT_EQ(length(forecast), 24h + 30min);
  ASSERT_EQ(forecast.hours.size(), 25U);
  EXPECT_EQ(forecast.hours.front().calls, 60);
  EXPECT_EQ(forecast.hours.back().calls, 30);
  EXPECT_EQ(forecast.hours.back().from, wednesday_nine + 24h);
  EXPECT_EQ(forecast.open_time, 60min + 30min);
}

TEST(Forecast, APerHourLimitBindsAndIsNamed) {
  ForecastInput input = input_of(250);
  input.campaigns[0].config.limits.per_hour = 100;
  Forecast forecast = run_forecast(input);
  // 100 at once, 100 an hour later, 50 after another one; a rolling window gives back up to 1/256 of an hour late.
  EXPECT_GE(length(forecast), 2h + 1min);
  EXPECT_LE(length(forecast), 2h + 1min + 2 * 15s);
  EXPECT_GE(held(forecast, "campaign.per_hour"), 2h);
  EXPECT_EQ(held(forecast, "campaign.concurrency"), 0ms);
}

TEST(Forecast, AnEvenPaceAccountLimitHoldsBack) {
  ForecastInput input = input_of(100);
  input.account.limits.per_second = 1;
  Forecast forecast = run_forecast(input);
  // The last one starts 100 seconds after the start (the daemon's own last call may have been just before), or 99.
  EXPECT_GE(length(forecast), 99s + 60s);
  EXPECT_LE(length(forecast), 100s + 60s);
  EXPECT_GE(held(forecast, "account.per_second"), 95s);
}

TEST(Forecast, TheLimitOfAllCallerNumbersIsNamed) {
  ForecastInput input = input_of(30);
  input.campaigns[0].config.caller_numbers = {"07011112222", "07011113333"};
  for (const char* number : {"07011112222", "07011113333"}) input.account.caller_numbers[number].limits.per_hour = 10;
  Forecast forecast = run_forecast(input);
  EXPECT_GE(length(forecast), 1h);
  EXPECT_GE(held(forecast, "caller_numbers.per_hour"), 1h - 1min);
}

TEST(Forecast, AnEvenPaceIsNamed) {
  ForecastInput input = input_of(1000);
  input.campaigns[0].config.limits.per_day = 720;
  input.campaigns[0].config.pacing = config::Pacing::even;
  open_daily(input.campaigns[0].config, 9, 21);
  Forecast forecast = run_forecast(input);
  // One a minute, 720 on the first day and the rest on the second.
  EXPECT_GE(length(forecast), 24h + 4h);
  EXPECT_LE(length(forecast), 24h + 6h);
  EXPECT_GE(held(forecast, "campaign.pacing"), 15h);
  EXPECT_EQ(held(forecast, "campaign.concurrency"), 0ms);
}

TEST(Forecast, ABudgetOfRequestsIsNamed) {
  ForecastInput input = input_of(200);
  input.account.requests.per_minute = 20;
  input.account.requests.follow_percent = 50;
  Forecast forecast = run_forecast(input);
  EXPECT_GE(length(forecast), 10min);
  EXPECT_GE(held(forecast, "account.requests"), 8min);
}

TEST(Forecast, RetriesAreCalledAfterTheirDelayAndEnd) {
  ForecastInput input = input_of(10);
  CampaignInput& campaign = input.campaigns[0];
  campaign.model = always("dial_no_answer", false, 30s);
  campaign.config.retry.max_attempts = 3;
  campaign.config.retry.reasons["dial_no_answer"].then = config::AfterCall::retry;
  campaign.config.retry.reasons["dial_no_answer"].delays = {{1h}};
  Forecast forecast = run_forecast(input);
  EXPECT_TRUE(forecast.finished);
  EXPECT_EQ(forecast.calls, 30);
  EXPECT_EQ(forecast.conversations, 0);
  EXPECT_GE(length(forecast), 2h + 90s);
  EXPECT_LE(length(forecast), 2h + 90s + 1s);
  EXPECT_GE(held(forecast, "not_due"), 1h + 50min);
  EXPECT_THAT(forecast.done, ElementsAre(Pair("dial_no_answer", 10)));
}

TEST(Forecast, AnEndIsLearntOfAtTheNextListing) {
  ForecastInput input = input_of(10);
  input.account.limits.concurrency = 1;
  input.campaigns[0].model = always("agent_hangup", true, 59s);
  input.list_interval = 2s;
  EXPECT_EQ(length(run_forecast(input)), 10min);
}

TEST(Forecast, CallsOfTheLastHourFillItsWindow) {
  ForecastInput input = input_of(100);
  input.account.limits.per_hour = 100;
  input.history.counts.push_back({campaign::CampaignId{1}, "", wednesday_nine - 30min, 60});
  Forecast forecast = run_forecast(input);
  ASSERT_GE(forecast.hours.size(), 1U);
  EXPECT_EQ(forecast.calls, 100);
  EXPECT_GE(length(forecast), 30min);
  EXPECT_LE(length(forecast), 32min);
}

TEST(Forecast, CallsThatAreOpenAtTheStartHoldTheirSlotsAndAreFollowed) {
  ForecastInput input = input_of(10);
  input.account.limits.concurrency = 1;
  campaign::OpenAttempt open;
  open.attempt = campaign::make_attempt_id(wednesday_nine - 20s, {1, 2, 3});
  open.campaign = campaign::CampaignId{1};
  open.lead = campaign::LeadId{77};
  open.state = campaign::AttemptState::in_progress;
  open.call_id = "c1";
  open.claimed = wednesday_nine - 20s;
  open.answered = open.claimed;
  input.history.open.push_back(open);
  Forecast forecast = run_forecast(input);
  EXPECT_EQ(forecast.calls, 10);
  EXPECT_EQ(length(forecast), 40s + 10min);
  EXPECT_THAT(forecast.done, ElementsAre(Pair("agent_hangup", 11)));
}

TEST(Forecast, OtherCampaignsOfTheAccountTakeTheirShare) {
  ForecastInput input = input_of(100);
  input.account.limits.concurrency = 2;
  input.campaigns.push_back(campaign_of(2, 1000));
  Forecast shared = run_forecast(input);
  // One slot each.
  EXPECT_GE(length(shared), 98min);
  EXPECT_LE(length(shared), 102min);
  ASSERT_EQ(shared.calls_of_others.count("campaign-2"), 1U);
  EXPECT_GE(shared.calls_of_others.at("campaign-2"), 96);

  input.campaigns[1].paused = true;
  Forecast alone = run_forecast(input);
  EXPECT_EQ(length(alone), 50min);
  EXPECT_TRUE(alone.calls_of_others.empty());
}

TEST(Forecast, LeadsAreCalledByTheirOwnClock) {
  ForecastInput input = input_of(0);
  CampaignInput& campaign = input.campaigns[0];
  campaign.config.lead_timezone = {config::ZoneSource::column, config::ZoneSource::campaign};
  open_daily(campaign.config, 9, 20);
  auto pool = std::make_shared<LeadPool>();
  for (std::int64_t lead = 1; lead <= 20; ++lead) {
    campaign::LeadFacts facts;
    facts.clock = lead % 2 == 0 ? "Asia/Seoul" : "Europe/London";
    pool->add(campaign::LeadId{lead}, wednesday_nine, facts);
  }
  campaign.leads = pool;
  Forecast forecast = run_forecast(input);
  EXPECT_TRUE(forecast.finished);
  // 9:00 in London is 18:00 in Seoul.
  EXPECT_EQ(forecast.hours.front().calls, 10);
  EXPECT_EQ(forecast.hours.back().calls, 10);
  EXPECT_GE(length(forecast), 9h);
  EXPECT_LE(length(forecast), 9h + 3min);
}

TEST(Forecast, LeadsThatExpireBeforeTheirTurnAreCountedAsDropped) {
  ForecastInput input = input_of(100);
  input.account.limits.concurrency = 1;
  input.campaigns[0].config.lead_lifetime = 1h;
  Forecast forecast = run_forecast(input);
  EXPECT_TRUE(forecast.finished);
  EXPECT_EQ(forecast.calls, 60);
  EXPECT_THAT(forecast.dropped, ElementsAre(Pair("expired", 40)));
}

TEST(Forecast, CallbacksComeFirstWithinTheirTolerance) {
  ForecastInput input = input_of(100);
  input.account.limits.concurrency = 1;
  auto pool = std::make_shared<LeadPool>(*input.campaigns[0].leads);
  campaign::LeadFacts facts;
  facts.created_at = wednesday_nine;
  facts.callback = true;
  // Of 9:10, so it is not the first in due order, and expires at 9:12.
  facts.expires_at = wednesday_nine + 12min;
  pool->add(campaign::LeadId{1}, wednesday_nine + 10min, facts);
  input.campaigns[0].leads = pool;
  Forecast forecast = run_forecast(input);
  EXPECT_EQ(forecast.calls, 101);
  EXPECT_TRUE(forecast.dropped.empty());
}

TEST(Forecast, AFrequencyCapPutsRetriesOff) {
  ForecastInput input = input_of(10);
  CampaignInput& campaign = input.campaigns[0];
  campaign.model = always("dial_no_answer", false, 30s);
  campaign.config.retry.max_attempts = 5;
  campaign.config.retry.reasons["dial_no_answer"].then = config::AfterCall::retry;
  campaign.config.retry.reasons["dial_no_answer"].delays = {{10min}};
  campaign.config.retry.reasons["dial_no_answer"].max = 10;
  config::Rules rules;
  rules.frequency_caps.push_back({config::FrequencyCap::Counts::attempts, 2, 24h});
  campaign.config.rules.push_back(rules);
  Forecast forecast = run_forecast(input);
  // Two calls a day, so the fifth is on the third day.
  EXPECT_TRUE(forecast.finished);
  EXPECT_EQ(forecast.calls, 50);
  EXPECT_GE(length(forecast), 48h);
  EXPECT_LE(length(forecast), 48h + 1h);
}

TEST(Forecast, ALockOutPutsRetriesOff) {
  ForecastInput input = input_of(10);
  CampaignInput& campaign = input.campaigns[0];
  campaign.model = always("orphaned_no_agent_pickup", false, 30s);
  campaign.config.retry.max_attempts = 2;
  campaign.config.retry.reasons["orphaned_no_agent_pickup"].then = config::AfterCall::retry;
  campaign.config.retry.reasons["orphaned_no_agent_pickup"].delays = {{10min}};
  config::Rules rules;
  rules.lock_outs.push_back({"orphaned_no_agent_pickup", 72h});
  campaign.config.rules.push_back(rules);
  Forecast forecast = run_forecast(input);
  EXPECT_EQ(forecast.calls, 20);
  EXPECT_GE(length(forecast), 72h + 1min);
  EXPECT_LE(length(forecast), 72h + 2min);
}

TEST(Forecast, ACampaignThatIsOverIsNotWaitedFor) {
  ForecastInput input = input_of(10);
  input.campaigns[0].config.end_date = std::chrono::year{2026} / 11 / 24;
  Forecast forecast = run_forecast(input);
  EXPECT_FALSE(forecast.finished);
  EXPECT_EQ(forecast.never, "campaign_ended");
  EXPECT_EQ(forecast.unfinished, 10);
  EXPECT_EQ(forecast.calls, 0);
}

TEST(Forecast, StopsAtTheHorizon) {
  ForecastInput input = input_of(1000);
  input.account.limits.per_day = 10;
  input.horizon = std::chrono::days{5};
  Forecast forecast = run_forecast(input);
  EXPECT_FALSE(forecast.finished);
  EXPECT_TRUE(forecast.never.empty());
  EXPECT_EQ(forecast.unfinished, 1000 - forecast.calls);
  EXPECT_EQ(forecast.calls, 50);
}

TEST(Forecast, IsTheSameEachTime) {
  ForecastInput input = input_of(500);
  input.account.limits.concurrency = 7;
  input.campaigns[0].model = OutcomeModel();
  open_daily(input.campaigns[0].config, 9, 20);
  Forecast first = run_forecast(input);
  Forecast second = run_forecast(input);
  EXPECT_EQ(first.end, second.end);
  EXPECT_EQ(first.calls, second.calls);
  EXPECT_EQ(first.done, second.done);
  EXPECT_EQ(first.calls_by_reason, second.calls_by_reason);
  EXPECT_EQ(first.held_time, second.held_time);
  EXPECT_TRUE(first.finished);
  EXPECT_EQ(calls_in_hours(first), first.calls);
  std::int64_t leads = 0;
  for (const auto* counts : {&first.done, &first.held, &first.dropped}) {
    for (const auto& [name, count] : *counts) leads += count;
  }
  EXPECT_EQ(leads, 500);
}

}  // namespace
}  // namespace dialerd::daemon::plan
