#include "campaign/period_clock.h"

#include <gtest/gtest.h>

#include "tests/unit/campaign/rules_fixture.h"

namespace dialerd::campaign {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

Period period(const char* zone, PeriodUnit unit, WallTime at) { return PeriodClock(zone, unit).period_at(at); }

TEST(PeriodClock, DaysAreLocalOnes) {
  EXPECT_EQ(period("Asia/Seoul", PeriodUnit::day, utc("2026-11-24 03:00")),
            (Period{utc("2026-11-23 15:00"), utc("2026-11-24 15:00")}));
  EXPECT_EQ(period("Asia/Seoul", PeriodUnit::day, utc("2026-11-24 15:00")).from, utc("2026-11-24 15:00"));
}

TEST(PeriodClock, MonthsAndLeapDaysEndAsTheyShould) {
  EXPECT_EQ(period("UTC", PeriodUnit::day, utc("2028-02-28 23:59")).to, utc("2028-02-29 00:00"));
  EXPECT_EQ(period("UTC", PeriodUnit::day, utc("2028-02-29 12:00")).to, utc("2028-03-01 00:00"));
  EXPECT_EQ(period("UTC", PeriodUnit::day, utc("2026-12-31 12:00")).to, utc("2027-01-01 00:00"));
}

TEST(PeriodClock, DaysOfTwentyThreeAndTwentyFiveHours) {
  EXPECT_EQ(period("America/New_York", PeriodUnit::day, utc("2026-03-08 12:00")),
            (Period{utc("2026-03-08 05:00"), utc("2026-03-09 04:00")}));
  EXPECT_EQ(period("America/New_York", PeriodUnit::day, utc("2026-11-01 12:00")),
            (Period{utc("2026-11-01 04:00"), utc("2026-11-02 05:00")}));
}

TEST(PeriodClock, ARepeatedHourIsOneLongOne) {
  // 01:00 EDT to 02:00 EDT, and again 01:00 EST to 02:00 EST.
  Period hour{utc("2026-11-01 05:00"), utc("2026-11-01 07:00")};
  EXPECT_EQ(period("America/New_York", PeriodUnit::hour, utc("2026-11-01 05:30")), hour);
  EXPECT_EQ(period("America/New_York", PeriodUnit::hour, utc("2026-11-01 06:30")), hour);
}

TEST(PeriodClock, ASkippedHourIsNone) {
  EXPECT_EQ(period("America/New_York", PeriodUnit::hour, utc("2026-03-08 06:59")),
            (Period{utc("2026-03-08 06:00"), utc("2026-03-08 07:00")}));
  EXPECT_EQ(period("America/New_York", PeriodUnit::hour, utc("2026-03-08 07:00")),
            (Period{utc("2026-03-08 07:00"), utc("2026-03-08 08:00")}));
}

TEST(PeriodClock, HoursBeginAtTheLocalClocksFullHour) {
  EXPECT_EQ(period("Asia/Kolkata", PeriodUnit::hour, utc("2026-11-24 03:00")),
            (Period{utc("2026-11-24 02:30"), utc("2026-11-24 03:30")}));
}

TEST(PeriodClock, MidnightsThatAreSkippedOrComeTwice) {
  EXPECT_EQ(period("America/Sao_Paulo", PeriodUnit::day, utc("2018-11-04 03:00")),
            (Period{utc("2018-11-04 03:00"), utc("2018-11-05 02:00")}));
  EXPECT_EQ(period("America/Havana", PeriodUnit::day, utc("2026-11-01 12:00")),
            (Period{utc("2026-11-01 04:00"), utc("2026-11-02 05:00")}));
}

TEST(PeriodClock, AClockSetBackByTwoHoursStillHasItsMomentsInAPeriod) {
  // Troll, 25 October 2026: 03:00 becomes 01:00.
  PeriodClock clock("Antarctica/Troll", PeriodUnit::hour);
  WallTime last{};
  for (WallTime at = utc("2026-10-24 20:00"); at < utc("2026-10-25 06:00"); at += minutes{1}) {
    Period found = clock.period_at(at);
    ASSERT_LE(found.from, at);
    ASSERT_GT(found.to, at);
    ASSERT_GE(found.from, last) << "periods never go back";
    ASSERT_EQ(clock.period_at(found.from), found);
    ASSERT_EQ(clock.period_at(found.to - seconds{1}), found);
    last = found.from;
  }
}

TEST(PeriodClock, MinutesAreMinutes) {
  EXPECT_EQ(period("America/New_York", PeriodUnit::minute, utc("2026-11-01 06:30") + seconds{59}),
            (Period{utc("2026-11-01 06:30"), utc("2026-11-01 06:31")}));
}

}  // namespace
}  // namespace dialerd::campaign
