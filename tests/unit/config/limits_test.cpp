#include "campaign_fixture.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dialerd::config {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(Limits, TakeEveryKey) {
  const auto loaded = load_with(
      "limits: {concurrency: 9, per_second: 5, burst: 5, per_minute: 100, per_hour: 2000, per_day: 8000, "
      "window: calendar, timezone: Asia/Seoul}\n");
  ASSERT_THAT(messages(loaded.diagnostics), IsEmpty());
  Limits expected;
  expected.concurrency = 9;
  expected.per_second = 5;
  expected.burst = 5;
  expected.per_minute = 100;
  expected.per_hour = 2000;
  expected.per_day = 8000;
  expected.window = WindowKind::calendar;
  expected.timezone = "Asia/Seoul";
  EXPECT_EQ(loaded.value->limits, expected);
}

TEST(Limits, AreSpacedAndRollingUnlessSaidOtherwise) {
  const auto loaded = load_with("limits: {per_second: 5, window: rolling}\n");
  ASSERT_THAT(messages(loaded.diagnostics), IsEmpty());
  EXPECT_EQ(loaded.value->limits.burst, 1);
  EXPECT_EQ(loaded.value->limits.window, WindowKind::rolling);
  EXPECT_EQ(loaded.value->limits.timezone, "");
}

TEST(Limits, SayWhatIsWrong) {
  const Bad cases[] = {
      {"limits: {burst: 2}",
       "6:17: error: 'burst' without 'per_second'; add per_second, or remove burst: it is a part of it"},
      {"limits: {per_second: 3, burst: 4}",
       "6:32: error: 'burst' (4) is more than 'per_second' (3); lower it: no second may have more than per_second "
       "calls"},
      {"limits: {per_second: none, burst: 4}",
       "6:22: error: 'per_second' must be a whole number, not 'none'; write digits alone, such as 1"},
      {"limits: {window: calendar}",
       "6:18: error: 'window: calendar' without 'timezone'; add the clock that the provider counts by, for example "
       "'timezone: Asia/Seoul'"},
      {"limits: {timezone: Asia/Seoul}",
       "6:20: error: 'timezone' without 'window: calendar'; add window: calendar, or remove it: a rolling window has "
       "no clock"},
      {"limits: {window: rolling, timezone: Asia/Seoul}",
       "6:37: error: 'timezone' without 'window: calendar'; add window: calendar, or remove it: a rolling window has "
       "no clock"},
      {"limits: {window: calender, timezone: Asia/Seoul}",
       "6:18: error: 'window' cannot be 'calender'; did you mean 'calendar'?"},
      {"limits: {window: calendar, timezone: Seoul}",
       "6:38: error: unknown timezone 'Seoul'; did you mean 'Asia/Seoul'?"},
  };
  expect_each(cases);
}

}  // namespace
}  // namespace dialerd::config
