#include "campaign/calling_calendar.h"

#include <sstream>

#include <date/tz.h>
#include <gtest/gtest.h>

namespace dialerd::campaign {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

WallTime utc(const char* text) {
  std::istringstream in(text);
  date::sys_seconds at;
  in >> date::parse("%Y-%m-%d %H:%M", at);
  EXPECT_FALSE(in.fail()) << text;
  return at;
}

std::vector<config::CallingWindow> daily(std::uint16_t from, std::uint16_t to) {
  std::vector<config::CallingWindow> windows;
  for (std::uint8_t day = 1; day <= 7; ++day) windows.push_back({day, from, to});
  return windows;
}

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

}  // namespace
}  // namespace dialerd::campaign
