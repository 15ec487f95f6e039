#include "campaign/follower.h"

#include <set>

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

const std::string number = "01012345678";

std::optional<WallTime> start_of_pass(Follower& follower, Now now) {
  auto pass = follower.pass_due(now);
  return pass ? std::optional(pass->start_at_after) : std::nullopt;
}

// A page of the pass under way shows that call, still running.
void show(Follower& follower, Now now, const AttemptId& id, const std::string& call_id) {
  CallNews news;
  news.attempt = id;
  news.call_id = call_id;
  follower.listed(news);
  follower.seen(now, id);
}

// A call that is open and has been listed, `ago` before `now`, so that it may be a control.
void listed_call(Follower& follower, Now now, const AttemptId& id, const std::string& to_number) {
  follower.open(now, id, "control", to_number);
  ASSERT_TRUE(follower.pass_due(now));
  show(follower, now, id, "control");
  follower.pass_ended(now, true, std::nullopt);
}

std::vector<Follower::LookUp> look_ups_due(Follower& follower, Now now) {
  std::vector<Follower::LookUp> due;
  while (follower.look_up_waits()) due.push_back(follower.next_look_up(now));
  return due;
}

TEST(Follower, HasNothingToAskWithoutOpenCalls) {
  Follower follower(settings());
  EXPECT_FALSE(follower.pass_due(at(seconds{0})));
  EXPECT_EQ(follower.next_pass(at(seconds{0})), std::nullopt);
}

TEST(Follower, APassReachesBackToTheOldestOpenCall) {
  Follower follower(settings());
  follower.open(at(seconds{5}), attempt(seconds{5}), "b", number);
  follower.open(at(seconds{6}), attempt(seconds{1}), "a", number);
  EXPECT_EQ(start_of_pass(follower, at(seconds{10})), wall_start + seconds{1} - Follower::skew_max);
  EXPECT_FALSE(follower.pass_due(at(seconds{11}))) << "one pass at a time";
  follower.pass_ended(at(seconds{12}), true, std::nullopt);
  EXPECT_FALSE(follower.pass_due(at(seconds{13})));
  EXPECT_TRUE(follower.pass_due(at(seconds{14})));
}

TEST(Follower, KnowsACallByItsAttemptIdAndByItsCallId) {
  Follower follower(settings());
  AttemptId id = attempt(seconds{0});
  follower.open(at(seconds{0}), id, "call-1", number);
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
  follower.doubt(at(seconds{0}).mono, id, number);
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
  follower.doubt(at(hours{30}).mono, attempt(seconds{0}), number);
  auto from = start_of_pass(follower, at(hours{30}));
  ASSERT_TRUE(from);
  EXPECT_LE(*from, wall_start - Follower::doubt_skew);
}

TEST(Follower, ACallThatNoListShowsIsLookedUpByItself) {
  Follower follower(settings());
  for (std::uint8_t i = 0; i < 10; ++i)
    follower.open(at(seconds{0}), attempt(seconds{0}, i), "call-" + std::to_string(i), number);
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
  follower.open(at(seconds{0}), attempt(seconds{0}), "a", number);
  ASSERT_TRUE(follower.pass_due(at(seconds{40})));
  follower.pass_ended(at(seconds{41}), false, std::nullopt);
  EXPECT_EQ(look_ups_due(follower, at(seconds{41})).size(), 1U);
}

TEST(Follower, ACallThatALongPassShowedEarlyIsNotLookedUp) {
  Follower follower(settings());
  follower.open(at(seconds{0}), attempt(seconds{0}), "a", number);
  ASSERT_TRUE(follower.pass_due(at(seconds{10})));
  follower.seen(at(seconds{11}), attempt(seconds{0}));
  follower.pass_ended(at(minutes{5}), true, std::nullopt);
  EXPECT_THAT(look_ups_due(follower, at(minutes{5})), IsEmpty());
}

TEST(Follower, AStepOfTheClockMakesPassesForDoubtsReachFurtherBack) {
  Follower follower(settings());
  follower.doubt(at(seconds{0}).mono, attempt(seconds{0}), number);
  follower.clock_stepped(-hours{2});
  auto from = start_of_pass(follower, at(seconds{10}));
  ASSERT_TRUE(from);
  EXPECT_LE(*from, wall_start - Follower::doubt_skew - hours{2});
}

TEST(Follower, AClosedCallFreesItsLookUp) {
  Follower follower(settings());
  follower.open(at(seconds{0}), attempt(seconds{0}), "a", number);
  ASSERT_TRUE(follower.pass_due(at(seconds{40})));
  follower.pass_ended(at(seconds{41}), true, std::nullopt);
  ASSERT_EQ(look_ups_due(follower, at(seconds{41})).size(), 1U);
  follower.close(attempt(seconds{0}));
  EXPECT_EQ(follower.size(), 0U);
}

TEST(Follower, ThereMayBeMoreConfirmationsThanTwo) {
  FollowSettings three = settings();
  three.confirmations = 3;
  Follower follower(three);
  AttemptId id = attempt(seconds{0});
  follower.doubt(at(seconds{0}).mono, id, number);
  auto pass = [&](std::chrono::seconds when) {
    EXPECT_TRUE(follower.pass_due(at(when))) << when.count();
    return follower.pass_ended(at(when + milliseconds{100}), true, std::nullopt);
  };
  EXPECT_THAT(pass(seconds{30}), IsEmpty());
  EXPECT_THAT(pass(seconds{60}), IsEmpty());
  EXPECT_THAT(pass(seconds{90}), ElementsAre(id));
}

// --- passes by numbers

class FollowerByNumbers : public testing::Test {
 protected:
  void SetUp() override {
    listed_call(follower_, at(seconds{0}), control_, "01000000001");
    follower_.doubt(at(seconds{1}).mono, doubt_, "01000000002");
  }
  std::vector<AttemptId> pass(std::chrono::seconds when, bool control_shown, bool complete = true) {
    // The follow-up of open calls has its turn first.
    if (auto whole = follower_.pass_due(at(when)); whole && whole->numbers.empty()) {
      EXPECT_GT(whole->start_at_after, created_at(doubt_) - Follower::doubt_skew) << "a pass by numbers is cheaper";
      follower_.pass_ended(at(when), true, std::nullopt);
      EXPECT_TRUE(follower_.pass_due(at(when)));
    }
    if (control_shown) show(follower_, at(when), control_, "control");
    return follower_.pass_ended(at(when + milliseconds{100}), complete, std::nullopt);
  }
  Follower follower_{settings()};
  AttemptId control_ = attempt(seconds{0});
  AttemptId doubt_ = attempt(seconds{1}, 1);
};

TEST_F(FollowerByNumbers, AskForTheDoubtsWithAControlThatIsNeitherFirstNorLast) {
  auto pass = follower_.pass_due(at(seconds{1}));
  ASSERT_TRUE(pass);
  EXPECT_THAT(pass->numbers, ElementsAre("01000000002", "01000000001", "01000000002"));
  EXPECT_EQ(pass->start_at_after, created_at(doubt_) - Follower::doubt_skew);
}

TEST_F(FollowerByNumbers, ProveAbsenceWhenTheControlIsShown) {
  EXPECT_THAT(pass(seconds{10}, true), IsEmpty()) << "too early: the call may not be listed yet";
  EXPECT_THAT(pass(seconds{32}, true), IsEmpty()) << "the first that counts";
  EXPECT_THAT(pass(seconds{50}, true), IsEmpty()) << "too close to the first";
  EXPECT_THAT(pass(seconds{63}, true), ElementsAre(doubt_));
}

TEST_F(FollowerByNumbers, ProveNothingWithoutTheirControlAndAreNotTriedAgainForAWhile) {
  EXPECT_THAT(pass(seconds{40}, false), IsEmpty());
  auto whole = follower_.pass_due(at(seconds{45}));
  ASSERT_TRUE(whole);
  EXPECT_THAT(whole->numbers, IsEmpty()) << "the filter is not to be trusted";
  EXPECT_LE(whole->start_at_after, created_at(doubt_) - Follower::doubt_skew);
}

TEST_F(FollowerByNumbers, ProveNothingWhenTheyAreNotComplete) {
  EXPECT_THAT(pass(seconds{32}, true, false), IsEmpty());
  EXPECT_THAT(pass(seconds{63}, true), IsEmpty()) << "only the first that counts";
}

TEST_F(FollowerByNumbers, AreNotMadeWithoutACallThatIsKnownToBeListed) {
  follower_.close(control_);
  follower_.open(at(seconds{2}), attempt(seconds{2}, 2), "never listed", "01000000003");
  auto whole = follower_.pass_due(at(seconds{40}));
  ASSERT_TRUE(whole);
  EXPECT_THAT(whole->numbers, IsEmpty());
  EXPECT_LE(whole->start_at_after, created_at(doubt_) - Follower::doubt_skew);
}

TEST_F(FollowerByNumbers, ThatFailTwiceAreNotTriedAgainForAWhile) {
  pass(seconds{10}, false, false);
  pass(seconds{20}, false, false);
  auto whole = follower_.pass_due(at(seconds{30}));
  ASSERT_TRUE(whole);
  EXPECT_THAT(whole->numbers, IsEmpty());
  EXPECT_LE(whole->start_at_after, created_at(doubt_) - Follower::doubt_skew) << "it looks for the doubt";
}

TEST_F(FollowerByNumbers, TakeNoControlOfADoubtsOwnNumber) {
  follower_.close(control_);
  listed_call(follower_, at(seconds{2}), attempt(seconds{2}, 2), "01000000002");
  auto pass = follower_.pass_due(at(seconds{2}));
  EXPECT_FALSE(pass && !pass->numbers.empty()) << "it would be shown, whichever of the numbers counts";
}

TEST_F(FollowerByNumbers, TakeOneDoubtAtATimeWithASingleControl) {
  follower_.doubt(at(seconds{1}).mono, attempt(seconds{1}, 2), "01000000009");
  auto pass = follower_.pass_due(at(seconds{1}));
  ASSERT_TRUE(pass);
  EXPECT_THAT(pass->numbers, ElementsAre("01000000002", "01000000001", "01000000002"));
}

// With two controls, whichever end of the numbers the provider leaves out.
class FollowerByManyNumbers : public FollowerByNumbers {
 protected:
  void SetUp() override {
    follower_.open(at(seconds{0}), other_control_, "other control", "01000000008");
    listed_call(follower_, at(seconds{0}), control_, "01000000001");
    ASSERT_TRUE(follower_.pass_due(at(seconds{2})));
    show(follower_, at(seconds{2}), other_control_, "other control");
    follower_.pass_ended(at(seconds{2}), true, std::nullopt);
    for (std::uint8_t i = 0; i < Follower::numbers_max + 1; ++i) {
      follower_.doubt(at(seconds{1}).mono, attempt(seconds{1}, static_cast<std::uint8_t>(10 + i)),
                      "020000000" + std::to_string(10 + i));
    }
  }
  AttemptId other_control_ = attempt(seconds{0}, 9);
};

TEST_F(FollowerByManyNumbers, TakeSomeAtATimeAndAllInTurn) {
  auto first = follower_.pass_due(at(seconds{2}));
  ASSERT_TRUE(first);
  ASSERT_EQ(first->numbers.size(), Follower::numbers_max + 3);
  show(follower_, at(seconds{2}), control_, "control");
  show(follower_, at(seconds{2}), other_control_, "other control");
  follower_.pass_ended(at(seconds{2}), true, std::nullopt);
  auto second = follower_.pass_due(at(seconds{2}));
  ASSERT_TRUE(second);
  EXPECT_EQ(second->numbers.size(), 4U) << "one was left, between two controls";
}

TEST_F(FollowerByManyNumbers, AControlStandsNearEitherEndAndNoneAtIt) {
  auto pass = follower_.pass_due(at(seconds{2}));
  ASSERT_TRUE(pass);
  const std::vector<std::string>& numbers = pass->numbers;
  std::set<std::string> controls{"01000000001", "01000000008"};
  EXPECT_TRUE(controls.contains(numbers[1]));
  EXPECT_TRUE(controls.contains(numbers[numbers.size() - 2]));
  EXPECT_NE(numbers[1], numbers[numbers.size() - 2]);
  EXPECT_EQ(numbers.front(), numbers.back());
}

TEST_F(FollowerByManyNumbers, ProveNothingWithOnlyOneOfTheTwo) {
  for (seconds when : {seconds{40}, seconds{75}}) {
    auto pass = follower_.pass_due(at(when));
    ASSERT_TRUE(pass);
    if (pass->numbers.empty()) {
      follower_.pass_ended(at(when), false, std::nullopt);
      pass = follower_.pass_due(at(when));
    }
    if (!pass) continue;
    show(follower_, at(when), control_, "control");
    EXPECT_THAT(follower_.pass_ended(at(when), true, std::nullopt), IsEmpty());
  }
  EXPECT_EQ(follower_.doubts(), Follower::numbers_max + 1);
}

// --- where a pass begins

TEST(Follower, ACallThatLastsMuchLongerThanTheOthersIsLookedUpInsteadOfListed) {
  Follower follower(settings());
  follower.open(at(seconds{0}), attempt(seconds{0}), "long", number);
  // Ten calls a second are made by this account, so a pass over the long call's time takes many pages.
  ASSERT_TRUE(follower.pass_due(at(seconds{60})));
  for (int i = 0; i < 650; ++i) follower.listed(CallNews{});
  follower.pass_ended(at(seconds{60}), true, std::nullopt);
  follower.open(at(seconds{119}), attempt(seconds{119}, 1), "short", number);
  EXPECT_EQ(start_of_pass(follower, at(seconds{120})), wall_start + seconds{119} - Follower::skew_max);
  follower.pass_ended(at(seconds{121}), true, std::nullopt);
  auto due = look_ups_due(follower, at(seconds{121}));
  ASSERT_FALSE(due.empty());
  EXPECT_EQ(due[0].call_id, "long");
}

TEST(Follower, WithFewCallsInTheListAllAreListed) {
  Follower follower(settings());
  follower.open(at(seconds{0}), attempt(seconds{0}), "long", number);
  follower.open(at(seconds{600}), attempt(seconds{600}, 1), "short", number);
  EXPECT_EQ(start_of_pass(follower, at(seconds{601})), wall_start - Follower::skew_max);
}

// Where the pass after one begins that told the clock so, a minute into a call.
std::chrono::milliseconds skew_after(std::initializer_list<std::optional<std::chrono::milliseconds>> pages,
                                     bool complete = true) {
  Follower follower(settings());
  follower.open(at(seconds{0}), attempt(seconds{0}), "a", number);
  EXPECT_TRUE(follower.pass_due(at(seconds{50})));
  for (auto behind : pages) follower.clock_behind(behind);
  follower.pass_ended(at(seconds{51}), complete, std::nullopt);
  return wall_start - start_of_pass(follower, at(seconds{60})).value();
}

TEST(Follower, APassReachesFurtherBackByHowFarTheProvidersClockMayBeBehind) {
  using std::chrono::milliseconds;
  EXPECT_EQ(skew_after({milliseconds{300}, milliseconds{800}, milliseconds{100}}), milliseconds{1800});
  EXPECT_EQ(skew_after({milliseconds{0}}), Follower::skew_min);
  EXPECT_EQ(skew_after({milliseconds{90000}}), Follower::skew_max);
}

TEST(Follower, APassReachesFarBackWhenTheProvidersClockIsNotKnown) {
  using std::chrono::milliseconds;
  EXPECT_EQ(skew_after({}), Follower::skew_max);
  EXPECT_EQ(skew_after({milliseconds{0}, std::nullopt}), Follower::skew_max) << "one page did not tell";
  EXPECT_EQ(skew_after({milliseconds{0}}, false), Follower::skew_max) << "the pass was not complete";
}

TEST(Follower, AStepOfTheClockForgetsHowFarTheProvidersIsBehind) {
  Follower follower(settings());
  follower.open(at(seconds{0}), attempt(seconds{0}), "a", number);
  ASSERT_TRUE(follower.pass_due(at(seconds{50})));
  follower.clock_behind(std::chrono::milliseconds{0});
  follower.pass_ended(at(seconds{51}), true, std::nullopt);
  follower.clock_stepped(std::chrono::milliseconds{2000});
  EXPECT_EQ(start_of_pass(follower, at(seconds{60})), wall_start - Follower::skew_max);
}

TEST(Follower, CallsThatEndedAreListedWhenTheirDetailsAreWanted) {
  Follower follower(settings());
  EXPECT_FALSE(follower.pass_due(at(minutes{10}), std::nullopt));
  auto pass = follower.pass_due(at(minutes{10}), wall_start + minutes{2});
  ASSERT_TRUE(pass);
  EXPECT_EQ(pass->start_at_after, wall_start + minutes{2} - Follower::skew_max);
}

// --- hints

TEST(Follower, ACallOfWhichAWebhookTellsIsLookedUpAtOnceAndOnce) {
  Follower follower(settings());
  AttemptId id = attempt(seconds{0});
  follower.open(at(seconds{0}), id, "a", number);
  ASSERT_TRUE(follower.pass_due(at(seconds{0})));
  follower.pass_ended(at(seconds{0}), true, std::nullopt);
  EXPECT_THAT(look_ups_due(follower, at(seconds{1})), IsEmpty());
  follower.hint(at(seconds{1}), id, "a");
  follower.hint(at(seconds{1}), id, "a");
  EXPECT_EQ(look_ups_due(follower, at(seconds{1})).size(), 1U);
  follower.hint(at(seconds{1}), id, "a");
  EXPECT_THAT(look_ups_due(follower, at(seconds{1})), IsEmpty()) << "it is under way";
  follower.look_up_ended(id);
  EXPECT_EQ(look_ups_due(follower, at(seconds{2})).size(), 1U) << "the answer may be from before the second hint";
}

TEST(Follower, ManyHintsAreOnePassAtOnce) {
  Follower follower(settings());
  for (std::uint8_t i = 0; i < 3; ++i)
    follower.open(at(seconds{0}), attempt(seconds{0}, i), "a" + std::to_string(i), number);
  ASSERT_TRUE(follower.pass_due(at(seconds{0})));
  follower.pass_ended(at(seconds{0}), true, std::nullopt);
  for (std::uint8_t i = 0; i < 3; ++i) follower.hint(at(milliseconds{100}), attempt(seconds{0}, i), "a");
  EXPECT_TRUE(follower.pass_due(at(milliseconds{100}))) << "a page shows all three";
  EXPECT_THAT(look_ups_due(follower, at(milliseconds{100})), IsEmpty());
}

TEST(Follower, HintsDoNotBreakThePauseThatTheProviderAskedFor) {
  Follower follower(settings());
  for (std::uint8_t i = 0; i < 3; ++i)
    follower.open(at(seconds{0}), attempt(seconds{0}, i), "a" + std::to_string(i), number);
  ASSERT_TRUE(follower.pass_due(at(seconds{0})));
  follower.pass_ended(at(seconds{0}), false, seconds{30});
  for (std::uint8_t i = 0; i < 3; ++i) follower.hint(at(seconds{1}), attempt(seconds{0}, i), "a");
  EXPECT_FALSE(follower.pass_due(at(seconds{29})));
  EXPECT_TRUE(follower.pass_due(at(seconds{30})));
}

TEST(Follower, ADoubtIsLookedUpByTheCallThatAWebhookNames) {
  Follower follower(settings());
  AttemptId id = attempt(seconds{0});
  follower.doubt(at(seconds{0}).mono, id, number);
  follower.hint(at(seconds{1}), id, "call-7");
  auto due = look_ups_due(follower, at(seconds{1}));
  ASSERT_EQ(due.size(), 1U);
  EXPECT_EQ(due[0].call_id, "call-7");
  EXPECT_EQ(due[0].attempt, id);
}

TEST(Follower, WhatNeverEndsIsGivenUpButNotBeforeItWasFollowedForThatLong) {
  Follower follower(settings());
  // Opened by an earlier process three hours ago; followed by this one since now.
  follower.open(at(hours{3}), attempt(seconds{0}), "a", number);
  EXPECT_THAT(follower.abandoned(at(hours{3} + minutes{30})), IsEmpty());
  EXPECT_THAT(follower.abandoned(at(hours{5})), ElementsAre(attempt(seconds{0})));
}

}  // namespace
}  // namespace dialerd::campaign
