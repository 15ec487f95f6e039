#include "campaign/retry_policy.h"

#include <gtest/gtest.h>

#include "config/disconnection_reason.h"
#include "tests/unit/campaign/rules_fixture.h"

namespace dialerd::campaign {
namespace {

using config::AfterCall;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

const WallTime noon = utc("2026-11-24 03:00");  // a Tuesday in Seoul

// A campaign and one of its leads, call after call.
struct RetryPolicyTest : testing::Test {
  RetryPolicyTest() {
    config.calling_windows = daily(0, 1440);
    config.retry.jitter_percent = 0;
  }

  RetryDecision decide(std::string_view reason, WallTime at = noon, std::optional<milliseconds> talk = std::nullopt,
                       std::uint64_t random = 0) {
    RetryDecision decision =
        RetryPolicy(config.retry).decide({reason, talk, at, "0701"}, facts, Gate(config), random, counts);
    if (decision.counted) ++facts.attempts;
    facts.number_index = decision.number_index;
    return decision;
  }

  milliseconds delay(std::string_view reason) { return decide(reason).next_at - noon; }

  config::CampaignConfig config = seoul_campaign();
  LeadFacts facts;
  ReasonCounts counts;
};

TEST(RetryRules, EveryDocumentedReasonHasARuleOfItsOwn) {
  for (std::string_view reason : config::disconnection_reasons) {
    EXPECT_NE(classify(reason), DispositionClass::other) << reason;
    ReasonRule rule = default_rule(reason);
    EXPECT_NE(rule.then, AfterCall::hold) << reason;
    EXPECT_EQ(rule.then == AfterCall::retry, !rule.delays.empty()) << reason;
  }
}

TEST_F(RetryPolicyTest, AConversationFinishesTheLead) {
  for (const char* reason : {"user_hangup", "agent_hangup", "call_transfer", "max_duration_reached", "inactivity"}) {
    RetryDecision decision = decide(reason);
    EXPECT_EQ(decision.then, AfterCall::done) << reason;
    EXPECT_EQ(decision.decision, "done");
    EXPECT_EQ(decision.outcome, reason);
    EXPECT_TRUE(decision.conversation);
    EXPECT_TRUE(decision.counted);
  }
}

TEST_F(RetryPolicyTest, OnlyAConversationCountsAsOne) {
  for (std::string_view reason : config::disconnection_reasons) {
    EXPECT_EQ(decide(reason).conversation, classify(reason) == DispositionClass::conversation) << reason;
  }
}

TEST_F(RetryPolicyTest, ClimbsTheLadderOfItsReason) {
  config.retry.max_attempts = 10;
  EXPECT_EQ(delay("dial_no_answer"), minutes{30});
  EXPECT_EQ(delay("dial_no_answer"), hours{2});
  EXPECT_EQ(delay("dial_busy"), minutes{10}) << "another reason has a ladder of its own";
  EXPECT_EQ(delay("dial_no_answer"), hours{24});
  RetryDecision last = decide("dial_no_answer");
  EXPECT_EQ(last.then, AfterCall::done) << "max 3 retries";
  EXPECT_EQ(last.decision, "reason_max");
  EXPECT_EQ(last.outcome, "dial_no_answer");
}

TEST_F(RetryPolicyTest, MaxAttemptsCountsTheFirstCall) {
  config.retry.max_attempts = 2;
  EXPECT_EQ(decide("dial_no_answer").decision, "retry");
  EXPECT_EQ(decide("dial_busy").decision, "max_attempts");
}

TEST_F(RetryPolicyTest, AProviderRefusalNeverSpendsAnAttemptNorRunsOut) {
  config.retry.max_attempts = 1;
  config.retry.max_per_day = 1;
  for (std::string_view reason : config::refusal_reasons) {
    config.retry.reasons[std::string(reason)].then = AfterCall::done;  // a file that says so is refused by config
    config.retry.reasons[std::string(reason)].max = 1;
  }
  facts.expires_at = noon + seconds{1};
  for (int i = 0; i < 50; ++i) {
    for (std::string_view reason : config::refusal_reasons) {
      RetryDecision decision = decide(reason);
      EXPECT_EQ(decision.then, AfterCall::retry) << reason;
      EXPECT_FALSE(decision.counted) << reason;
      EXPECT_FALSE(decision.conversation) << reason;
      EXPECT_GE(decision.next_at, noon + seconds{1}) << reason;
    }
  }
  EXPECT_EQ(count_of(counts, count_key::today_attempts), 0);
}

TEST_F(RetryPolicyTest, AnUnknownReasonIsHeldUnlessTheFileSaysOtherwise) {
  RetryDecision decision = decide("blocked_number");
  EXPECT_EQ(decision.then, AfterCall::hold);
  EXPECT_EQ(decision.decision, "hold");
  EXPECT_EQ(decision.outcome, "blocked_number");
  config.retry.reasons["other"].then = AfterCall::retry;
  config.retry.reasons["other"].delays = {{minutes{5}}};
  config.retry.reasons["other"].max = 1;
  EXPECT_EQ(delay("blocked_number"), minutes{5});
  EXPECT_EQ(decide("operator_hangup").decision, "reason_max") << "unknown reasons share the rule and its max";
}

TEST_F(RetryPolicyTest, TheFileOverridesPartByPart) {
  config.retry.reasons["dial_no_answer"].delays = {{seconds{90}}};
  config.retry.reasons["dial_declined"].then = AfterCall::done;
  config.retry.reasons["user_hangup"].then = AfterCall::retry;
  EXPECT_EQ(delay("dial_no_answer"), seconds{90});
  EXPECT_EQ(decide("dial_declined").then, AfterCall::done);
  EXPECT_EQ(delay("user_hangup"), minutes{30}) << "a retry without a ladder gets one";
}

TEST_F(RetryPolicyTest, JitterOnlyAdds) {
  config.retry.jitter_percent = 50;
  config.retry.max_attempts = 100000;
  config.retry.reasons["dial_busy"].max = 100000;
  config.retry.reasons["dial_busy"].delays = {{minutes{10}}};
  milliseconds least = hours{1};
  milliseconds most{0};
  std::uint64_t random = 88172645463325252;
  for (int i = 0; i < 2000; ++i) {
    random ^= random << 13, random ^= random >> 7, random ^= random << 17;
    milliseconds waited = decide("dial_busy", noon, std::nullopt, random).next_at - noon;
    least = std::min(least, waited);
    most = std::max(most, waited);
  }
  EXPECT_GE(least, minutes{10});
  EXPECT_LT(least, minutes{10} + seconds{5});
  EXPECT_LE(most, minutes{15});
  EXPECT_GT(most, minutes{15} - seconds{5});
}

TEST_F(RetryPolicyTest, TheSameBitsGiveTheSameDecision) {
  auto once = RetryPolicy(config.retry).decide({"dial_busy", {}, noon}, facts, Gate(config), 12345, counts);
  ReasonCounts fresh;
  auto again = RetryPolicy(config.retry).decide({"dial_busy", {}, noon}, facts, Gate(config), 12345, fresh);
  EXPECT_EQ(once.next_at, again.next_at);
  EXPECT_EQ(counts, fresh);
}

TEST_F(RetryPolicyTest, NextDayIsTheLeadsNextLocalDay) {
  config.calling_windows = daily(9 * 60, 20 * 60);
  config.retry.reasons["dial_busy"].delays = {{.time = seconds{0}, .next_day = true}};
  EXPECT_EQ(decide("dial_busy").next_at, utc("2026-11-25 00:00"));
  facts.clock = "America/New_York";  // there it is 22:00 on the 23rd
  EXPECT_EQ(decide("dial_busy", noon).next_at, utc("2026-11-24 14:00"));
}

TEST_F(RetryPolicyTest, ADelayThatEndsOutsideTheWindowsMovesToTheOpeningAndIsSpread) {
  config.calling_windows = daily(9 * 60, 20 * 60);
  WallTime opening = utc("2026-11-25 00:00");
  config.retry.max_attempts = 100000;
  config.retry.reasons["dial_busy"].max = 100000;
  std::array<int, 6> five_minutes{};
  std::uint64_t random = 88172645463325252;
  for (int i = 0; i < 6000; ++i) {
    random ^= random << 13, random ^= random >> 7, random ^= random << 17;
    WallTime at = decide("dial_busy", utc("2026-11-24 10:55"), std::nullopt, random).next_at;
    ASSERT_GE(at, opening);
    ASSERT_LE(at, opening + minutes{30});
    ++five_minutes[std::min<std::size_t>(5, static_cast<std::size_t>((at - opening) / minutes{5}))];
  }
  for (int calls : five_minutes) EXPECT_NEAR(calls, 1000, 150);
}

TEST_F(RetryPolicyTest, AShortStretchIsNotSpreadBeyondAQuarter) {
  config.calling_windows = daily(9 * 60, 10 * 60);
  WallTime opening = utc("2026-11-25 00:00");
  for (std::uint64_t random = 0; random < 4000000; random += 9973) {
    counts.clear();
    facts.attempts = 0;
    WallTime at = decide("dial_busy", noon, std::nullopt, random).next_at;
    ASSERT_GE(at, opening);
    ASSERT_LE(at, opening + minutes{15});
  }
}

TEST_F(RetryPolicyTest, AnotherPartOfTheDay) {
  config.calling_windows = daily(9 * 60, 20 * 60);
  auto& policy = config.retry.reasons["dial_no_answer"];
  policy.delays = {{minutes{30}}};
  policy.different_daypart = true;
  EXPECT_EQ(decide("dial_no_answer", utc("2026-11-24 01:00")).next_at, utc("2026-11-24 03:00")) << "morning: noon";
  EXPECT_EQ(decide("dial_no_answer", utc("2026-11-24 04:00")).next_at, utc("2026-11-24 08:00")) << "afternoon: 17:00";
  EXPECT_EQ(decide("dial_no_answer", utc("2026-11-24 09:00")).next_at, utc("2026-11-25 00:00")) << "evening: 09:00";
}

TEST_F(RetryPolicyTest, ThePartOfTheDayIsThatOfTheCallsStart) {
  auto& policy = config.retry.reasons["dial_no_answer"];
  policy.delays = {{minutes{1}}};
  policy.different_daypart = true;
  // From 11:58 to 12:01: called in the morning, so the afternoon is another part.
  EXPECT_EQ(decide("dial_no_answer", utc("2026-11-24 03:01"), minutes{3}).next_at, utc("2026-11-24 03:02"));
}

TEST_F(RetryPolicyTest, WithoutAnotherPartOfTheDayAnyTimeWillDo) {
  config.calling_windows = daily(9 * 60, 11 * 60);
  config.retry.reasons["dial_no_answer"].delays = {{minutes{30}}};
  config.retry.reasons["dial_no_answer"].different_daypart = true;
  RetryDecision decision = decide("dial_no_answer", utc("2026-11-24 00:15"));
  EXPECT_EQ(decision.decision, "retry");
  EXPECT_EQ(decision.next_at, utc("2026-11-24 00:45"));
}

TEST_F(RetryPolicyTest, MaxPerDayMovesTheRetryToTheNextLocalDay) {
  config.calling_windows = daily(9 * 60, 20 * 60);
  config.retry.max_per_day = 2;
  config.retry.reasons["dial_busy"].delays = {{minutes{10}}};
  EXPECT_EQ(decide("dial_busy", noon).next_at, noon + minutes{10});
  EXPECT_EQ(decide("dial_busy", noon + minutes{10}).next_at, utc("2026-11-25 00:00"));
  EXPECT_EQ(decide("dial_busy", utc("2026-11-25 00:00")).next_at, utc("2026-11-25 00:10")) << "a new day, a new count";
}

TEST_F(RetryPolicyTest, ARetryAfterTheLeadsExpiryIsNone) {
  facts.expires_at = noon + minutes{10};
  RetryDecision decision = decide("dial_busy");  // ten minutes
  EXPECT_EQ(decision.then, AfterCall::done);
  EXPECT_EQ(decision.decision, "expired");
  EXPECT_EQ(decision.outcome, "dial_busy");
  EXPECT_EQ(count_of(counts, "dial_busy"), 0);
  facts.expires_at = noon + minutes{10} + milliseconds{1};
  EXPECT_EQ(decide("dial_busy").decision, "retry");
}

TEST_F(RetryPolicyTest, ShortConversationsCanBeToldApart) {
  config.retry.reasons["short_conversation"].under = seconds{5};
  config.retry.reasons["short_conversation"].then = AfterCall::retry;
  config.retry.reasons["short_conversation"].delays = {{hours{1}}};
  config.retry.reasons["short_conversation"].max = 1;
  config.retry.max_attempts = 10;
  RetryDecision decision = decide("user_hangup", noon, seconds{4});
  EXPECT_EQ(decision.next_at, noon + hours{1});
  EXPECT_TRUE(decision.conversation) << "a person answered";
  EXPECT_EQ(count_of(counts, "short_conversation"), 1);
  EXPECT_EQ(decide("agent_hangup", noon, seconds{4}).decision, "reason_max") << "whatever ended it";
  EXPECT_EQ(decide("user_hangup", noon, seconds{5}).decision, "done") << "not under";
  EXPECT_EQ(decide("user_hangup", noon, std::nullopt).decision, "done") << "unknown is not short";
  EXPECT_EQ(decide("dial_busy", noon, seconds{1}).decision, "retry") << "no conversation";
  EXPECT_EQ(count_of(counts, "dial_busy"), 1);
}

TEST_F(RetryPolicyTest, NextNumberGoesRound) {
  config.retry.reasons["dial_failed"].next_number = true;
  config.retry.reasons["dial_failed"].max = 10;
  facts.number_count = 3;
  EXPECT_EQ(decide("dial_failed").number_index, 1);
  EXPECT_EQ(decide("dial_busy").number_index, 1) << "stays where the reason does not say so";
  EXPECT_EQ(decide("dial_failed").number_index, 2);
  EXPECT_EQ(decide("dial_failed").number_index, 0);
  facts.number_count = 1;
  facts.attempts = 0;
  EXPECT_EQ(decide("dial_failed").number_index, 0) << "without an alternate, the same again";
}

TEST_F(RetryPolicyTest, NextCallerNumberShiftsAndAvoidsTheLast) {
  config.retry.reasons["dial_declined"].next_caller_number = true;
  decide("dial_declined");
  EXPECT_EQ(count_of(counts, count_key::caller), 1);
  EXPECT_EQ(count_of(counts, count_key::avoid), caller_mark("0701"));
  decide("dial_busy");
  EXPECT_EQ(count_of(counts, count_key::caller), 1) << "sticky stays with the new one";
  EXPECT_EQ(count_of(counts, count_key::avoid), 0);
}

TEST_F(RetryPolicyTest, AfterTheCampaignsEndTheLeadStaysDue) {
  config.calling_windows = daily(9 * 60, 20 * 60);
  config.end_date = civil(2026, 11, 24);
  RetryDecision decision = decide("voicemail_reached", utc("2026-11-24 10:00"));
  EXPECT_EQ(decision.then, AfterCall::retry);
  EXPECT_EQ(decision.next_at, utc("2026-11-24 14:00"));
}

TEST_F(RetryPolicyTest, ALeadWhoseClockNeverOpensIsHeld) {
  config.calling_windows = daily(22 * 60, 23 * 60);
  config.rules.resize(1);
  config.rules[0].hours = {{480, 1260, true}};
  RetryDecision decision = decide("dial_busy");
  EXPECT_EQ(decision.then, AfterCall::hold);
  EXPECT_EQ(decision.decision, "no_calling_window");
  EXPECT_EQ(decision.outcome, "no_calling_window");
}

TEST(ReasonCounts, TextAndBack) {
  ReasonCounts counts = {{"dial_busy", 1}, {"dial_no_answer", 12}};
  EXPECT_EQ(to_string(counts), "dial_busy=1 dial_no_answer=12");
  EXPECT_EQ(parse_reason_counts(to_string(counts)), counts);
  EXPECT_EQ(parse_reason_counts(""), ReasonCounts{});
  EXPECT_EQ(parse_reason_counts("x= =3 dial_busy=1  junk dial_no_answer=12"),
            (ReasonCounts{{"", 3}, {"dial_busy", 1}, {"dial_no_answer", 12}}));
}

TEST(ReasonCounts, AttemptsAreOfOneDay) {
  ReasonCounts counts;
  count_attempt_on(counts, 20781);
  count_attempt_on(counts, 20781);
  EXPECT_EQ(attempts_on(counts, 20781), 2);
  EXPECT_EQ(attempts_on(counts, 20782), 0);
  count_attempt_on(counts, 20782);
  EXPECT_EQ(attempts_on(counts, 20782), 1);
  EXPECT_EQ(to_string(counts), "today=20782 today_attempts=1");
}

TEST(ReasonCounts, ACallerMarkFitsACount) {
  for (const char* number : {"", "0", "07011112222", "07011112223"}) {
    ReasonCounts counts = {{std::string(count_key::avoid), caller_mark(number)}};
    EXPECT_GT(caller_mark(number), 0);
    EXPECT_EQ(parse_reason_counts(to_string(counts)), counts);
  }
  EXPECT_NE(caller_mark("07011112222"), caller_mark("07011112223"));
}

}  // namespace
}  // namespace dialerd::campaign
