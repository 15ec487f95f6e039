#include "campaign_fixture.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dialerd::config {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(Pacing, TakesEveryKey) {
  const auto loaded = load_with(R"(limits: {per_day: 3000}
pacing: even
share: {weight: 3, priority: 9}
rotation: sticky
answer_rate_rest: {below: 15%, over: 200, rest: 3h}
callbacks: {tolerance: 20m}
lead_lifetime: 30d
)");
  ASSERT_THAT(messages(loaded.diagnostics), IsEmpty());
  const CampaignConfig& campaign = *loaded.value;
  EXPECT_EQ(campaign.pacing, Pacing::even);
  EXPECT_EQ(campaign.share.weight, 3);
  EXPECT_EQ(campaign.share.priority, 9);
  EXPECT_EQ(campaign.rotation, Rotation::sticky);
  ASSERT_TRUE(campaign.answer_rate_rest);
  EXPECT_EQ(campaign.answer_rate_rest->below_percent, 15);
  EXPECT_EQ(campaign.answer_rate_rest->over_calls, 200);
  EXPECT_EQ(campaign.answer_rate_rest->rest, 3h);
  EXPECT_EQ(campaign.callback_tolerance, 20min);
  EXPECT_EQ(campaign.lead_lifetime, std::chrono::days(30));
}

TEST(Start, IsAutomaticUnlessTheFileSaysManual) {
  EXPECT_EQ(load_with("start: manual").value->start, Start::manual);
  EXPECT_EQ(load_with("start: automatic").value->start, Start::automatic);
}

TEST(Pacing, SaysWhatIsWrong) {
  const Bad cases[] = {
      {"pacing: evenly", "6:9: error: 'pacing' cannot be 'evenly'; did you mean 'even'?"},
      {"pacing: even",
       "6:9: error: 'pacing: even' without 'limits.per_day'; add per_day to limits: it is what is spread over the day"},
      {"share: {weight: 0}", "6:17: error: 'weight' is out of range: 0; use a value from 1 to 1000"},
      {"share: {priority: 10}", "6:19: error: 'priority' is out of range: 10; use a value from 0 to 9"},
      {"start: manuel", "6:8: error: 'start' cannot be 'manuel'; did you mean 'manual'?"},
      {"rotation: random", "6:11: error: 'rotation' cannot be 'random'; write one of: round_robin, least_used, sticky"},
      {"answer_rate_rest: {over: 100}",
       "6:19: error: missing key 'below' in 'answer_rate_rest'; add it, for example 'below: 15%'"},
      {"answer_rate_rest: {below: 0%}", "6:27: error: 'below' is out of range: 0%; use a value from 1% to 99%"},
      {"callbacks: {tolerance: 25h}", "6:24: error: 'tolerance' is out of range: 25h; use a value from 1m to 1d"},
      {"callbacks: 15m", "6:12: error: 'callbacks' must be a map, not '15m'; write 'key: value' lines under it"},
      {"lead_lifetime: 30", "6:16: error: 'lead_lifetime' has no unit: 30; add a unit, for example 30s"},
  };
  expect_each(cases);
}

}  // namespace
}  // namespace dialerd::config
