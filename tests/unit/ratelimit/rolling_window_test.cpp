#include "ratelimit/rolling_window.h"

#include <algorithm>
#include <chrono>
#include <deque>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace dialerd::ratelimit {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr MonoTime start{hours{1000}};

TEST(RollingWindow, HoldsAtMostTheLimit) {
  RollingWindow window(3, minutes{1});
  window.hold(3);
  EXPECT_EQ(window.available(start), 0);
}

TEST(RollingWindow, ATokenInFlightComesBackOneWindowAfterItsAnswerAndNotAfterItsGrant) {
  RollingWindow window(1, minutes{1});
  window.hold(1);
  MonoTime answered = start + seconds{50};
  window.count(answered, 1);
  EXPECT_EQ(window.available(start + minutes{1} + seconds{1}), 0);
  EXPECT_EQ(window.available(answered + minutes{1}), 0);
  EXPECT_EQ(window.available(answered + minutes{1} + seconds{1}), 1);
}

TEST(RollingWindow, ARefundedTokenIsFreeAtOnce) {
  RollingWindow window(1, hours{1});
  window.hold(1);
  window.refund(1);
  EXPECT_EQ(window.available(start), 1);
}

TEST(RollingWindow, TellsWhenTheNextTokenComesBack) {
  RollingWindow window(2, hours{1});
  EXPECT_EQ(window.next_return(start), std::nullopt);
  window.hold(2);
  window.count(start, 1);
  window.count(start + minutes{10}, 1);
  auto back = window.next_return(start + minutes{10});
  ASSERT_TRUE(back);
  EXPECT_EQ(window.available(*back - milliseconds{1}), 0);
  EXPECT_EQ(window.available(*back), 1);
  EXPECT_LE(*back, start + hours{1} + seconds{15});
}

TEST(RollingWindow, CountsWhatAnEarlierProcessDid) {
  RollingWindow window(10, hours{1});
  window.restore(start, start - minutes{30}, 7);
  window.restore(start, start - hours{2}, 5);
  EXPECT_EQ(window.available(start), 3);
  EXPECT_EQ(window.available(start + minutes{31}), 10);
}

TEST(RollingWindow, AClockThatGoesBackFreesNothing) {
  RollingWindow window(1, minutes{1});
  window.hold(1);
  window.count(start, 1);
  EXPECT_EQ(window.available(start - hours{1}), 0);
  EXPECT_EQ(window.available(start + seconds{59}), 0);
}

// The promise itself, judged by a list of every call at the latest and the earliest moment that the provider may have
// counted it: whatever it chose in between, no window holds more than the limit.
RC_GTEST_PROP(RollingWindow, NoWindowOfTheProvidersClockHoldsMoreThanTheLimit, ()) {
  auto limit = *rc::gen::inRange<std::int64_t>(1, 40);
  auto length = milliseconds{*rc::gen::inRange(1000, 100000)};
  RollingWindow window(limit, length);
  MonoTime now = start;
  std::deque<MonoTime> in_flight;
  std::vector<MonoTime> counted;  // at a moment between the grant and the answer
  auto steps = *rc::gen::inRange(1, 400);
  for (int i = 0; i < steps; ++i) {
    now += milliseconds{*rc::gen::inRange(0, 4000)};
    if (*rc::gen::inRange(0, 3) > 0) {
      auto n = std::min<std::int64_t>(window.available(now), *rc::gen::inRange(1, 10));
      window.hold(n);
      for (std::int64_t k = 0; k < n; ++k) in_flight.push_back(now);
    }
    while (!in_flight.empty() && *rc::gen::inRange(0, 3) > 0) {
      MonoTime granted = in_flight.front();
      in_flight.pop_front();
      auto share = *rc::gen::inRange(0, 101);
      counted.push_back(granted + (now - granted) * share / 100);
      window.count(now, 1);
    }
  }
  std::sort(counted.begin(), counted.end());
  for (std::size_t i = 0; i + static_cast<std::size_t>(limit) < counted.size(); ++i) {
    RC_ASSERT(counted[i + static_cast<std::size_t>(limit)] - counted[i] >= length);
  }
}

TEST(RollingWindow, UsesAtLeast995PerMilleOfTheLimitUnderSteadyDemand) {
  RollingWindow window(1000, minutes{1});
  std::int64_t calls = 0;
  for (MonoTime now = start; now < start + hours{10}; now += milliseconds{10}) {
    std::int64_t n = window.available(now);
    window.hold(n);
    window.count(now, n);
    calls += n;
  }
  EXPECT_GE(calls, 600 * 1000 * 995 / 1000);
}

}  // namespace
}  // namespace dialerd::ratelimit
