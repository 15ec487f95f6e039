#include "campaign/retry_policy.h"

#include <gtest/gtest.h>

#include "config/disconnection_reason.h"

namespace dialerd::campaign {
namespace {

using config::AfterCall;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

config::Retry file(std::int64_t max_attempts = 5) {
  config::Retry retry;
  retry.max_attempts = max_attempts;
  return retry;
}

TEST(RetryPolicy, EveryDocumentedReasonHasARuleOfItsOwn) {
  for (std::string_view reason : config::disconnection_reasons) {
    EXPECT_NE(classify(reason), DispositionClass::other) << reason;
    ReasonRule rule = default_rule(reason);
    EXPECT_NE(rule.then, AfterCall::hold) << reason;
    EXPECT_EQ(rule.then == AfterCall::retry, !rule.delays.empty()) << reason;
  }
}

TEST(RetryPolicy, AConversationFinishesTheLead) {
  ReasonCounts retried;
  for (const char* reason : {"user_hangup", "agent_hangup", "call_transfer", "max_duration_reached", "inactivity"}) {
    EXPECT_EQ(RetryPolicy(file()).decide(reason, 0, retried).then, AfterCall::done) << reason;
  }
}

TEST(RetryPolicy, ClimbsTheLadderOfItsReason) {
  RetryPolicy policy(file(10));
  ReasonCounts retried;
  EXPECT_EQ(policy.decide("dial_no_answer", 0, retried).delay, minutes{30});
  EXPECT_EQ(policy.decide("dial_no_answer", 1, retried).delay, hours{2});
  EXPECT_EQ(policy.decide("dial_busy", 2, retried).delay, minutes{10}) << "another reason has a ladder of its own";
  EXPECT_EQ(policy.decide("dial_no_answer", 3, retried).delay, hours{24});
  EXPECT_EQ(policy.decide("dial_no_answer", 4, retried).then, AfterCall::done) << "max 3 retries";
}

TEST(RetryPolicy, MaxAttemptsCountsTheFirstCall) {
  RetryPolicy policy(file(2));
  ReasonCounts retried;
  EXPECT_EQ(policy.decide("dial_no_answer", 0, retried).then, AfterCall::retry);
  EXPECT_EQ(policy.decide("dial_no_answer", 1, retried).then, AfterCall::done);
}

TEST(RetryPolicy, AProviderRefusalNeverSpendsAnAttemptNorRunsOut) {
  RetryPolicy policy(file(1));
  ReasonCounts retried;
  for (int i = 0; i < 50; ++i) {
    for (const char* reason : {"concurrency_limit_reached", "hourly_call_limit_reached", "daily_call_limit_reached",
                               "insufficient_balance"}) {
      RetryDecision decision = policy.decide(reason, 0, retried);
      EXPECT_EQ(decision.then, AfterCall::retry) << reason;
      EXPECT_FALSE(decision.counted) << reason;
      EXPECT_GE(decision.delay, seconds{1}) << reason;
    }
  }
}

TEST(RetryPolicy, AnUnknownReasonIsHeldUnlessTheFileSaysOtherwise) {
  ReasonCounts retried;
  EXPECT_EQ(RetryPolicy(file()).decide("blocked_number", 0, retried).then, AfterCall::hold);
  config::Retry changed = file();
  changed.reasons["other"].then = AfterCall::retry;
  changed.reasons["other"].delays = {minutes{5}};
  changed.reasons["other"].max = 1;
  RetryPolicy policy(changed);
  EXPECT_EQ(policy.decide("blocked_number", 0, retried).delay, minutes{5});
  EXPECT_EQ(policy.decide("operator_hangup", 1, retried).then, AfterCall::done)
      << "unknown reasons share the rule and its max";
}

TEST(RetryPolicy, TheFileOverridesPartByPart) {
  config::Retry changed = file();
  changed.reasons["dial_no_answer"].delays = {seconds{90}};
  changed.reasons["dial_declined"].then = AfterCall::done;
  changed.reasons["user_hangup"].then = AfterCall::retry;
  RetryPolicy policy(changed);
  ReasonCounts retried;
  EXPECT_EQ(policy.decide("dial_no_answer", 0, retried).delay, seconds{90});
  EXPECT_EQ(policy.decide("dial_declined", 0, retried).then, AfterCall::done);
  EXPECT_EQ(policy.decide("user_hangup", 0, retried).delay, minutes{30}) << "a retry without a ladder gets one";
}

TEST(ReasonCounts, TextAndBack) {
  ReasonCounts counts = {{"dial_busy", 1}, {"dial_no_answer", 12}};
  EXPECT_EQ(to_string(counts), "dial_busy=1 dial_no_answer=12");
  EXPECT_EQ(parse_reason_counts(to_string(counts)), counts);
  EXPECT_EQ(parse_reason_counts(""), ReasonCounts{});
  EXPECT_EQ(parse_reason_counts("x= =3 dial_busy=1  junk dial_no_answer=12"),
            (ReasonCounts{{"", 3}, {"dial_busy", 1}, {"dial_no_answer", 12}}));
}

}  // namespace
}  // namespace dialerd::campaign
