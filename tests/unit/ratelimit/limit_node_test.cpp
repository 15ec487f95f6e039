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

}  // namespace
}  // namespace dialerd::ratelimit
