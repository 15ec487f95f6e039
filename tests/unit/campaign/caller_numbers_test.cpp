#include "campaign/caller_numbers.h"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "campaign/reason_counts.h"

namespace dialerd::campaign {
namespace {

using config::Rotation;
using ratelimit::LimitNode;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

Now at(std::chrono::nanoseconds since) {
  return {MonoTime{std::chrono::hours{1000} + since},
          WallTime{hours{24 * 20000}} + std::chrono::duration_cast<milliseconds>(since)};
}

struct CallerNumbersTest : testing::Test {
  // Numbers "0" to n-1 of a campaign; `said` of them.
  void make(std::size_t n, std::map<std::string, config::CallerNumber> said = {}) {
    callers.emplace(std::move(said));
    list.clear();
    for (std::size_t i = 0; i < n; ++i) list.push_back(callers->add(std::to_string(i)));
  }

  std::optional<std::size_t> choose(Rotation rotation, std::chrono::nanoseconds when = {}, int lead = 1, int shift = 0,
                                    int avoid = 0) {
    return callers->choose(at(when), list, rotation, LeadId{lead}, shift, cursor, avoid);
  }

  std::optional<CallerNumbers> callers;
  std::vector<std::size_t> list;
  std::size_t cursor = 0;
};

config::CallerNumber limited(config::Limits limits) { return {std::move(limits), false}; }

config::CallerNumber per_hour(std::int64_t n) {
  config::Limits limits;
  limits.per_hour = n;
  return limited(limits);
}

TEST_F(CallerNumbersTest, ANumberIsKnownOnce) {
  make(3);
  EXPECT_EQ(callers->add("1"), list[1]);
  EXPECT_EQ(callers->index_of("2"), list[2]);
  EXPECT_EQ(callers->index_of("7"), std::nullopt);
  EXPECT_EQ(callers->number(list[0]), "0");
}

TEST_F(CallerNumbersTest, RoundRobinTakesThemInTurn) {
  make(3);
  for (std::size_t i = 0; i < 9; ++i) EXPECT_EQ(choose(Rotation::round_robin), list[i % 3]);
}

TEST_F(CallerNumbersTest, TwoCampaignsHaveTheirOwnTurns) {
  make(3);
  std::vector<std::size_t> other = {list[2], list[0]};
  std::size_t other_cursor = 0;
  EXPECT_EQ(choose(Rotation::round_robin), list[0]);
  EXPECT_EQ(callers->choose(at({}), other, Rotation::round_robin, LeadId{1}, 0, other_cursor), list[2]);
  EXPECT_EQ(choose(Rotation::round_robin), list[1]);
  EXPECT_EQ(callers->choose(at({}), other, Rotation::round_robin, LeadId{1}, 0, other_cursor), list[0]);
}

TEST_F(CallerNumbersTest, LeastUsedEvensOutWhatWasUsedBefore) {
  make(3);
  callers->restore_uses(list[0], at({}).mono - hours{2}, 10);
  callers->restore_uses(list[1], at({}).mono - hours{2}, 4);
  callers->restore_uses(list[2], at({}).mono - hours{30}, 50);  // yesterday's
  for (int i = 0; i < 100; ++i) choose(Rotation::least_used);
  for (std::size_t number : list) EXPECT_EQ(callers->uses(number, at({}).mono), 38);
}

TEST_F(CallerNumbersTest, UsesAreForgottenAfterADay) {
  make(1);
  choose(Rotation::least_used);
  EXPECT_EQ(callers->uses(list[0], at(hours{23} + minutes{59}).mono), 1);
  EXPECT_EQ(callers->uses(list[0], at(hours{25}).mono), 0);
}

TEST_F(CallerNumbersTest, StickyKeepsALeadToItsNumber) {
  make(10);
  std::set<std::size_t> used;
  for (int lead = 0; lead < 200; ++lead) {
    auto first = choose(Rotation::sticky, {}, lead);
    used.insert(*first);
    for (int i = 0; i < 3; ++i) EXPECT_EQ(choose(Rotation::sticky, hours{i}, lead), first);
  }
  EXPECT_EQ(used.size(), 10U) << "leads spread over all numbers";
}

TEST_F(CallerNumbersTest, StickyIsTheSameInAnotherProcessAndWithOneNumberMore) {
  make(10);
  std::vector<std::string> before;
  for (int lead = 0; lead < 200; ++lead) before.push_back(callers->number(*choose(Rotation::sticky, {}, lead)));
  make(11);
  std::ranges::rotate(list, list.begin() + 4);
  int moved = 0;
  for (int lead = 0; lead < 200; ++lead) {
    auto number = callers->number(*choose(Rotation::sticky, {}, lead));
    if (number == before[static_cast<std::size_t>(lead)]) continue;
    EXPECT_EQ(number, "10");
    ++moved;
  }
  EXPECT_LT(moved, 60) << "about one in eleven";
}

TEST_F(CallerNumbersTest, ShiftGoesThroughAllNumbersOfALead) {
  make(5);
  std::set<std::size_t> used;
  for (int shift = 0; shift < 5; ++shift) used.insert(*choose(Rotation::sticky, {}, 7, shift));
  EXPECT_EQ(used.size(), 5U);
  EXPECT_EQ(choose(Rotation::sticky, {}, 7, 5), choose(Rotation::sticky, {}, 7, 0));
}

TEST_F(CallerNumbersTest, TheNumberToAvoidIsTakenOnlyWhenAlone) {
  make(3);
  for (auto rotation : {Rotation::round_robin, Rotation::least_used, Rotation::sticky}) {
    for (int i = 0; i < 20; ++i) EXPECT_NE(choose(rotation, {}, i, i, caller_mark("1")), list[1]);
  }
  make(1);
  EXPECT_EQ(choose(Rotation::round_robin, {}, 1, 0, caller_mark("0")), list[0]);
}

TEST_F(CallerNumbersTest, AFullNumberIsPassedOver) {
  make(2, {{"0", per_hour(1)}});
  EXPECT_EQ(callers->available(at({}), list), LimitNode::unlimited);
  EXPECT_EQ(choose(Rotation::round_robin), list[0]);
  callers->node(list[0]).reserve(1);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(choose(Rotation::round_robin), list[1]);
}

TEST_F(CallerNumbersTest, AvailableIsTheSum) {
  make(3, {{"0", per_hour(1)}, {"1", per_hour(5)}, {"2", {{}, true}}});
  EXPECT_EQ(callers->available(at({}), list), 6);
  callers->node(list[1]).reserve(2);
  EXPECT_EQ(callers->available(at({}), list), 4);
  EXPECT_EQ(callers->next_available(at({}), list), std::nullopt) << "by hand: no time helps";
}

TEST_F(CallerNumbersTest, WhenAllAreFullTheNextReturnIsTold) {
  make(2, {{"0", per_hour(1)}, {"1", per_hour(1)}});
  for (std::size_t number : list) {
    callers->node(number).reserve(1);
    callers->node(number).start(at({}).mono);
  }
  callers->node(list[0]).answered(at(minutes{10}).mono);
  callers->node(list[1]).answered(at(minutes{5}).mono);
  EXPECT_EQ(choose(Rotation::sticky, minutes{10}), std::nullopt);
  auto back = callers->next_available(at(minutes{10}), list);
  ASSERT_TRUE(back);
  EXPECT_GE(*back, at(minutes{65}).mono);
  EXPECT_LE(*back, at(minutes{66}).mono);
  EXPECT_EQ(choose(Rotation::sticky, minutes{66}), list[1]);
}

TEST_F(CallerNumbersTest, ARestByHandLasts) {
  make(2, {{"0", {{}, true}}});
  callers->started_all(at({}).mono);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(choose(Rotation::round_robin, hours{i * 1000}), list[1]);
  auto resting = callers->resting(at({}));
  ASSERT_EQ(resting.size(), 1U);
  EXPECT_EQ(resting[0].number, "0");
  EXPECT_EQ(resting[0].why, "by_hand");
  EXPECT_EQ(resting[0].since, at({}).mono);
  EXPECT_EQ(resting[0].until, std::nullopt);
}

TEST_F(CallerNumbersTest, ASlotNowIsPreferredToALaterOne) {
  config::Limits slow;
  slow.per_second = 1;
  make(2, {{"0", limited(slow)}});
  EXPECT_EQ(choose(Rotation::round_robin), list[0]);
  EXPECT_EQ(choose(Rotation::round_robin), list[1]);
  EXPECT_EQ(choose(Rotation::round_robin), list[1]) << "the other's slot is planned for the first call";
  EXPECT_EQ(choose(Rotation::round_robin, seconds{1}), list[0]);
}

TEST_F(CallerNumbersTest, StickyWaitsALittleForItsNumber) {
  config::Limits slow;
  slow.per_second = 1;
  make(4, {{"0", limited(slow)}, {"1", limited(slow)}, {"2", limited(slow)}, {"3", limited(slow)}});
  auto own = choose(Rotation::sticky);
  EXPECT_EQ(choose(Rotation::sticky), own);
  EXPECT_EQ(choose(Rotation::sticky), own);
  EXPECT_NE(choose(Rotation::sticky), own) << "the fourth would wait three seconds";
}

struct AnswerRate : CallerNumbersTest {
  const config::AnswerRateRest rule{.below_percent = 10, .over_calls = 50, .rest = hours{6}};

  void end(std::size_t number, int calls, bool answered, std::chrono::nanoseconds when = {}) {
    for (int i = 0; i < calls; ++i) callers->call_ended(number, answered, at(when).mono, rule);
  }
};

TEST_F(AnswerRate, BelowTheRateTheNumberRests) {
  make(2);
  end(list[0], 4, true);
  end(list[0], 45, false);
  EXPECT_FALSE(callers->rests(list[0], at({}).mono)) << "not enough calls to judge";
  end(list[0], 1, false);
  EXPECT_TRUE(callers->rests(list[0], at({}).mono));
  EXPECT_EQ(choose(Rotation::round_robin), list[1]);
  EXPECT_EQ(callers->next_available(at({}), list), at(hours{6}).mono);
  auto resting = callers->resting(at(hours{1}));
  ASSERT_EQ(resting.size(), 1U);
  EXPECT_EQ(resting[0].why, "answer_rate");
  EXPECT_EQ(resting[0].until, at(hours{6}).mono);
  EXPECT_FALSE(callers->rests(list[0], at(hours{6}).mono));
}

TEST_F(AnswerRate, AtTheRateItDoesNot) {
  make(1);
  for (int i = 0; i < 100; ++i) {
    end(list[0], 1, true);
    end(list[0], 9, false);
  }
  EXPECT_FALSE(callers->rests(list[0], at({}).mono));
}

TEST_F(AnswerRate, OnlyTheLatestCallsCount) {
  make(1);
  end(list[0], 1000, true);
  end(list[0], 45, false);
  EXPECT_FALSE(callers->rests(list[0], at({}).mono));
  end(list[0], 1, false);
  EXPECT_TRUE(callers->rests(list[0], at({}).mono));
}

TEST_F(AnswerRate, AfterTheRestItIsJudgedAnew) {
  make(1);
  end(list[0], 50, false);
  end(list[0], 30, false, hours{1});  // begun before the rest, ended in it
  end(list[0], 49, false, hours{7});
  EXPECT_FALSE(callers->rests(list[0], at(hours{7}).mono));
  end(list[0], 1, false, hours{7});
  EXPECT_TRUE(callers->rests(list[0], at(hours{7}).mono));
}

TEST_F(AnswerRate, WithoutARuleNothingRests) {
  make(1);
  for (int i = 0; i < 1000; ++i) callers->call_ended(list[0], false, at({}).mono, std::nullopt);
  EXPECT_FALSE(callers->rests(list[0], at({}).mono));
}

TEST_F(AnswerRate, ResetForgetsAllButTheNumbers) {
  make(2, {{"1", per_hour(1)}});
  end(list[0], 50, false);
  callers->node(list[1]).reserve(1);
  callers->reset();
  EXPECT_EQ(callers->available(at({}), list), LimitNode::unlimited);
  EXPECT_EQ(callers->available(at({}), std::span(list).subspan(1)), 1);
  EXPECT_EQ(callers->index_of("1"), list[1]);
}

TEST(AnsweredByPerson, WhatSaysNothingOfTheNumberIsNotJudged) {
  EXPECT_EQ(answered_by_person(classify("user_hangup")), true);
  EXPECT_EQ(answered_by_person(classify("orphaned_no_agent_pickup")), true);
  EXPECT_EQ(answered_by_person(classify("voicemail_reached")), false);
  EXPECT_EQ(answered_by_person(classify("dial_declined")), false);
  for (const char* reason :
       {"flow_error", "error_voxai", "dial_failed", "daily_call_limit_reached", "never_heard_of"}) {
    EXPECT_EQ(answered_by_person(classify(reason)), std::nullopt) << reason;
  }
}

}  // namespace
}  // namespace dialerd::campaign
