#include "campaign/follower.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dialerd::campaign {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr WallTime wall_start{hours{24 * 365 * 50}};
constexpr MonoTime mono_start{hours{100}};

Now at(std::chrono::milliseconds offset) { return {mono_start + offset, wall_start + offset}; }

AttemptId attempt(std::chrono::milliseconds offset, std::uint8_t n = 0) {
  return make_attempt_id(wall_start + offset, {n, 0, 0, 0, 0, 0, 0, 0, 0, n});
}

FollowSettings settings() {
  FollowSettings settings;
  settings.list_interval = seconds{2};
  settings.list_lag = seconds{30};
  return settings;
}

std::vector<Follower::LookUp> look_ups_due(Follower& follower, Now now) {
  std::vector<Follower::LookUp> due;
  while (follower.look_up_waits()) due.push_back(follower.next_look_up(now));
  return due;
}

TEST(Follower, HasNothingToAskWithoutOpenCalls) {
  Follower follower(settings());
  EXPECT_EQ(follower.pass_due(at(seconds{0})), std::nullopt);
  EXPECT_EQ(follower.next_pass(), std::nullopt);
}

TEST(Follower, APassReachesBackToTheOldestOpenCall) {
  Follower follower(settings());
  follower.open(at(seconds{5}), attempt(seconds{5}), "b");
  follower.open(at(seconds{6}), attempt(seconds{1}), "a");
  EXPECT_EQ(follower.pass_due(at(seconds{10})), wall_start + seconds{1} - Follower::skew);
  EXPECT_EQ(follower.pass_due(at(seconds{11})), std::nullopt) << "one pass at a time";
  follower.pass_ended(at(seconds{12}), true, std::nullopt);
  EXPECT_EQ(follower.pass_due(at(seconds{13})), std::nullopt);
  EXPECT_TRUE(follower.pass_due(at(seconds{14})));
}

TEST(Follower, KnowsACallByItsAttemptIdAndByItsCallId) {
  Follower follower(settings());
  AttemptId id = attempt(seconds{0});
  follower.open(at(seconds{0}), id, "call-1");
  CallNews by_call;
  by_call.call_id = "call-1";
  CallNews by_attempt;
  by_attempt.call_id = "call-9";
  by_attempt.attempt = id;
  CallNews stranger;
  stranger.call_id = "call-2";
  stranger.attempt = attempt(seconds{3});
  EXPECT_EQ(follower.match(by_call), id);
  EXPECT_EQ(follower.match(by_attempt), id);
  EXPECT_EQ(follower.match(stranger), std::nullopt);
  follower.close(id);
  EXPECT_EQ(follower.match(by_call), std::nullopt);
}

TEST(Follower, ADoubtNeedsTwoCompletePassesAfterTheLagAndApart) {
  Follower follower(settings());
  AttemptId id = attempt(seconds{0});
  follower.doubt(at(seconds{0}).mono, id);
  auto pass = [&](std::chrono::seconds when, bool complete) {
    EXPECT_TRUE(follower.pass_due(at(when))) << when.count();
    return follower.pass_ended(at(when + milliseconds{100}), complete, std::nullopt);
  };
  EXPECT_THAT(pass(seconds{10}, true), IsEmpty()) << "too early: the call may not be listed yet";
  EXPECT_THAT(pass(seconds{31}, false), IsEmpty()) << "a broken pass proves nothing";
  EXPECT_THAT(pass(seconds{34}, true), IsEmpty()) << "the first that counts";
  EXPECT_THAT(pass(seconds{40}, true), IsEmpty()) << "too close to the first";
  EXPECT_THAT(pass(seconds{64}, true), ElementsAre(id));
}

TEST(Follower, ADoubtExtendsThePassBeyondTheHorizon) {
  Follower follower(settings());
  follower.doubt(at(hours{30}).mono, attempt(seconds{0}));
  auto from = follower.pass_due(at(hours{30}));
  ASSERT_TRUE(from);
  EXPECT_LE(*from, wall_start - Follower::doubt_skew);
}

TEST(Follower, ACallThatNoListShowsIsLookedUpByItself) {
  Follower follower(settings());
  for (std::uint8_t i = 0; i < 10; ++i)
    follower.open(at(seconds{0}), attempt(seconds{0}, i), "call-" + std::to_string(i));
  ASSERT_TRUE(follower.pass_due(at(seconds{40})));
  follower.seen(at(seconds{40}), attempt(seconds{0}, 0));
  follower.pass_ended(at(seconds{41}), true, std::nullopt);
  auto due = look_ups_due(follower, at(seconds{41}));
  ASSERT_EQ(due.size(), static_cast<std::size_t>(Follower::look_ups_max));
  EXPECT_EQ(due[0].call_id, "call-1");
  EXPECT_THAT(look_ups_due(follower, at(seconds{41})), IsEmpty());
  follower.look_up_ended(due[0].attempt);
  EXPECT_EQ(look_ups_due(follower, at(seconds{41})).size(), 1U);
}

TEST(Follower, ListsThatAreNeverCompleteDoNotKeepCallsFromBeingLookedUp) {
  Follower follower(settings());
  follower.open(at(seconds{0}), attempt(seconds{0}), "a");
  ASSERT_TRUE(follower.pass_due(at(seconds{40})));
  follower.pass_ended(at(seconds{41}), false, std::nullopt);
  EXPECT_EQ(look_ups_due(follower, at(seconds{41})).size(), 1U);
}

TEST(Follower, ACallThatALongPassShowedEarlyIsNotLookedUp) {
  Follower follower(settings());
  follower.open(at(seconds{0}), attempt(seconds{0}), "a");
  ASSERT_TRUE(follower.pass_due(at(seconds{10})));
  follower.seen(at(seconds{11}), attempt(seconds{0}));
  follower.pass_ended(at(minutes{5}), true, std::nullopt);
  EXPECT_THAT(look_ups_due(follower, at(minutes{5})), IsEmpty());
}

TEST(Follower, AStepOfTheClockMakesPassesForDoubtsReachFurtherBack) {
  Follower follower(settings());
  follower.doubt(at(seconds{0}).mono, attempt(seconds{0}));
  follower.clock_stepped(-hours{2});
  auto from = follower.pass_due(at(seconds{10}));
  ASSERT_TRUE(from);
  EXPECT_LE(*from, wall_start - Follower::doubt_skew - hours{2});
}

TEST(Follower, AClosedCallFreesItsLookUp) {
  Follower follower(settings());
  follower.open(at(seconds{0}), attempt(seconds{0}), "a");
  ASSERT_TRUE(follower.pass_due(at(seconds{40})));
  follower.pass_ended(at(seconds{41}), true, std::nullopt);
  ASSERT_EQ(look_ups_due(follower, at(seconds{41})).size(), 1U);
  follower.close(attempt(seconds{0}));
  EXPECT_EQ(follower.size(), 0U);
}

TEST(Follower, WhatNeverEndsIsGivenUpButNotBeforeItWasFollowedForThatLong) {
  Follower follower(settings());
  // Opened by an earlier process three hours ago; followed by this one since now.
  follower.open(at(hours{3}), attempt(seconds{0}), "a");
  EXPECT_THAT(follower.abandoned(at(hours{3} + minutes{30})), IsEmpty());
  EXPECT_THAT(follower.abandoned(at(hours{5})), ElementsAre(attempt(seconds{0})));
}

}  // namespace
}  // namespace dialerd::campaign
