#include "campaign/hold_off.h"

#include <gtest/gtest.h>

namespace dialerd::campaign {
namespace {

using Allowance = HoldOff::Allowance;
using std::chrono::hours;
using std::chrono::seconds;

constexpr MonoTime start{hours{10}};

TEST(HoldOff, WaitsThenProbesThenIsClear) {
  HoldOff hold_off;
  EXPECT_EQ(hold_off.allowance(start), Allowance::any);
  hold_off.trouble(start, Trouble::throttled);
  EXPECT_EQ(hold_off.allowance(start), Allowance::none);
  EXPECT_EQ(hold_off.allowance(start + seconds{1}), Allowance::one);
  hold_off.success(start + seconds{1});
  EXPECT_EQ(hold_off.allowance(start + seconds{1}), Allowance::any);
}

TEST(HoldOff, DoublesTheWaitWithEachTroubleInARowUpToTheLongest) {
  HoldOff hold_off;
  MonoTime now = start;
  seconds longest{0};
  for (int i = 0; i < 12; ++i) {
    hold_off.trouble(now, Trouble::throttled);
    longest = std::max(longest, std::chrono::duration_cast<seconds>(hold_off.until() - now));
    now = hold_off.until();
  }
  EXPECT_EQ(longest, seconds{60});
}

TEST(HoldOff, AnswersOfCallsThatWereUnderWayTogetherAreOneTrouble) {
  HoldOff hold_off;
  for (int i = 0; i < 64; ++i) hold_off.trouble(start, Trouble::throttled);
  EXPECT_EQ(hold_off.until(), start + seconds{1});
}

TEST(HoldOff, HonoursRetryAfterWithinReason) {
  HoldOff hold_off;
  hold_off.trouble(start, Trouble::throttled, seconds{20});
  EXPECT_EQ(hold_off.until(), start + seconds{20});
  HoldOff absurd;
  absurd.trouble(start, Trouble::throttled, hours{24 * 365});
  EXPECT_EQ(absurd.until(), start + HoldOff::retry_after_max);
  HoldOff past;
  past.trouble(start, Trouble::throttled, seconds{-5});
  EXPECT_EQ(past.until(), start + seconds{1});
}

TEST(HoldOff, AnAnswerThatWasUnderWayDoesNotEndTheWait) {
  HoldOff hold_off;
  hold_off.trouble(start, Trouble::account_fault);
  hold_off.success(start + seconds{1});
  EXPECT_EQ(hold_off.allowance(start + seconds{2}), Allowance::none);
}

TEST(HoldOff, OneBadAnswerIsNoTroubleButSeveralInARowAre) {
  HoldOff hold_off;
  for (int i = 1; i < HoldOff::line_failures_max; ++i) hold_off.line_failed(start);
  EXPECT_EQ(hold_off.allowance(start), Allowance::any);
  hold_off.success(start);
  for (int i = 1; i < HoldOff::line_failures_max; ++i) hold_off.line_failed(start);
  EXPECT_EQ(hold_off.allowance(start), Allowance::any);
  hold_off.line_failed(start);
  EXPECT_EQ(hold_off.allowance(start), Allowance::none);
}

TEST(HoldOff, AProbeThatMeetsABadLineDoesNotForgetTheLimitItProbedFor) {
  HoldOff hold_off;
  hold_off.trouble(start, Trouble::daily_limit);
  MonoTime probe = hold_off.until();
  hold_off.line_failed(probe);
  EXPECT_EQ(hold_off.cause(), Trouble::daily_limit);
  EXPECT_GE(hold_off.until(), probe + seconds{600});
  EXPECT_FALSE(hold_off.ends_when_accepted());
}

TEST(HoldOff, FailuresBetweenWhichTheLineWorkedAreNotInARow) {
  HoldOff hold_off;
  for (int i = 0; i < 50; ++i) {
    hold_off.line_failed(start);
    hold_off.line_works();
  }
  EXPECT_EQ(hold_off.allowance(start), Allowance::any);
}

TEST(HoldOff, AProbeThatFailsWaitsAgainAtOnceAndLonger) {
  HoldOff hold_off;
  for (int i = 0; i < HoldOff::line_failures_max; ++i) hold_off.line_failed(start);
  MonoTime probe = hold_off.until();
  hold_off.line_failed(probe);
  EXPECT_EQ(hold_off.allowance(probe), Allowance::none);
  EXPECT_EQ(hold_off.until(), probe + seconds{2});
}

}  // namespace
}  // namespace dialerd::campaign
