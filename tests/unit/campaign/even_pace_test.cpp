#include "campaign/even_pace.h"

#include <algorithm>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "ratelimit/rolling_window.h"

namespace dialerd::campaign {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr MonoTime morning{hours{9}};

TEST(EvenPace, CallsComeOneIntervalApart) {
  EvenPace pace;
  std::vector<MonoTime> starts;
  for (MonoTime now = morning; now < morning + hours{10}; now += seconds{1}) {
    auto left = std::chrono::duration_cast<milliseconds>(morning + hours{10} - now);
    for (auto n = pace.allowed(now, 1, 20, left, 0); n > 0; --n) {
      pace.started(now);
      starts.push_back(now);
    }
  }
  ASSERT_EQ(starts.size(), 20U);
  for (std::size_t i = 0; i < starts.size(); ++i) {
    EXPECT_LE(starts[i] - (morning + minutes{30} * i), seconds{2}) << i;
    EXPECT_GE(starts[i], morning + minutes{30} * i - seconds{1}) << i;
  }
}

TEST(EvenPace, TellsWhenToLookAgain) {
  EvenPace pace;
  EXPECT_EQ(pace.allowed(morning, 1, 10, hours{10}, 0), 1);
  EXPECT_EQ(pace.next(), morning + hours{1});
  pace.started(morning);
  EXPECT_EQ(pace.allowed(morning + minutes{1}, 1, 10, hours{10} - minutes{1}, 0), 0);
  EXPECT_EQ(pace.next(), morning + hours{1});
  EXPECT_EQ(pace.allowed(morning + hours{1}, 1, 10, hours{9}, 0), 1);
  EXPECT_EQ(pace.allowed(morning + hours{1}, 1, 10, hours{9}, 1), 0) << "what is in hand is on its way";
}

TEST(EvenPace, ASpentBudgetOrAClosedDayAllowsNothing) {
  EvenPace pace;
  pace.restore(1, 10);
  EXPECT_EQ(pace.allowed(morning, 1, 10, hours{10}, 0), 0);
  EXPECT_EQ(pace.next(), std::nullopt);
  EXPECT_EQ(pace.allowed(morning, 1, 20, milliseconds{0}, 0), 0);
  EXPECT_EQ(pace.allowed(morning, 1, 20, hours{10}, 10), 0);
  EXPECT_EQ(pace.allowed(morning, 1, 20, hours{10}, 0), 1);
  pace.restore(1, 10);
  EXPECT_EQ(pace.allowed(morning, 1, 20, hours{10}, 0), 0);
  pace.refund();
  pace.allowed(morning, 1, 20, hours{10}, 0);
  EXPECT_TRUE(pace.next()) << "one is left";
  EXPECT_EQ(pace.allowed(morning, 2, 20, hours{10}, 0), 1);
  EXPECT_EQ(pace.spent(), 0) << "another day, another budget";
}

TEST(EvenPace, AfterAPauseThereIsNoBurst) {
  EvenPace pace;
  // 36000 calls in 10 hours: one a second. Nothing happens in the first five hours.
  ASSERT_GE(pace.allowed(morning, 1, 36000, hours{10}, 0), 1);
  pace.started(morning);
  std::int64_t calls = 1;
  for (MonoTime now = morning + hours{5}; now < morning + hours{10}; now += milliseconds{100}) {
    auto left = std::chrono::duration_cast<milliseconds>(morning + hours{10} - now);
    auto n = pace.allowed(now, 1, 36000, left, 0);
    ASSERT_LE(n, 3) << "twice the pace of before, and a second's worth of it";
    calls += n;
    for (; n > 0; --n) pace.started(now);
  }
  EXPECT_GE(calls, 35990);
}

// Any budget, windows with a break in the middle, any interval of looking, and a delay between claim and start: the
// budget is used, never exceeded, and no hour has more than its share.
RC_GTEST_PROP(EvenPaceProperty, UsesTheBudgetEvenly, ()) {
  std::int64_t budget = *rc::gen::weightedOneOf<std::int64_t>(
      {{3, rc::gen::inRange<std::int64_t>(100, 5000)}, {1, rc::gen::inRange<std::int64_t>(5000, 400000)}});
  auto length = minutes{*rc::gen::inRange(4, 13) * 60};
  auto gap_at = minutes{*rc::gen::inRange<std::int64_t>(60, length.count() - 60)};
  auto gap = minutes{*rc::gen::element(0, 60, 90)};
  auto tick = milliseconds{*rc::gen::element(100, 250, 1000)};
  int delay = tick < seconds{1} ? *rc::gen::element(0, 1, 2) : 0;  // ticks from claim to start
  EvenPace pace;
  std::vector<std::int64_t> by_open_hour(static_cast<std::size_t>(length / hours{1}) + 1);
  std::vector<std::int64_t> under_way(static_cast<std::size_t>(delay) + 1);
  std::int64_t in_hand = 0;
  std::int64_t calls = 0;
  for (milliseconds t{0}; t < length + gap; t += tick) {
    milliseconds open = t < gap_at ? t : std::max<milliseconds>(gap_at, t - gap);
    bool closed = t >= gap_at && t < gap_at + gap;
    MonoTime now = morning + t;
    auto& due = under_way[static_cast<std::size_t>(t / tick) % under_way.size()];
    std::int64_t n = closed ? 0 : pace.allowed(now, 1, budget, length - open, in_hand);
    in_hand += n;
    std::int64_t starting = delay == 0 ? n : due;
    due = n;
    for (; starting > 0; --starting) {
      pace.started(now);
      --in_hand;
      ++calls;
      ++by_open_hour[static_cast<std::size_t>(open / hours{1})];
    }
  }
  RC_ASSERT(calls <= budget);
  RC_ASSERT(calls * 100 >= budget * 98);
  auto share = budget * 60 / length.count();
  for (std::int64_t in_hour : by_open_hour) RC_ASSERT(in_hour * 100 <= share * 102 + 200);
}

// Under a rolling day the tokens come back in the course of the day: the pace must not wait for all of them first, nor
// drift to the evening from day to day.
TEST(EvenPace, StaysEvenDayAfterDayUnderARollingLimit) {
  EvenPace pace;
  constexpr std::int64_t budget = 2000;
  ratelimit::RollingWindow window(budget, hours{24});
  for (int day = 0; day < 10; ++day) {
    std::int64_t first_half = 0;
    std::int64_t calls = 0;
    MonoTime open{hours{24 * day + 9}};
    for (MonoTime now = open; now < open + hours{10}; now += seconds{1}) {
      auto left = std::chrono::duration_cast<milliseconds>(open + hours{10} - now);
      auto n = std::min(pace.allowed(now, day, budget, left, 0), window.available(now));
      calls += n;
      if (now < open + hours{5}) first_half += n;
      window.hold(n);
      window.count(now, n);
      for (; n > 0; --n) pace.started(now);
    }
    EXPECT_GE(calls, budget * 98 / 100) << day;
    EXPECT_GE(first_half, budget * 46 / 100) << day;
    EXPECT_LE(first_half, budget * 52 / 100) << day;
  }
}

}  // namespace
}  // namespace dialerd::campaign
