#include "ratelimit/learned_concurrency.h"

#include <chrono>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace dialerd::ratelimit {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr MonoTime start{hours{1000}};

TEST(LearnedConcurrency, KnowsNothingBeforeARefusal) { EXPECT_FALSE(LearnedConcurrency(10).state(start)); }

TEST(LearnedConcurrency, ARefusalLowersTheCapToSeventyPercentOfWhatWasOpen) {
  LearnedConcurrency learned(200);
  learned.refused(start, 100);
  auto state = learned.state(start);
  ASSERT_TRUE(state);
  EXPECT_EQ(state->cap, 70);
  EXPECT_EQ(state->since, start);
  EXPECT_EQ(state->next_increase, start + seconds{30});
}

TEST(LearnedConcurrency, TheRefusalsOfOneBurstCountOnce) {
  LearnedConcurrency learned(200);
  for (int i = 0; i < 20; ++i) learned.refused(start + std::chrono::milliseconds{200 * i}, 100 - i);
  EXPECT_EQ(learned.state(start + seconds{4})->cap, 70);
  learned.refused(start + seconds{5}, 80);
  EXPECT_EQ(learned.state(start + seconds{5})->cap, 56);
}

TEST(LearnedConcurrency, NeverFallsBelowOneCall) {
  LearnedConcurrency learned(200);
  for (int i = 0; i < 5; ++i) learned.refused(start + minutes{i}, 0);
  EXPECT_EQ(learned.state(start + minutes{4})->cap, 1);
}

TEST(LearnedConcurrency, IsBackAtTheRefusedLevelAfterEightMinutesWhateverItsSize) {
  for (std::int64_t open : {50, 100, 1000, 20'000}) {
    LearnedConcurrency learned(100'000);
    learned.refused(start, open);
    EXPECT_LT(learned.state(start + minutes{7})->cap, open) << open;
    EXPECT_GE(learned.state(start + minutes{8})->cap, open) << open;
  }
}

TEST(LearnedConcurrency, IsForgottenAtTheConfiguredConcurrency) {
  LearnedConcurrency learned(100);
  learned.refused(start, 100);
  auto state = learned.state(start);
  ASSERT_TRUE(state);
  EXPECT_TRUE(learned.state(state->until - seconds{1}));
  EXPECT_FALSE(learned.state(state->until));
}

TEST(LearnedConcurrency, WithoutAConfiguredOneIsForgottenAtTwiceTheRefusedLevel) {
  LearnedConcurrency learned(std::nullopt);
  learned.refused(start, 100);
  auto until = learned.state(start)->until;
  EXPECT_EQ(learned.state(until - seconds{1})->cap, 198);
  EXPECT_FALSE(learned.state(until));
}

// Calls that were open before a decrease drain slowly: their number is no reason to take more.
RC_GTEST_PROP(LearnedConcurrency, ARefusalNeverRaisesTheCapAndTimeNeverLowersIt, ()) {
  LearnedConcurrency learned(*rc::gen::inRange<std::int64_t>(1, 300));
  MonoTime now = start;
  for (int i = 0; i < 60; ++i) {
    auto before = learned.state(now);
    if (*rc::gen::arbitrary<bool>()) {
      learned.refused(now, *rc::gen::inRange<std::int64_t>(0, 400));
      auto after = learned.state(now);
      if (before && after) RC_ASSERT(after->cap <= before->cap);
      if (before) RC_ASSERT(after.has_value());
    }
    before = learned.state(now);
    now += seconds{*rc::gen::inRange(0, 100)};
    auto after = learned.state(now);
    if (before && after) RC_ASSERT(after->cap >= before->cap);
    if (before && after && now >= before->next_increase) RC_ASSERT(after->cap > before->cap);
    if (!after) continue;
    RC_ASSERT(after->cap >= 1);
    RC_ASSERT(after->next_increase > now);
    RC_ASSERT(after->until >= after->next_increase);
  }
}

}  // namespace
}  // namespace dialerd::ratelimit
