#include "campaign/calling_calendar.h"

#include <date/tz.h>
#include <gtest/gtest.h>

#include "tests/unit/campaign/rules_fixture.h"

namespace dialerd::campaign {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

TEST(CallingCalendar, OpensAndClosesByTheLocalClock) {
  CallingCalendar calendar("Asia/Seoul", daily(9 * 60, 20 * 60), seconds{0});
  EXPECT_FALSE(calendar.open(utc("2026-11-23 23:59")));  // 08:59 in Seoul
  EXPECT_TRUE(calendar.open(utc("2026-11-24 00:00")));
  EXPECT_TRUE(calendar.open(utc("2026-11-24 10:59")));
  EXPECT_FALSE(calendar.open(utc("2026-11-24 11:00")));  // 20:00
}

TEST(CallingCalendar, TheLocalWeekdayDecidesNotTheUtcOne) {
  // Monday only; Monday 01:00 in Seoul is Sunday 16:00 UTC.
  CallingCalendar calendar("Asia/Seoul", {{1, 0, 24 * 60}}, seconds{0});
  EXPECT_TRUE(calendar.open(utc("2026-11-22 16:00")));
  EXPECT_FALSE(calendar.open(utc("2026-11-23 16:00")));
}

TEST(CallingCalendar, NoCallStartsWithinTheMarginBeforeAClose) {
  CallingCalendar calendar("UTC", daily(9 * 60, 20 * 60), seconds{60});
  EXPECT_TRUE(calendar.open(utc("2026-11-24 19:58")));
  EXPECT_FALSE(calendar.open(utc("2026-11-24 19:59")));
  EXPECT_EQ(calendar.next_opening(utc("2026-11-24 19:59")), utc("2026-11-25 09:00"));
}

TEST(CallingCalendar, WindowsThatTouchAreOneStretch) {
  CallingCalendar calendar("UTC", daily(0, 24 * 60), minutes{5});
  EXPECT_TRUE(calendar.open(utc("2026-11-24 23:59")));
  EXPECT_TRUE(calendar.open(utc("2026-11-25 00:00")));
}

TEST(CallingCalendar, AWindowThatNeverClosesStaysOpen) {
  CallingCalendar calendar("Asia/Seoul", daily(0, 24 * 60), minutes{1});
  for (WallTime at = utc("2026-01-01 00:00"); at < utc("2026-06-01 00:00"); at += seconds{30})
    ASSERT_EQ(calendar.next_opening(at), at);
}

TEST(CallingCalendar, TheNextOpeningSkipsClosedDays) {
  CallingCalendar calendar("Asia/Seoul", {{5, 10 * 60, 12 * 60}}, seconds{0});         // Fridays
  EXPECT_EQ(calendar.next_opening(utc("2026-11-27 03:00")), utc("2026-12-04 01:00"));  // Friday noon is too late
}

TEST(CallingCalendar, AnOpenMomentIsItsOwnNextOpening) {
  CallingCalendar calendar("UTC", daily(9 * 60, 20 * 60), seconds{0});
  EXPECT_EQ(calendar.next_opening(utc("2026-11-24 12:34")), utc("2026-11-24 12:34"));
}

TEST(CallingCalendar, AClockThatJumpsBackIsAskedAnew) {
  CallingCalendar calendar("UTC", daily(9 * 60, 20 * 60), seconds{0});
  EXPECT_TRUE(calendar.open(utc("2026-11-24 12:00")));
  EXPECT_FALSE(calendar.open(utc("2026-11-24 08:00")));
  EXPECT_FALSE(calendar.open(utc("2026-11-23 21:00")));
  EXPECT_TRUE(calendar.open(utc("2026-11-23 12:00")));
}

TEST(CallingCalendar, ASkippedHourShortensAWindow) {
  // New York, 8 March 2026: 02:00 EST becomes 03:00 EDT.
  CallingCalendar calendar("America/New_York", daily(2 * 60 + 30, 4 * 60), seconds{0});
  EXPECT_FALSE(calendar.open(utc("2026-03-08 06:59")));  // 01:59 EST
  EXPECT_TRUE(calendar.open(utc("2026-03-08 07:00")));   // 03:00 EDT, the first moment after 02:30
  EXPECT_FALSE(calendar.open(utc("2026-03-08 08:00")));  // 04:00 EDT
}

TEST(CallingCalendar, ARepeatedHourIsReadTheShorterWay) {
  // New York, 1 November 2026: 02:00 EDT becomes 01:00 EST; 01:30 happens twice.
  CallingCalendar opens("America/New_York", daily(1 * 60 + 30, 4 * 60), seconds{0});
  EXPECT_FALSE(opens.open(utc("2026-11-01 05:30")));  // the first 01:30
  EXPECT_TRUE(opens.open(utc("2026-11-01 06:30")));   // the second
  CallingCalendar closes("America/New_York", daily(0, 1 * 60 + 30), seconds{0});
  EXPECT_TRUE(closes.open(utc("2026-11-01 05:29")));
  EXPECT_FALSE(closes.open(utc("2026-11-01 05:30")));
  EXPECT_FALSE(closes.open(utc("2026-11-01 06:15")));  // 01:15 for the second time
}

// Every minute of two years, against the plain question to the local clock. They may differ only where the clock
// repeats itself, and then only by being closed.
TEST(CallingCalendar, AgreesWithTheLocalClockMinuteByMinute) {
  for (const char* zone_name : {"Asia/Seoul", "America/New_York", "Australia/Lord_Howe", "Europe/London"}) {
    CallingCalendar calendar(zone_name, {{1, 540, 720}, {1, 780, 1200}, {3, 0, 1440}, {4, 0, 120}, {7, 60, 150}},
                             seconds{0});
    const auto* zone = date::locate_zone(zone_name);
    for (WallTime at = utc("2025-01-01 00:00"); at < utc("2027-01-01 00:00"); at += minutes{7}) {
      auto local = zone->to_local(at);
      auto day = date::floor<date::days>(local);
      auto minute = std::chrono::duration_cast<minutes>(local - day).count();
      auto weekday = date::weekday{day}.iso_encoding();
      bool expected = (weekday == 1 && ((minute >= 540 && minute < 720) || (minute >= 780 && minute < 1200))) ||
                      weekday == 3 || (weekday == 4 && minute < 120) || (weekday == 7 && minute >= 60 && minute < 150);
      bool repeated = zone->get_info(local).result == date::local_info::ambiguous;
      if (repeated) {
        EXPECT_TRUE(expected || !calendar.open(at)) << zone_name << ' ' << at.time_since_epoch().count();
      } else {
        EXPECT_EQ(calendar.open(at), expected) << zone_name << ' ' << at.time_since_epoch().count();
      }
    }
  }
}

std::shared_ptr<const CalendarDates> dates(CalendarDates dates) {
  return std::make_shared<const CalendarDates>(std::move(dates));
}

TEST(CallingCalendar, AClosedDateIsTheLocalOne) {
  CalendarDates closed;
  closed.closed = {{civil(2026, 9, 25), "Chuseok"}};
  CallingCalendar calendar("Asia/Seoul", daily(0, 1440), seconds{0}, dates(closed));
  EXPECT_TRUE(calendar.open(utc("2026-09-24 14:59")));   // 23:59 on the 24th in Seoul
  EXPECT_FALSE(calendar.open(utc("2026-09-24 15:00")));  // midnight
  EXPECT_FALSE(calendar.open(utc("2026-09-25 14:59")));
  EXPECT_TRUE(calendar.open(utc("2026-09-25 15:00")));
  EXPECT_EQ(calendar.date_closure(civil(2026, 9, 25)), DateClosure::closed);
  EXPECT_EQ(calendar.closed_date_name(civil(2026, 9, 25)), "Chuseok");
}

TEST(CallingCalendar, TheMarginHoldsBeforeAClosedDate) {
  CalendarDates closed;
  closed.closed = {{civil(2026, 9, 25), "Chuseok"}};
  CallingCalendar calendar("UTC", daily(0, 1440), minutes{5}, dates(closed));
  EXPECT_TRUE(calendar.open(utc("2026-09-24 23:54")));
  EXPECT_FALSE(calendar.open(utc("2026-09-24 23:55")));
  EXPECT_TRUE(calendar.open(utc("2026-09-23 23:59"))) << "an open date follows: nothing closes at midnight";
}

TEST(CallingCalendar, ClosedDatesInARowAreAllSkipped) {
  CalendarDates closed;
  for (unsigned day = 24; day <= 27; ++day) closed.closed.push_back({civil(2026, 9, day), "Chuseok"});
  CallingCalendar calendar("Asia/Seoul", daily(9 * 60, 20 * 60), seconds{0}, dates(closed));
  EXPECT_EQ(calendar.next_opening(utc("2026-09-23 11:00")), utc("2026-09-28 00:00"));
}

TEST(CallingCalendar, StartAndEndAreInclusiveLocalDates) {
  CalendarDates bounds;
  bounds.start = civil(2027, 3, 1);
  bounds.end = civil(2027, 3, 3);
  CallingCalendar calendar("Asia/Seoul", daily(0, 1440), seconds{0}, dates(bounds));
  EXPECT_FALSE(calendar.open(utc("2027-02-28 14:59")));
  EXPECT_TRUE(calendar.open(utc("2027-02-28 15:00")));
  EXPECT_TRUE(calendar.open(utc("2027-03-03 14:59")));
  EXPECT_FALSE(calendar.open(utc("2027-03-03 15:00")));
  EXPECT_EQ(calendar.next_opening(utc("2025-01-01 00:00")), utc("2027-02-28 15:00")) << "however far away";
  EXPECT_EQ(calendar.next_opening(utc("2027-03-03 15:00")), std::nullopt);
  EXPECT_EQ(calendar.next_opening(utc("2030-03-03 15:00")), std::nullopt);
  EXPECT_EQ(calendar.next_opening(utc("2027-03-02 15:00")), utc("2027-03-02 15:00")) << "asked of the past again";
}

TEST(CallingCalendar, DatesThatNoHolidayListKnowsAreClosed) {
  CalendarDates known;
  known.known_until = civil(2028, 12, 31);
  CallingCalendar calendar("Asia/Seoul", daily(9 * 60, 20 * 60), seconds{0}, dates(known));
  EXPECT_TRUE(calendar.open(utc("2028-12-31 10:59")));
  EXPECT_FALSE(calendar.open(utc("2029-01-01 03:00")));
  EXPECT_EQ(calendar.next_opening(utc("2028-12-31 11:00")), std::nullopt);
  EXPECT_EQ(calendar.date_closure(civil(2029, 1, 1)), DateClosure::unknown);
}

TEST(CallingCalendar, StretchesAreWhatCallsCanUse) {
  CallingCalendar calendar("UTC", daily(9 * 60, 20 * 60), minutes{1});
  Stretch today{utc("2026-11-24 09:00"), utc("2026-11-24 19:59")};
  EXPECT_EQ(calendar.stretch_at(utc("2026-11-24 08:00")), today);
  EXPECT_EQ(calendar.stretch_at(utc("2026-11-24 12:00")), today);
  EXPECT_EQ(calendar.stretch_at(utc("2026-11-24 19:59"))->from, utc("2026-11-25 09:00"));
}

TEST(CallingCalendar, AWindowNotLongerThanTheMarginNeverOpens) {
  CallingCalendar calendar("UTC", {{2, 540, 550}, {2, 600, 620}}, minutes{10});
  EXPECT_EQ(calendar.next_opening(utc("2026-11-24 00:00")), utc("2026-11-24 10:00"));
}

TEST(CallingCalendar, OpenTimeLeftIsOfThisLocalDay) {
  CallingCalendar calendar("Asia/Seoul", {{2, 540, 720}, {2, 780, 1200}, {3, 0, 1440}}, minutes{1});
  // Tuesday in Seoul: 09:00-12:00 and 13:00-20:00, a minute less each.
  EXPECT_EQ(calendar.open_time_left_today(utc("2026-11-23 22:00")), minutes{179 + 419});
  EXPECT_EQ(calendar.open_time_left_today(utc("2026-11-24 02:00")), minutes{59 + 419});
  EXPECT_EQ(calendar.open_time_left_today(utc("2026-11-24 03:30")), minutes{419});
  EXPECT_EQ(calendar.open_time_left_today(utc("2026-11-24 10:59")), minutes{0});
  EXPECT_EQ(calendar.open_time_left_today(utc("2026-11-24 12:00")), minutes{0}) << "Wednesday is tomorrow";
  EXPECT_EQ(calendar.open_time_left_today(utc("2026-11-25 13:00")), minutes{119});
}

TEST(CallingCalendar, TheLocalDayEndsAtLocalMidnightWhereMidnightIsSkipped) {
  // Sao Paulo, 4 November 2018: midnight became 01:00. Its days begin at 03:00 UTC before and at 02:00 after.
  CallingCalendar calendar("America/Sao_Paulo", daily(0, 1440), seconds{0});
  EXPECT_EQ(calendar.start_of_next_day(utc("2018-11-03 12:00")), utc("2018-11-04 03:00"));
  EXPECT_EQ(calendar.start_of_next_day(utc("2018-11-04 12:00")), utc("2018-11-05 02:00"));
  EXPECT_EQ(calendar.local_date(utc("2018-11-04 02:59")), civil(2018, 11, 3));
  EXPECT_EQ(calendar.local_date(utc("2018-11-04 03:00")), civil(2018, 11, 4));
}

TEST(CallingCalendar, WholeDaysAreOneStretchThroughAMidnightThatComesTwice) {
  // Havana, 1 November 2026: 01:00 becomes 00:00; midnight comes at 04:00 and at 05:00 UTC.
  CallingCalendar calendar("America/Havana", daily(0, 1440), minutes{1});
  EXPECT_EQ(calendar.start_of_next_day(utc("2026-10-31 12:00")), utc("2026-11-01 05:00")) << "the later one";
  for (WallTime at = utc("2026-10-31 00:00"); at < utc("2026-11-02 00:00"); at += minutes{1})
    ASSERT_TRUE(calendar.open(at));
}

// A day that asks in any order is answered like one that asks in order.
TEST(CallingCalendar, WhatIsRememberedNeverChangesAnAnswer) {
  CalendarDates closed;
  closed.closed = {{civil(2026, 11, 25), "x"}};
  closed.end = civil(2026, 12, 20);
  auto make = [&] {
    return CallingCalendar("Europe/London", {{1, 540, 720}, {3, 0, 1440}, {4, 0, 120}}, minutes{1}, dates(closed));
  };
  CallingCalendar old = make();
  std::uint32_t random = 1;
  for (int i = 0; i < 20000; ++i) {
    random = random * 1664525 + 1013904223;
    WallTime at = utc("2026-11-10 00:00") + minutes{random % (60 * 24 * 50)};
    CallingCalendar fresh = make();
    ASSERT_EQ(old.open(at), fresh.open(at)) << at.time_since_epoch().count();
    ASSERT_EQ(old.next_opening(at), fresh.next_opening(at)) << at.time_since_epoch().count();
  }
}

}  // namespace
}  // namespace dialerd::campaign
