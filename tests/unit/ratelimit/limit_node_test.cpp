#include "ratelimit/limit_node.h"

#include <chrono>

#include <gtest/gtest.h>

namespace dialerd::ratelimit {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr MonoTime start{hours{1000}};

NodeLimits limits(std::optional<std::int64_t> concurrency, std::optional<std::int64_t> per_hour) {
  NodeLimits made;
  made.concurrency = concurrency;
  made.per_hour = per_hour;
  return made;
}

TEST(LimitNode, WithoutLimitsAdmitsAnything) {
  EXPECT_EQ(LimitNode(NodeLimits{}).available(start), LimitNode::unlimited);
}

TEST(LimitNode, TheTightestLimitDecides) {
  LimitNode node(limits(10, 4));
  EXPECT_EQ(node.available(start), 4);
  node.reserve(3);
  EXPECT_EQ(node.available(start), 1);
}

TEST(LimitNode, ASlotStaysTakenUntilTheCallIsFinished) {
  LimitNode node(limits(1, std::nullopt));
  node.reserve(1);
  node.answered(start);
  EXPECT_EQ(node.available(start + hours{5}), 0);
  node.finish();
  EXPECT_EQ(node.available(start + hours{5}), 1);
}

TEST(LimitNode, ACallThatWasMadeStaysCountedAfterItIsFinished) {
  LimitNode node(limits(std::nullopt, 1));
  node.reserve(1);
  node.answered(start);
  node.finish();
  EXPECT_EQ(node.available(start + minutes{59}), 0);
  EXPECT_EQ(node.available(start + minutes{61}), 1);
}

TEST(LimitNode, ARefusedCallGivesItsTokenBackButKeepsItsSlotUntilFinished) {
  LimitNode node(limits(1, 1));
  node.reserve(1);
  node.refund();
  EXPECT_EQ(node.available(start), 0);
  node.finish();
  EXPECT_EQ(node.available(start), 1);
}

TEST(LimitNode, ACallThatWasNotMadeIsForgottenByEveryWindow) {
  for (bool calendar : {false, true}) {
    NodeLimits made;
    made.per_minute = made.per_hour = made.per_day = 2;
    made.calendar = calendar;
    for (auto give_back : {+[](LimitNode& node) { node.refund(); }, +[](LimitNode& node) { node.cancel(1); }}) {
      LimitNode node(made);
      node.reserve(2);
      give_back(node);
      EXPECT_EQ(node.available(start), 1);
    }
  }
}

TEST(LimitNode, ARestartGivesNoSecondBudget) {
  LimitNode node(limits(5, 10));
  node.restore_open(2);
  node.restore_counted(start, start - minutes{10}, 8);
  EXPECT_EQ(node.available(start), 2);
}

TEST(LimitNode, SaysWhenAFullWindowOpensAgain) {
  LimitNode node(limits(std::nullopt, 2));
  EXPECT_EQ(node.next_return(start), std::nullopt);
  node.reserve(2);
  node.answered(start);
  node.answered(start);
  auto back = node.next_return(start + seconds{1});
  ASSERT_TRUE(back);
  EXPECT_GT(node.available(*back), 0);
}

TEST(LimitNode, ALearnedConcurrencyHoldsUntilItIsForgotten) {
  LimitNode node(limits(10, std::nullopt));
  node.reserve(10);
  node.concurrency_refused(start, 10);
  for (int i = 0; i < 4; ++i) node.finish();
  EXPECT_EQ(node.available(start), 1);
  ASSERT_TRUE(node.learned(start));
  EXPECT_EQ(node.learned(start)->cap, 7);
  EXPECT_EQ(node.available(node.learned(start)->until), 4);
}

TEST(LimitNode, SaysWhenALearnedConcurrencyGrows) {
  LimitNode node(limits(10, std::nullopt));
  node.reserve(7);
  node.concurrency_refused(start, 10);
  EXPECT_EQ(node.next_return(start), start + seconds{30});
  EXPECT_EQ(node.available(start + seconds{30}), 1);
}

TEST(LimitNode, ACalendarDayGivesItsBudgetBackWhenTheNextOneBegins) {
  NodeLimits made;
  made.per_day = 5;
  made.calendar = true;
  LimitNode node(made);
  node.reserve(5);
  for (int i = 0; i < 5; ++i) node.answered(start);
  node.new_period(Unit::hour, start + hours{1}, start + hours{1});
  EXPECT_EQ(node.available(start + hours{2}), 0);
  node.new_period(Unit::day, start + hours{3}, start + hours{3});
  EXPECT_EQ(node.available(start + hours{4}), 5);
}

TEST(LimitNode, AStepOfTheClockKeepsTheDaysBudgetSpent) {
  NodeLimits made;
  made.per_day = 5;
  made.calendar = true;
  LimitNode node(made);
  node.restore_counted(start, start, 5);
  node.clock_stepped(start + hours{1});
  node.new_period(Unit::day, start + hours{1}, start + hours{1});
  EXPECT_EQ(node.available(start + hours{2}), 0);
}

}  // namespace
}  // namespace dialerd::ratelimit
