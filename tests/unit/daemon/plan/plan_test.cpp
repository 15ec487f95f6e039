#include "daemon/plan/plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/plan/limit.h"
#include "daemon/plan/thinning.h"
#include "tests/unit/daemon/plan/plan_fixture.h"

namespace dialerd::daemon::plan {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

milliseconds length(const Forecast& forecast) { return forecast.end - forecast.start; }

TEST(Limit, IsFoundByItsName) {
  EXPECT_EQ(parse_limit("account.per_hour"),
            (campaign::Binding{campaign::BindingNode::account, campaign::BindingLimit::per_hour}));
  EXPECT_EQ(parse_limit("caller_numbers.concurrency"),
            (campaign::Binding{campaign::BindingNode::caller_numbers, campaign::BindingLimit::concurrency}));
  EXPECT_EQ(parse_limit("account.per_week"), std::nullopt);
  EXPECT_EQ(parse_limit("not_due"), std::nullopt);
}

TEST(Limit, IsDoubledWhereItIsSet) {
  ForecastInput input = input_of(0);
  input.account.limits.per_hour = 10;
  input.account.caller_numbers["07011112222"].limits.per_day = 5;
  input.account.caller_numbers["07099999999"].limits.per_day = 5;  // not the campaign's
  for (const char* name : {"account.per_hour", "caller_numbers.per_day"}) double_limit(input, *parse_limit(name));
  EXPECT_EQ(input.account.limits.per_hour, 20);
  EXPECT_EQ(input.account.caller_numbers["07011112222"].limits.per_day, 10);
  EXPECT_EQ(input.account.caller_numbers["07099999999"].limits.per_day, 5);
  EXPECT_EQ(limit_value(input, *parse_limit("account.per_hour")), 20);
  EXPECT_EQ(limit_value(input, *parse_limit("campaign.per_hour")), std::nullopt);
}

TEST(Plan, DoublingTheLimitThatBindsHalvesTheTime) {
  ForecastInput input = input_of(100);
  input.account.limits.concurrency = 1;
  input.campaigns[0].config.limits.per_day = 100000;
  Plan plan = make_plan(input, {});
  EXPECT_EQ(plan.thinned, 1);
  EXPECT_EQ(length(plan.forecast), 100min);
  ASSERT_EQ(plan.what_ifs.size(), 1U);  // the day's limit never binds
  EXPECT_EQ(plan.what_ifs[0].limit, "account.concurrency");
  EXPECT_EQ(plan.what_ifs[0].value, 1);
  EXPECT_EQ(plan.what_ifs[0].doubled, 2);
  EXPECT_EQ(length(plan.what_ifs[0].forecast), 50min);
}

TEST(Plan, DoublesWhatIsAskedFor) {
  ForecastInput input = input_of(100);
  input.account.limits.concurrency = 1;
  input.campaigns[0].config.limits.per_day = 100000;
  Plan plan = make_plan(input, {{"campaign.per_day"}});
  ASSERT_EQ(plan.what_ifs.size(), 1U);
  EXPECT_EQ(plan.what_ifs[0].limit, "campaign.per_day");
  EXPECT_EQ(length(plan.what_ifs[0].forecast), 100min);
}

TEST(Plan, APartOfTheLeadsGivesNearlyTheSameForecast) {
  ForecastInput input = input_of(8'000);
  input.account.limits.concurrency = 200;
  input.account.limits.per_hour = 5000;
  input.campaigns[0].model = OutcomeModel();
  open_daily(input.campaigns[0].config, 9, 20);
  Plan whole = make_plan(input, {});
  Plan part = make_plan(input, {{}, 2'000});
  EXPECT_EQ(whole.thinned, 1);
  EXPECT_EQ(part.thinned, 4);
  EXPECT_EQ(part.forecast.leads, 8'000);
  EXPECT_NEAR(static_cast<double>(part.forecast.calls), static_cast<double>(whole.forecast.calls),
              0.02 * static_cast<double>(whole.forecast.calls));
  EXPECT_NEAR(static_cast<double>(length(part.forecast).count()), static_cast<double>(length(whole.forecast).count()),
              0.03 * static_cast<double>(length(whole.forecast).count()));
}

TEST(Plan, SmallLimitsAreNotDivided) {
  ForecastInput input = input_of(1000);
  input.account.limits.concurrency = 9;
  EXPECT_EQ(thinning(input, 100), 1);
  input.account.limits.concurrency = 50;
  EXPECT_EQ(thinning(input, 100), 10);
  // 51 / 10 is not 5; but 51 / 3 is 17.
  input.account.limits.concurrency = 51;
  EXPECT_EQ(thinning(input, 100), 3);
  input.account.limits.concurrency = 25000;
  EXPECT_EQ(thinning(input, 100), 10);
  input.campaigns[0].config.limits.per_hour = 7;
  EXPECT_EQ(thinning(input, 100), 1);
}

TEST(Plan, ASmallCampaignBesideALargeOneIsNotThinnedOut) {
  ForecastInput input = input_of(300);
  input.campaigns.push_back(campaign_of(2, 9'700));
  EXPECT_EQ(thinning(input, 1000), 7);
  input.campaigns[0].leads = campaign_of(1, 30).leads;
  EXPECT_EQ(thinning(input, 1000), 1);
}

TEST(Plan, ASmallRateIsDividedByTheMinuteAndKeepsItsName) {
  ForecastInput input = input_of(3000);
  input.account.limits.per_second = 1;
  EXPECT_EQ(thinning(input, 300), 10);
  ForecastInput thin = Thinning(input, 10).part(input);
  EXPECT_EQ(thin.account.limits.per_second, std::nullopt);
  EXPECT_EQ(thin.account.limits.per_minute, 6);

  Plan plan = make_plan(input, {{}, 300});
  EXPECT_NEAR(static_cast<double>(length(plan.forecast) / 1s), 3000 + 60, 60);
  ASSERT_EQ(plan.what_ifs.size(), 1U);
  EXPECT_EQ(plan.what_ifs[0].limit, "account.per_second");
  EXPECT_NEAR(static_cast<double>(length(plan.what_ifs[0].forecast) / 1s), 1500 + 60, 60);
}

}  // namespace
}  // namespace dialerd::daemon::plan
