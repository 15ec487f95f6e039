#include "campaign/weekly_hours.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace dialerd::campaign {
namespace {

using config::AllowedHours;
using config::CallingWindow;
using std::chrono::minutes;

TEST(WeeklyHours, KeepsWhatBothAllow) {
  std::vector<CallingWindow> windows = {{1, 540, 720}, {1, 780, 1320}, {2, 0, 1440}};
  EXPECT_EQ(within_hours(windows, std::vector<AllowedHours>{{480, 1260}}),
            (std::vector<CallingWindow>{{1, 540, 720}, {1, 780, 1260}, {2, 480, 1260}}));
}

TEST(WeeklyHours, HoursAreAUnion) {
  std::vector<CallingWindow> windows = {{3, 0, 1440}};
  EXPECT_EQ(within_hours(windows, std::vector<AllowedHours>{{840, 1020}, {540, 720}, {600, 780}}),
            (std::vector<CallingWindow>{{3, 540, 780}, {3, 840, 1020}}));
}

TEST(WeeklyHours, NothingInCommonIsNothing) {
  EXPECT_TRUE(within_hours({{1, 1300, 1440}}, std::vector<AllowedHours>{{480, 1260}}).empty());
}

RC_GTEST_PROP(WeeklyHoursProperty, AMinuteIsInTheResultExactlyWhenItIsInBoth, ()) {
  std::vector<CallingWindow> windows;
  for (std::uint8_t day : {std::uint8_t{1}, std::uint8_t{4}}) {
    std::uint16_t minute = 0;
    while (minute < 1400) {
      auto from = static_cast<std::uint16_t>(minute + *rc::gen::inRange(0, 600));
      auto to = static_cast<std::uint16_t>(std::min(1440, from + *rc::gen::inRange(1, 600)));
      if (from >= 1440) break;
      windows.push_back({day, from, to});
      minute = to;
    }
  }
  std::vector<AllowedHours> hours;
  for (int n = *rc::gen::inRange(1, 5); n > 0; --n) {
    auto from = *rc::gen::inRange(0, 1440);
    auto to = *rc::gen::inRange(from + 1, 1441);
    hours.push_back({static_cast<std::uint16_t>(from), static_cast<std::uint16_t>(to)});
  }
  auto within = within_hours(windows, hours);
  for (std::uint8_t day = 1; day <= 7; ++day) {
    for (int minute = 0; minute < 1440; ++minute) {
      minutes time{minute};
      RC_ASSERT(contains(within, day, time) == (contains(windows, day, time) && contains(hours, time)));
    }
  }
  for (std::size_t i = 1; i < within.size(); ++i) {
    RC_ASSERT(within[i - 1].weekday < within[i].weekday ||
              (within[i - 1].weekday == within[i].weekday && within[i - 1].to_minute <= within[i].from_minute));
  }
}

}  // namespace
}  // namespace dialerd::campaign
