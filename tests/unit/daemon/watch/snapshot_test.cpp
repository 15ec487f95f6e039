#include "daemon/watch/snapshot.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dialerd::daemon::watch {
namespace {

using storage::AttemptKind;

constexpr campaign::CampaignId spring{1};

class WatchSnapshot : public ::testing::Test {
 protected:
  WatchSnapshot() {
    picture_.at = campaign::WallTime{std::chrono::minutes{1000}};
    picture_.first_minute = 1000 - storage::StatusFeed::minutes_shown + 1;
    storage::StatusCampaign& campaign = picture_.campaigns.emplace_back();
    campaign.id = spring;
    campaign.name = "spring";
    campaign.account = "main";
    campaign.state = "running";
    campaign.ready = 60;
    campaign.active = 3;
    campaign.done = 30;
    campaign.held = 7;
    campaign.attempts = 37;
    picture_.accounts.push_back({"main", "host:1:2", {}});
    picture_.daemons.emplace_back();
    add(990, AttemptKind::conversation, 10);
    add(990, AttemptKind::no_answer, 25);
    add(990, AttemptKind::voicemail, 5);
    add(990, AttemptKind::no_call, 100);
    add(999, AttemptKind::open, 3);
    add(1000, AttemptKind::unknown, 1);
  }

  void add(std::int64_t minute, AttemptKind kind, std::int64_t attempts) {
    picture_.minutes.push_back({spring, minute, kind, attempts});
  }
  Snapshot made() const { return make_snapshot(picture_, of_day_, limits_); }

  storage::StatusPicture picture_;
  storage::CallsOfDay of_day_{{spring, 700}};
  ConfiguredLimits limits_;
};

TEST_F(WatchSnapshot, ProgressAndCalls) {
  const Snapshot snapshot = made();
  EXPECT_EQ(snapshot.daemons, 1);
  EXPECT_EQ(snapshot.open, 3);
  EXPECT_EQ(snapshot.calls_per_minute, 3);
  const CampaignRow& row = snapshot.campaigns.at(0);
  EXPECT_EQ(row.leads, 100);
  EXPECT_EQ(row.finished, 37);
  EXPECT_EQ(row.left, 63);
  EXPECT_EQ(row.calls_per_hour, 44) << "attempts without a call are none";
  ASSERT_TRUE(row.answered);
  EXPECT_DOUBLE_EQ(*row.answered, 0.25) << "of the calls that are over";
}

TEST_F(WatchSnapshot, APausedCampaignHasNoEndButAReason) {
  picture_.campaigns[0].state = "paused";
  picture_.campaigns[0].reason = "holiday";
  EXPECT_FALSE(made().campaigns.at(0).end);
  EXPECT_EQ(made().campaigns.at(0).reason, "holiday");
}

TEST_F(WatchSnapshot, LimitsTheFullestFirst) {
  config::Limits account;
  account.concurrency = 30;
  account.per_minute = 3;
  account.per_day = 1000;
  limits_.accounts = {{"main", account}, {"other", account}};
  config::Limits campaign;
  campaign.per_hour = 88;
  limits_.campaigns = {{"spring", campaign}, {"not_in_the_database", campaign}};
  std::vector<std::string> said;
  for (const LimitRow& row : made().limits) {
    said.push_back(row.subject + " " + row.limit + " " + std::to_string(static_cast<int>(row.used)) + "/" +
                   std::to_string(row.most));
  }
  EXPECT_THAT(said, testing::ElementsAre("account main per_minute 3/3", "account main per_day 700/1000",
                                         "campaign spring per_hour 44/88", "account main concurrency 3/30",
                                         "account other concurrency 0/30", "account other per_minute 0/3",
                                         "account other per_day 0/1000"));
}

TEST_F(WatchSnapshot, CalendarWindowsAreTheDaemonsToCount) {
  config::Limits account;
  account.per_hour = 100;
  account.window = config::WindowKind::calendar;
  limits_.accounts = {{"main", account}};
  EXPECT_TRUE(made().limits.empty());
}

TEST_F(WatchSnapshot, AlarmsTheWorstFirstInWords) {
  picture_.conditions.push_back({"main", "", "07011112222", "rested:answer_rate", {}, {}});
  picture_.conditions.push_back(
      {"main", "", "", "insufficient_balance", campaign::WallTime{std::chrono::hours{1}}, {}});
  picture_.campaigns[0].held_reasons["missing_field:name"] = 7;
  picture_.campaigns[0].doubts = 2;
  picture_.campaigns[0].oldest_doubt = picture_.at;
  std::vector<std::string> said;
  for (const AlarmRow& alarm : made().alarms) said.push_back(alarm.text);
  EXPECT_THAT(said, testing::ElementsAre("account main: insufficient_balance",
                                         "account main, caller number 070****2222: rested:answer_rate",
                                         "campaign spring: 7 leads held, missing_field:name",
                                         "campaign spring: 2 calls in doubt"));
  EXPECT_EQ(made().alarms.at(0).severity, AlarmRow::Severity::critical);
}

TEST_F(WatchSnapshot, AnAccountWithoutADaemonIsAnAlarm) {
  picture_.accounts[0].owner.clear();
  EXPECT_EQ(made().alarms.at(0).text, "account main: no daemon dials for it");
}

}  // namespace
}  // namespace dialerd::daemon::watch
