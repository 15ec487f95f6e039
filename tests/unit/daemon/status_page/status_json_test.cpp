#include "daemon/status_page/status_json.h"

#include <algorithm>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <gtest/gtest.h>

namespace dialerd::daemon::status_page {
namespace {

using namespace std::chrono_literals;
using campaign::WallTime;

const WallTime now{std::chrono::minutes{30'000'000}};

storage::StatusPicture one_campaign() {
  storage::StatusPicture picture;
  picture.at = now;
  picture.first_minute = 30'000'000 - storage::StatusFeed::minutes_shown + 1;
  storage::StatusCampaign& one = picture.campaigns.emplace_back();
  one.id = campaign::CampaignId{7};
  one.name = "spring";
  one.account = "main";
  one.state = "running";
  one.ready = 900;
  one.done = 95;
  one.held = 5;
  one.attempts = 200;
  picture.accounts.push_back({"main", "host:1:2", now - 1h});
  return picture;
}

EnginePicture ready_engine() {
  EnginePicture engine;
  engine.readiness = {true, "owns main"};
  return engine;
}

TEST(ExpectedEnd, GoesOnAtThePaceOfTheLastQuarterOfAnHour) {
  storage::StatusPicture picture = one_campaign();
  // Ten calls in each of the last five full minutes; the running minute does not count.
  auto& calls = picture.campaigns.front().calls;
  std::fill(calls.end() - 6, calls.end() - 1, 10);
  calls.back() = 77;
  // 900 leads, two attempts each, ten a minute.
  EXPECT_EQ(expected_end(picture, picture.campaigns.front()), now + 180min);
}

TEST(ExpectedEnd, SaysNothingWhereNothingGoesOn) {
  storage::StatusPicture picture = one_campaign();
  EXPECT_EQ(expected_end(picture, picture.campaigns.front()), std::nullopt) << "no calls";
  picture.campaigns.front().calls[storage::status_minutes - 2] = 10;
  EXPECT_NE(expected_end(picture, picture.campaigns.front()), std::nullopt);
  picture.campaigns.front().state = "paused";
  EXPECT_EQ(expected_end(picture, picture.campaigns.front()), std::nullopt);
}

TEST(Alarms, TheWorstStandFirst) {
  storage::StatusPicture picture = one_campaign();
  picture.campaigns.front().held_reasons = {{"rejected", 5}};
  picture.conditions.push_back({"main", "", "", "learned_concurrency:12", now - 1min, now + 1min});
  picture.conditions.push_back({"main", "", "", "insufficient_balance", now - 1min, now + 1min});
  const std::vector<Alarm> alarms = alarms_of(picture, ready_engine());
  ASSERT_EQ(alarms.size(), 3);
  EXPECT_EQ(alarms[0].code, "insufficient_balance");
  EXPECT_EQ(alarms[1].code, "held");
  EXPECT_EQ(alarms[1].count, 5);
  EXPECT_EQ(alarms[2].code, "learned_concurrency");
  EXPECT_EQ(alarms[2].detail, "12");
}

TEST(Alarms, AnAccountWithLeadsToCallNeedsAnOwner) {
  storage::StatusPicture picture = one_campaign();
  EXPECT_TRUE(alarms_of(picture, ready_engine()).empty());
  picture.accounts.front().owner.clear();
  ASSERT_EQ(alarms_of(picture, ready_engine()).size(), 1);
  EXPECT_EQ(alarms_of(picture, ready_engine()).front().code, "no_owner");
  picture.campaigns.front().state = "paused";
  EXPECT_TRUE(alarms_of(picture, ready_engine()).empty()) << "nobody needs to dial for it";
}

TEST(StatusJson, MasksNumbers) {
  storage::StatusPicture picture = one_campaign();
  picture.conditions.push_back({"main", "", "07011112222", "rested:answer_rate", now, std::nullopt});
  EnginePicture engine = ready_engine();
  engine.accounts.push_back({"main",
                             1,
                             2,
                             0,
                             0,
                             {{campaign::BindingNode::caller_numbers, std::nullopt, "07011112222",
                               campaign::BindingLimit::per_day, 3, 100}}});
  const std::string json = status_json(&picture, "", engine) + "}";
  EXPECT_EQ(json.find("07011112222"), std::string::npos);
  EXPECT_NE(json.find("070****2222"), std::string::npos);
}

TEST(StatusJson, IsJsonEvenBeforeTheDatabaseHasAnswered) {
  const boost::json::value value = boost::json::parse(status_json(nullptr, "it is away", ready_engine()) + "}");
  EXPECT_TRUE(value.at("at").is_null());
  EXPECT_EQ(value.at("database_failure").as_string(), "it is away");
  EXPECT_EQ(value.at("minutes").at("kinds").at("open").as_array().size(), 60);
}

}  // namespace
}  // namespace dialerd::daemon::status_page
