// Calendars and period clocks against an independent reading of the local clock: glibc's localtime_r, over the years
// 2016 to 2036. Around each change of a clock every minute is compared, otherwise samples. A program of its own,
// because it sets TZ.
#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <utility>

#include <gtest/gtest.h>

#include "campaign/calling_calendar.h"
#include "campaign/period_clock.h"
#include "tests/unit/campaign/rules_fixture.h"

namespace dialerd::campaign {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

struct Local {
  std::chrono::sys_days date;
  int minute;   // of the day
  int weekday;  // ISO: 1 is Monday
  minutes offset;

  // The local clock's reading as if it were UTC.
  WallTime reading() const { return date + minutes{minute}; }
};

Local local(WallTime at) {
  std::time_t seconds = std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count();
  std::tm tm{};
  localtime_r(&seconds, &tm);
  return {civil(tm.tm_year + 1900, static_cast<unsigned>(tm.tm_mon + 1), static_cast<unsigned>(tm.tm_mday)),
          tm.tm_hour * 60 + tm.tm_min, tm.tm_wday == 0 ? 7 : tm.tm_wday,
          std::chrono::floor<minutes>(std::chrono::seconds{tm.tm_gmtoff})};
}

struct Change {
  WallTime at;  // the first moment with the new offset
  minutes before;
  minutes after;
};

const WallTime first = utc("2016-01-01 00:00");
const WallTime last = utc("2036-12-31 00:00");

// Found by looking every hour and halving. No zone changes twice in an hour.
std::vector<Change> changes() {
  std::vector<Change> found;
  for (WallTime at = first; at < last; at += hours{1}) {
    WallTime from = at;
    WallTime to = at + hours{1};
    minutes before = local(from).offset;
    minutes after = local(to).offset;
    if (before == after) continue;
    while (to - from > minutes{1}) {
      WallTime middle = from + std::chrono::floor<minutes>((to - from) / 2);
      (local(middle).offset == before ? from : to) = middle;
    }
    found.push_back({to, before, after});
  }
  return found;
}

// Whether a local reading comes twice, by one of the changes.
bool comes_twice(WallTime reading, const std::vector<Change>& all) {
  for (const Change& change : all) {
    if (change.after >= change.before) continue;
    if (reading >= change.at + change.after && reading < change.at + change.before) return true;
  }
  return false;
}

class LocalClockOracle : public testing::TestWithParam<const char*> {
 protected:
  LocalClockOracle() {
    setenv("TZ", GetParam(), 1);
    tzset();
    all = changes();
  }

  // Every minute for some hours around a change, and otherwise one moment in about three hours.
  template <typename Check>
  void for_moments(Check&& check) {
    for (WallTime at = first; at < last; at += minutes{181}) {
      check(at);
      if (HasFatalFailure()) return;
    }
    for (const Change& change : all) {
      for (WallTime at = change.at - hours{5}; at < change.at + hours{5}; at += minutes{1}) {
        check(at);
        if (HasFatalFailure()) return;
      }
    }
  }

  std::vector<Change> all;
};

std::string text(WallTime at) {
  Local l = local(at);
  return std::to_string(at.time_since_epoch().count()) + ", local minute " + std::to_string(l.minute) + " of day " +
         std::to_string(l.date.time_since_epoch().count());
}

// Windows on all days, at odd times, some across midnight and some that end or begin inside a repeated hour; every
// eleventh date is closed.
TEST_P(LocalClockOracle, WindowsOpenAndCloseByTheLocalClock) {
  using Windows = std::vector<config::CallingWindow>;
  Windows odd = {{1, 540, 720}, {1, 780, 1200}, {3, 0, 1440}, {4, 0, 120}, {6, 1320, 1440}, {7, 0, 90}, {7, 150, 1440}};
  for (const Windows& windows :
       {odd, daily(90, 1395), daily(0, 1440), daily(0, 30), daily(1410, 1440), daily(119, 135)}) {
    CalendarDates dates;
    for (auto date = civil(2016, 1, 3); date < civil(2037, 1, 1); date += days{11}) dates.closed.push_back({date, "x"});
    CallingCalendar calendar(GetParam(), windows, std::chrono::seconds{0},
                             std::make_shared<const CalendarDates>(dates));

    auto closed = [&](std::chrono::sys_days date) { return (date - civil(2016, 1, 3)) % days{11} == days{0}; };
    // The window of that date with that minute inside (or beginning or ending there).
    auto holds = [&](std::chrono::sys_days date, int minute) {
      if (closed(date)) return false;
      auto weekday = std::chrono::weekday{date}.iso_encoding();
      for (const auto& w : windows) {
        if (w.weekday == weekday && minute >= w.from_minute && minute < w.to_minute) return true;
      }
      return false;
    };
    auto holds_reading = [&](WallTime reading) {
      auto date = std::chrono::floor<days>(reading);
      return holds(date, static_cast<int>(std::chrono::floor<minutes>(reading - date).count()));
    };
    for_moments([&](WallTime at) {
      WallTime reading = local(at).reading();
      bool expected = holds_reading(reading);
      if (expected && comes_twice(reading, all)) {
        // The shorter of two readings: it opens when its beginning comes for the last time, and closes when its end
        // comes for the first time.
        WallTime begin = reading;
        while (holds_reading(begin - minutes{1}) && reading - begin < hours{3}) begin -= minutes{1};
        WallTime end = reading;
        while (holds_reading(end) && end - reading < hours{3}) end += minutes{1};
        const Change* change = nullptr;
        for (const Change& c : all) {
          if (c.at - hours{3} < at && at < c.at + hours{3}) change = &c;
        }
        ASSERT_NE(change, nullptr);
        if (at < change->at && comes_twice(begin, all)) expected = false;
        if (at >= change->at && comes_twice(end, all)) expected = false;
      }
      ASSERT_EQ(calendar.open(at), expected) << text(at) << ", windows from " << windows[0].from_minute;
    });
  }
}

TEST_P(LocalClockOracle, TheNextOpeningIsTheFirstOpenMinute) {
  CallingCalendar calendar(GetParam(), daily(90, 165), std::chrono::seconds{0});
  for (const Change& change : all) {
    std::optional<WallTime> opening;
    for (WallTime at = change.at + hours{50}; at > change.at - hours{30}; at -= minutes{1}) {
      if (calendar.open(at)) opening = at;
      if (!opening || at >= change.at + hours{20}) continue;
      ASSERT_EQ(calendar.next_opening(at), opening) << text(at);
    }
  }
}

TEST_P(LocalClockOracle, DatesAndTimesOfDay) {
  CallingCalendar calendar(GetParam(), daily(0, 1440), std::chrono::seconds{0});
  auto near_change = [&](WallTime at) {
    return std::ranges::any_of(all, [&](const Change& c) { return c.at - hours{30} < at && at < c.at + hours{30}; });
  };
  WallTime checked{};
  for_moments([&](WallTime at) {
    Local expected = local(at);
    ASSERT_EQ(calendar.local_date(at), expected.date) << text(at);
    ASSERT_EQ(calendar.time_of_day(at).count(), expected.minute) << text(at);

    WallTime next = calendar.start_of_next_day(at);
    ASSERT_GT(next, at);
    ASSERT_GT(local(next).date, expected.date) << text(at);
    ASSERT_TRUE(local(next).minute == 0 || local(next - minutes{1}).date == expected.date) << text(at);
    if (next == checked || !near_change(next)) return;
    checked = next;
    // The day before is over for good, and no midnight comes after it.
    for (int i = 1; i < 180; ++i) {
      ASSERT_GT(local(next + minutes{i}).date, expected.date) << text(at);
      ASSERT_NE(local(next + minutes{i}).minute, 0) << text(at);
    }
    ASSERT_TRUE(local(next - minutes{1}).date <= expected.date || comes_twice(local(next).reading(), all)) << text(at);
  });
}

TEST_P(LocalClockOracle, PeriodsAreTheNamesOnTheLocalClock) {
  PeriodClock hour_clock(GetParam(), PeriodUnit::hour);
  PeriodClock day_clock(GetParam(), PeriodUnit::day);
  for (const Change& change : all) {
    std::optional<Period> hour;
    std::optional<Period> day;
    for (WallTime at = change.at - hours{30}; at < change.at + hours{30}; at += minutes{1}) {
      Local now = local(at);
      Local before = local(at - minutes{1});
      auto check = [&](std::optional<Period>& period, const PeriodClock& clock, bool same_name) {
        Period found = clock.period_at(at);
        ASSERT_LE(found.from, at) << text(at);
        ASSERT_GT(found.to, at) << text(at);
        std::optional<Period> previous = std::exchange(period, found);
        if (!previous) return;
        ASSERT_EQ(found.from, same_name ? previous->from : at) << text(at);
        ASSERT_EQ(previous->to, same_name ? found.to : at) << text(at);
      };
      check(hour, hour_clock, now.date == before.date && now.minute / 60 == before.minute / 60);
      check(day, day_clock, now.date == before.date);
      if (HasFatalFailure()) return;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Zones, LocalClockOracle,
                         testing::Values("America/New_York", "America/Los_Angeles", "America/Sao_Paulo",
                                         "America/Havana", "America/St_Johns", "Europe/London", "Europe/Berlin",
                                         "Australia/Sydney", "Australia/Lord_Howe", "Asia/Seoul", "Asia/Tehran",
                                         "Pacific/Apia", "Africa/Casablanca", "Atlantic/Azores"),
                         [](const auto& zone) {
                           std::string name = zone.param;
                           for (char& c : name) c = c == '/' ? '_' : c;
                           return name;
                         });

// The list above is of zones that change their clocks, but for Seoul; else this program would show little.
TEST(LocalClockOracleItself, SeesTheChanges) {
  setenv("TZ", "America/New_York", 1);
  tzset();
  auto found = changes();
  ASSERT_EQ(found.size(), 42U);
  EXPECT_EQ(found[0].at, utc("2016-03-13 07:00"));
  EXPECT_EQ(found[0].after, hours{-4});
}

}  // namespace
}  // namespace dialerd::campaign
