#include "ratelimit/request_budget.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <random>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace dialerd::ratelimit {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::nanoseconds;
using std::chrono::seconds;
using Kind = RequestBudget::Kind;

constexpr MonoTime start{hours{1000}};

void request(RequestBudget& budget, Kind kind, MonoTime at) {
  budget.begin(kind);
  budget.ended(at, kind);
}

TEST(RequestBudget, WithoutLimitsAllowsAnything) {
  RequestBudget budget({});
  EXPECT_EQ(budget.creations(start, true), RequestBudget::unlimited);
  EXPECT_TRUE(budget.may_follow(start, true));
}

TEST(RequestBudget, CreatingMayHaveEverythingWhileNothingIsFollowed) {
  RequestBudget budget({.per_second = 10, .per_minute = {}, .follow_percent = 20});
  EXPECT_EQ(budget.creations(start, false), 10);
  EXPECT_EQ(budget.creations(start, true), 8);
}

TEST(RequestBudget, FollowingHasItsFloorWhileCreatingWantsMore) {
  RequestBudget budget({.per_second = 10, .per_minute = {}, .follow_percent = 20});
  while (budget.may_create(start, true)) request(budget, Kind::create, start);
  EXPECT_TRUE(budget.may_follow(start, true));
  request(budget, Kind::follow, start);
  EXPECT_FALSE(budget.may_create(start, true));
  request(budget, Kind::follow, start);
  EXPECT_FALSE(budget.may_follow(start, true));
}

TEST(RequestBudget, FollowingGoesBeyondItsFloorOnlyWhileNoCreationWaits) {
  RequestBudget budget({.per_second = 10, .per_minute = {}, .follow_percent = 20});
  for (int i = 0; i < 2; ++i) request(budget, Kind::follow, start);
  EXPECT_FALSE(budget.may_follow(start, true));
  EXPECT_TRUE(budget.may_follow(start, false));
  EXPECT_EQ(budget.creations(start, true), 8);
}

TEST(RequestBudget, ARequestInFlightHoldsItsToken) {
  RequestBudget budget({.per_second = 2, .per_minute = {}});
  budget.begin(Kind::create);
  EXPECT_EQ(budget.creations(start + hours{1}, false), 1);
  budget.ended(start + hours{1}, Kind::create);
  EXPECT_EQ(budget.creations(start + hours{1} + milliseconds{999}, false), 1);
  EXPECT_EQ(budget.creations(start + hours{1} + milliseconds{1005}, false), 2);
}

TEST(RequestBudget, EvenALimitOfOneServesBoth) {
  RequestBudget budget({.per_second = 1, .per_minute = {}});
  std::int64_t creations = 0;
  std::int64_t follows = 0;
  for (MonoTime now = start; now < start + minutes{1}; now += milliseconds{50}) {
    if (budget.may_create(now, true)) request(budget, Kind::create, now), ++creations;
    if (budget.may_follow(now, true)) request(budget, Kind::follow, now), ++follows;
  }
  EXPECT_GE(creations, 18);
  EXPECT_GE(follows, 18);
}

TEST(RequestBudget, TellsWhenToAskAgain) {
  RequestBudget budget({.per_second = 10, .per_minute = 12, .follow_percent = 50});
  EXPECT_EQ(budget.next_create(start, true), std::nullopt);
  for (int i = 0; i < 5; ++i) request(budget, Kind::create, start);
  EXPECT_FALSE(budget.may_create(start, true));
  auto second = budget.next_create(start, true);
  ASSERT_TRUE(second);
  EXPECT_LE(*second, start + milliseconds{1005});
  EXPECT_TRUE(budget.may_create(*second, true));
  request(budget, Kind::create, *second);
  auto minute = budget.next_create(*second, true);
  ASSERT_TRUE(minute);
  EXPECT_GE(*minute, start + minutes{1});
  EXPECT_TRUE(budget.may_create(*minute, true));
}

TEST(RequestBudget, AfterARestartTheFormerProcessMayHaveSpentIt) {
  RequestBudget budget({.per_second = 10, .per_minute = {}});
  budget.restore(start);
  EXPECT_FALSE(budget.may_create(start + milliseconds{900}, false));
  EXPECT_FALSE(budget.may_follow(start + milliseconds{900}, false));
  EXPECT_EQ(budget.creations(start + seconds{2}, false), 10);
}

TEST(RequestBudget, WhatTheFormerProcessToldComesBackAsItWouldHave) {
  const RequestBudget::Limits limits{.per_second = {}, .per_minute = 10};
  RequestBudget former(limits);
  for (int i = 0; i < 4; ++i) request(former, Kind::create, start);
  for (int i = 0; i < 3; ++i) request(former, Kind::create, start + seconds{30});
  former.begin(Kind::create);  // and one under way
  MonoTime now = start + seconds{40};
  RequestBudget next(limits);
  next.restore(now, former.spent(now), now, now);
  EXPECT_EQ(next.creations(now, false), 2);
  EXPECT_EQ(next.creations(start + seconds{59}, false), 2);
  EXPECT_EQ(next.creations(start + seconds{66}, false), 6) << "in steps of five seconds, never early";
  EXPECT_EQ(next.creations(start + seconds{96}, false), 9);
  EXPECT_EQ(next.creations(start + seconds{99}, false), 9);
  EXPECT_EQ(next.creations(start + seconds{106}, false), 10);
}

TEST(RequestBudget, WhatItMayHaveSentUntoldIsSpentToo) {
  const RequestBudget::Limits limits{.per_second = 2, .per_minute = 100};
  RequestBudget next(limits);
  MonoTime now = start + seconds{20};
  next.restore(now, {{start, 10}}, start, start + seconds{10});
  EXPECT_FALSE(next.may_create(now, false)) << "this second";
  std::int64_t left = 0;
  for (MonoTime at = now + seconds{2}; at < start + seconds{55}; at += seconds{2}) {
    while (next.may_create(at, false)) {
      request(next, Kind::create, at);
      ++left;
    }
  }
  EXPECT_LE(left, 100 - 10 - 20);
  EXPECT_GE(left, 30);
}

TEST(RequestBudget, WithoutAPaceAllOfItMayHaveBeenSentUntold) {
  RequestBudget next({.per_second = {}, .per_minute = 100});
  next.restore(start, {}, start - seconds{10}, start - seconds{5});
  EXPECT_FALSE(next.may_create(start, false));
  EXPECT_FALSE(next.may_create(start + seconds{54}, false));
  EXPECT_EQ(next.creations(start + seconds{56}, false), 100);
}

bool holds(std::vector<MonoTime> moments, std::int64_t limit, MonoClock::duration length) {
  std::sort(moments.begin(), moments.end());
  auto n = static_cast<std::size_t>(limit);
  for (std::size_t i = 0; i + n < moments.size(); ++i) {
    if (moments[i + n] - moments[i] < length) return false;
  }
  return true;
}

// Judged by a log of the moments at which the provider counted the requests, each between its beginning and its end.
RC_GTEST_PROP(RequestBudget, NoWindowOfTheProvidersClockHoldsMoreThanTheLimit, ()) {
  std::mt19937_64 random(*rc::gen::arbitrary<std::uint64_t>());
  RequestBudget::Limits limits;
  if (random() % 4 > 0) limits.per_second = 1 + static_cast<std::int64_t>(random() % 30);
  if (random() % 4 > 0) limits.per_minute = 1 + static_cast<std::int64_t>(random() % 300);
  limits.follow_percent = static_cast<std::int64_t>(random() % 101);
  struct Request {
    Kind kind;
    MonoTime began;
  };
  RequestBudget budget(limits);
  std::vector<Request> in_flight;
  std::vector<MonoTime> counted;
  MonoTime now = start;
  for (int i = 0; i < 4000; ++i) {
    now += milliseconds{random() % 60};
    bool following = random() % 2 == 0;
    if (random() % 2 == 0 && budget.may_create(now, following)) {
      budget.begin(Kind::create);
      in_flight.push_back({Kind::create, now});
    }
    if (random() % 2 == 0 && budget.may_follow(now, random() % 2 == 0)) {
      budget.begin(Kind::follow);
      in_flight.push_back({Kind::follow, now});
    }
    while (!in_flight.empty() && random() % 3 > 0) {
      std::size_t which = random() % in_flight.size();
      Request ended = in_flight[which];
      in_flight.erase(in_flight.begin() + static_cast<std::ptrdiff_t>(which));
      budget.ended(now, ended.kind);
      counted.push_back(ended.began + (now - ended.began) / 100 * static_cast<std::int64_t>(random() % 101));
    }
  }
  if (limits.per_second) RC_ASSERT(holds(counted, *limits.per_second, seconds{1}));
  if (limits.per_minute) RC_ASSERT(holds(counted, *limits.per_minute, minutes{1}));
}

// With endless demand of both: following gets its floor, creating all the rest, and the budget is used.
RC_GTEST_PROP(RequestBudget, BothGetTheirShareAndNothingIsWasted, ()) {
  auto limit = *rc::gen::inRange<std::int64_t>(2, 400);
  auto percent = *rc::gen::inRange<std::int64_t>(5, 91);
  RequestBudget budget({.per_second = {}, .per_minute = limit, .follow_percent = percent});
  auto floor = std::clamp<std::int64_t>(limit * percent / 100, 1, limit - 1);
  std::int64_t creations = 0;
  std::int64_t follows = 0;
  constexpr std::int64_t run = 200;
  for (MonoTime now = start; now < start + minutes{run}; now += milliseconds{100}) {
    for (; budget.may_create(now, true); ++creations) request(budget, Kind::create, now);
    for (; budget.may_follow(now, true); ++follows) request(budget, Kind::follow, now);
  }
  RC_ASSERT(follows >= run * floor * 995 / 1000);
  RC_ASSERT(creations >= run * (limit - floor) * 995 / 1000);
}

}  // namespace
}  // namespace dialerd::ratelimit
