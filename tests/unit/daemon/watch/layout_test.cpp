#include "daemon/watch/layout.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/text/utf8.h"

namespace dialerd::daemon::watch {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

class WatchLayout : public ::testing::Test {
 protected:
  WatchLayout() {
    snapshot_.at = campaign::WallTime{std::chrono::hours{14}};
    snapshot_.daemons = 2;
    snapshot_.open = 12;
    snapshot_.calls_per_minute = 240;
    snapshot_.answered = 0.31;
    snapshot_.campaigns = {
        {"봄 갱신 안내", "running", 20000, 12468, 7532, 1440, 0.312, campaign::WallTime{std::chrono::hours{17}}, ""},
        {"summer", "paused", 100, 0, 100, 0, std::nullopt, std::nullopt, "holiday"},
    };
    snapshot_.limits = {{"account main", "concurrency", 12, 12}, {"campaign summer", "per_second", 0.5, 5}};
    snapshot_.alarms = {{AlarmRow::Severity::critical, "account main: insufficient_balance",
                         campaign::WallTime{std::chrono::hours{13}}, std::nullopt}};
    view_.snapshot = &snapshot_;
    view_.clock = [](campaign::WallTime time) {
      return std::to_string(std::chrono::duration_cast<std::chrono::hours>(time.time_since_epoch()).count()) + ":00";
    };
  }

  std::vector<std::string> shown(std::size_t columns, std::size_t rows) const {
    std::vector<std::string> lines;
    for (const Line& line : layout(view_, {columns, rows})) lines.push_back(line.text());
    return lines;
  }
  static std::string joined(const std::vector<std::string>& lines) {
    std::string all;
    for (const std::string& line : lines) all += line + "\n";
    return all;
  }

  Snapshot snapshot_;
  View view_;
};

TEST_F(WatchLayout, AtEightyByTwentyFour) {
  const auto lines = shown(80, 24);
  ASSERT_EQ(lines.size(), 24U);
  EXPECT_THAT(lines[0], HasSubstr(" dialerd  2 daemons, 12 calls open, 240 calls/min, 31% answered"));
  EXPECT_THAT(lines[0], testing::EndsWith("14:00 "));
  EXPECT_EQ(lines[1], "ALARMS");
  EXPECT_EQ(lines[2], "! account main: insufficient_balance, since 13:00");
  EXPECT_EQ(lines[4], "CAMPAIGN         STATE     PROGRESS  DONE      LEFT CALLS/H ANSWERED END        ");
  EXPECT_EQ(lines[5], "봄 갱신 안내     running   ████▉··· 62.3%     7,532   1,440      31% 17:00      ");
  EXPECT_EQ(lines[6], "summer           paused    ········  0.0%       100       0        - holiday    ");
  EXPECT_EQ(lines[8], "LIMITS, the fullest first");
  EXPECT_THAT(lines[9], HasSubstr("account main"));
  EXPECT_THAT(lines[9], HasSubstr("████████████████████ 12 of 12"));
  EXPECT_THAT(lines[10], HasSubstr("0.5 of 5"));
  EXPECT_THAT(lines[23], HasSubstr("q quit"));
}

TEST_F(WatchLayout, AWideScreenGivesItsRoomToNamesAndBars) {
  const auto lines = shown(200, 24);
  EXPECT_EQ(text::columns(lines[4]), 152U);
  EXPECT_THAT(lines[5], HasSubstr(bar(0.6234, 60)));
}

// Whatever the size: no line too wide, not too many, and nothing that would scroll the screen.
TEST_F(WatchLayout, FitsIntoAnySize) {
  for (int i = 0; i < 40; ++i) {
    snapshot_.campaigns.push_back(snapshot_.campaigns[static_cast<std::size_t>(i) % 2]);
    snapshot_.limits.push_back(snapshot_.limits[0]);
    snapshot_.alarms.push_back(snapshot_.alarms[0]);
  }
  for (const std::string& failure : {std::string(), std::string("connection refused")}) {
    view_.failure = failure;
    for (std::size_t columns = 1; columns <= 220; columns += columns < 20 ? 1 : 7) {
      for (std::size_t rows : {1U, 2U, 3U, 5U, 8U, 12U, 24U, 60U}) {
        const auto lines = shown(columns, rows);
        EXPECT_LE(lines.size(), rows);
        for (const std::string& line : lines) EXPECT_LE(text::columns(line), columns) << columns << "x" << rows;
      }
    }
  }
}

TEST_F(WatchLayout, ANarrowScreenKeepsWhatMattersMost) {
  const auto lines = shown(40, 24);
  EXPECT_THAT(lines[4], HasSubstr("CAMPAIGN"));
  EXPECT_THAT(lines[4], HasSubstr("DONE"));
  EXPECT_THAT(lines[4], Not(HasSubstr("ANSWERED")));
}

TEST_F(WatchLayout, WhatHasNoRoomIsCounted) {
  for (int i = 0; i < 30; ++i) snapshot_.campaigns.push_back(snapshot_.campaigns[1]);
  const std::string all = joined(shown(80, 24));
  EXPECT_THAT(all, HasSubstr("ALARMS"));
  EXPECT_THAT(all, HasSubstr("LIMITS"));
  const auto shown_campaigns = [&] {
    std::size_t n = 0;
    for (std::size_t at = all.find("summer  "); at != std::string::npos; at = all.find("summer  ", at + 1)) ++n;
    return n;
  }();
  // One of them, 봄 갱신, is shown beside; `campaign summer` of the limits has no two blanks behind it in its field.
  EXPECT_THAT(all, HasSubstr("more campaigns"));
  EXPECT_GT(shown_campaigns, 5U);
}

TEST_F(WatchLayout, ADatabaseThatDoesNotAnswerIsSaid) {
  view_.failure = "connection refused";
  view_.age = 12s;
  const std::string all = joined(shown(80, 24));
  EXPECT_THAT(all, HasSubstr("the database does not answer: connection refused"));
  EXPECT_THAT(all, HasSubstr("as of 12 s ago"));
  EXPECT_THAT(all, HasSubstr("summer")) << "what was known last stays";

  view_.snapshot = nullptr;
  EXPECT_THAT(joined(shown(80, 24)), HasSubstr("waiting for the database"));
}

TEST_F(WatchLayout, AlmostAllIsNotAll) {
  snapshot_.campaigns = {{"a", "running", 100000, 99999, 1, 0, std::nullopt, std::nullopt, ""},
                         {"b", "completed", 100000, 100000, 0, 0, std::nullopt, std::nullopt, ""}};
  const std::string all = joined(shown(80, 24));
  EXPECT_THAT(all, HasSubstr("99.9%"));
  EXPECT_THAT(all, HasSubstr(" 100%"));
}

TEST_F(WatchLayout, WholeHidesNothing) {
  for (int i = 0; i < 100; ++i) snapshot_.campaigns.push_back(snapshot_.campaigns[1]);
  std::vector<std::string> lines;
  for (const Line& line : layout_whole(view_, 100)) lines.push_back(line.text());
  EXPECT_GT(lines.size(), 102U);
  EXPECT_THAT(joined(lines), Not(HasSubstr("more campaigns")));
  EXPECT_THAT(joined(lines), Not(HasSubstr("q quit")));
}

}  // namespace
}  // namespace dialerd::daemon::watch
