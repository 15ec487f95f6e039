#include "campaign_fixture.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dialerd::config {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::string_view three_numbers = "leads: {alternates: [home, work]}\n";

TEST(Retry, TakesEveryKey) {
  const auto loaded = load_campaign_text(std::string("campaign: spring\naccount: main\n"
                                                     "agent: {id: 2b0c7b1e-5d3f-4e0a-9c53-6f1f6a7a9f10}\n"
                                                     "caller_numbers: [\"07011112222\", \"07011113333\"]\n")
                                             .append(windows)
                                             .append(three_numbers)
                                             .append(R"(retry:
  max_attempts: 7
  max_per_day: 2
  jitter: 25%
  reasons:
    dial_no_answer: {retry: [10m, 2h, next_day], max: 3, different_daypart: true}
    dial_busy: {retry: next_day, next_caller_number: true, next_number: true}
    dial_declined: {different_daypart: true, next_number: false}
    short_conversation: {under: 5s, retry: 1d, max: 1}
)"));
  ASSERT_THAT(messages(loaded.diagnostics), IsEmpty());
  const Retry& retry = loaded.value->retry;
  EXPECT_EQ(retry.max_attempts, 7);
  EXPECT_EQ(retry.max_per_day, 2);
  EXPECT_EQ(retry.jitter_percent, 25);
  const ReasonPolicy& no_answer = retry.reasons.at("dial_no_answer");
  EXPECT_THAT(no_answer.delays, ElementsAre(Delay{10min, false}, Delay{2h, false}, Delay{0s, true}));
  EXPECT_TRUE(no_answer.different_daypart);
  EXPECT_FALSE(no_answer.next_caller_number);
  const ReasonPolicy& busy = retry.reasons.at("dial_busy");
  EXPECT_THAT(busy.delays, ElementsAre(Delay{0s, true}));
  EXPECT_TRUE(busy.next_caller_number);
  EXPECT_TRUE(busy.next_number);
  const ReasonPolicy& declined = retry.reasons.at("dial_declined");
  EXPECT_EQ(declined.then, std::nullopt);
  EXPECT_TRUE(declined.different_daypart);
  const ReasonPolicy& brief = retry.reasons.at("short_conversation");
  EXPECT_EQ(brief.under, 5s);
  EXPECT_EQ(brief.then, AfterCall::retry);
  EXPECT_THAT(brief.delays, ElementsAre(Delay{24h}));
  EXPECT_EQ(brief.max, 1);
}

TEST(Retry, CanHoldShortConversationsAndDoesNotKnowThemUnlessTold) {
  const auto held = load_with("retry: {reasons: {short_conversation: {under: 3s, then: hold}}}\n");
  ASSERT_THAT(messages(held.diagnostics), IsEmpty());
  EXPECT_EQ(held.value->retry.reasons.at("short_conversation").then, AfterCall::hold);
  const auto silent = load_with("retry: {max_attempts: 3}\n");
  EXPECT_FALSE(silent.value->retry.reasons.contains("short_conversation"));
}

TEST(Retry, SaysWhatIsWrong) {
  const Bad cases[] = {
      {"retry: {jitter: 10}", "6:17: error: 'jitter' has no unit: 10; add a unit, for example 10%"},
      {"retry: {jitter: 101%}", "6:17: error: 'jitter' is out of range: 101%; use a value from 0% to 100%"},
      {"retry: {max_per_day: 0}", "6:22: error: 'max_per_day' is out of range: 0; use a value from 1 to 100"},
      {"retry: {reasons: {dial_busy: {retry: [10m, nextday]}}}",
       "6:44: error: unknown delay 'nextday'; did you mean 'next_day'?"},
      {"retry: {reasons: {dial_busy: next_day}}",
       "6:30: error: 'dial_busy' is a delay alone; write {retry: [next_day]}"},
      {"retry: {reasons: {dial_busy: {retry: 1h, under: 5s}}}",
       "6:42: error: 'dial_busy' cannot have an 'under'; write it in short_conversation, which stands for every short "
       "one"},
      {"retry: {reasons: {short_conversation: {retry: 1d}}}",
       "6:39: error: missing key 'under' in 'short_conversation'; add it, for example 'under: 5s'"},
      {"retry: {reasons: {short_conversation: {under: 5s}}}",
       "6:39: error: 'short_conversation' needs 'retry' or 'then'; write what follows, such as {under: 5s, retry: "
       "[1d], max: 1} or {under: 5s, then: hold}"},
      {"retry: {reasons: {short_conversation: {under: 5s, retry: 1d, then: hold}}}",
       "6:39: error: 'short_conversation' needs one of 'retry' or 'then'; write what follows, such as {under: 5s, "
       "retry: [1d], max: 1} or {under: 5s, then: hold}"},
      {"retry: {reasons: {short_conversation: done}}",
       "6:39: error: 'short_conversation' must be a map, not 'done'; write it like {under: 5s, retry: [1d], max: 1}"},
      {"retry: {reasons: {daily_call_limit_reached: {retry: 1h, different_daypart: true}}}",
       "6:57: error: 'daily_call_limit_reached' cannot have a 'different_daypart'; remove it: the provider refused the "
       "call, which is never the lead's attempt"},
      {"retry: {reasons: {dial_busy: {different_daypart: 1}}}",
       "6:50: error: 'different_daypart' must be true or false, not '1'; write true or false, without quotes"},
  };
  expect_each(cases);
}

}  // namespace
}  // namespace dialerd::config
