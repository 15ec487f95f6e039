#include "campaign_fixture.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dialerd::config {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

TEST(CampaignConfig, LeavesDefaultsWhereTheFileIsSilent) {
  const auto loaded = load_campaign_text(std::string(least).append(windows));
  ASSERT_THAT(messages(loaded.diagnostics), IsEmpty());
  const CampaignConfig& campaign = *loaded.value;
  EXPECT_EQ(campaign.agent.version, "production");
  EXPECT_EQ(campaign.presentation_number, std::nullopt);
  EXPECT_EQ(campaign.region, "KR");
  EXPECT_EQ(campaign.timezone, "Asia/Seoul");
  EXPECT_EQ(campaign.window_margin, 60s);
  EXPECT_EQ(campaign.limits, Limits{});
  EXPECT_EQ(campaign.retry.max_attempts, 5);
  EXPECT_THAT(campaign.retry.reasons, IsEmpty());
  EXPECT_EQ(campaign.leads.number, "number");
  EXPECT_THAT(campaign.lead_timezone, ElementsAre(ZoneSource::campaign));
  EXPECT_THAT(campaign.closed_dates, IsEmpty());
  EXPECT_EQ(campaign.holidays_until, std::nullopt);
  EXPECT_EQ(campaign.pacing, Pacing::asap);
  EXPECT_EQ(campaign.share.weight, 1);
  EXPECT_EQ(campaign.share.priority, 0);
  EXPECT_EQ(campaign.rotation, Rotation::round_robin);
  EXPECT_FALSE(campaign.answer_rate_rest);
  EXPECT_EQ(campaign.retry.jitter_percent, 10);
  EXPECT_EQ(campaign.retry.max_per_day, std::nullopt);
  EXPECT_EQ(campaign.callback_tolerance, 15min);
  EXPECT_EQ(campaign.lead_lifetime, std::nullopt);
  EXPECT_THAT(campaign.rules, IsEmpty());
  EXPECT_EQ(campaign.start, Start::automatic);
}

TEST(CampaignConfig, TakesEveryKey) {
  const std::string text = R"(campaign: spring-renewal
account: main
agent: {id: 2B0C7B1E-5D3F-4E0A-9C53-6F1F6A7A9F10, version: v12}
caller_numbers: ["07011112222", "15881234"]
presentation_number: "0215881234"
region: JP
timezone: Asia/Tokyo
calling_windows:
  - {days: mon-tue, from: "09:00", to: "20:00"}
  - {days: [sat], from: 10:00, to: "24:00"}
window_margin: 90s
limits: {concurrency: 30, per_second: 5, per_hour: 3000}
retry:
  max_attempts: 4
  reasons:
    dial_no_answer: {retry: [30m, 2h, 1d], max: 3}
    dial_busy: {retry: 10m}
    dial_failed: {max: 1}
    dial_declined: done
    voicemail_reached: retry
    insufficient_balance: hold
    other: hold
dynamic_variables:
  customer_name: name
  due_date: {field: due}
  company: {literal: "한빛보험"}
  note: {literal: ""}
metadata:
  crm_id: crm_id
leads:
  number: 전화번호
  fields: {name: 고객명}
)";
  const auto loaded = load_campaign_text(text);
  ASSERT_THAT(messages(loaded.diagnostics), IsEmpty());
  const CampaignConfig& campaign = *loaded.value;
  EXPECT_EQ(campaign.name, "spring-renewal");
  EXPECT_EQ(campaign.account, "main");
  EXPECT_EQ(campaign.agent.id, "2b0c7b1e-5d3f-4e0a-9c53-6f1f6a7a9f10");
  EXPECT_EQ(campaign.agent.version, "v12");
  EXPECT_THAT(campaign.caller_numbers, ElementsAre("07011112222", "15881234"));
  EXPECT_EQ(campaign.presentation_number, "0215881234");
  EXPECT_EQ(campaign.region, "JP");
  EXPECT_EQ(campaign.timezone, "Asia/Tokyo");
  EXPECT_THAT(campaign.calling_windows,
              ElementsAre(CallingWindow{1, 540, 1200}, CallingWindow{2, 540, 1200}, CallingWindow{6, 600, 1440}));
  EXPECT_EQ(campaign.window_margin, 90s);
  Limits limits;
  limits.concurrency = 30;
  limits.per_second = 5;
  limits.per_hour = 3000;
  EXPECT_EQ(campaign.limits, limits);
  EXPECT_EQ(campaign.retry.max_attempts, 4);
  const auto& reasons = campaign.retry.reasons;
  ASSERT_EQ(reasons.size(), 7U);
  EXPECT_EQ(reasons.at("dial_no_answer").then, AfterCall::retry);
  EXPECT_THAT(reasons.at("dial_no_answer").delays, ElementsAre(Delay{30min}, Delay{2h}, Delay{24h}));
  EXPECT_EQ(reasons.at("dial_no_answer").max, 3);
  EXPECT_THAT(reasons.at("dial_busy").delays, ElementsAre(Delay{10min}));
  EXPECT_EQ(reasons.at("dial_busy").max, std::nullopt);
  EXPECT_EQ(reasons.at("dial_failed").then, std::nullopt);
  EXPECT_EQ(reasons.at("dial_failed").max, 1);
  EXPECT_EQ(reasons.at("dial_declined").then, AfterCall::done);
  EXPECT_EQ(reasons.at("voicemail_reached").then, AfterCall::retry);
  EXPECT_THAT(reasons.at("voicemail_reached").delays, IsEmpty());
  EXPECT_EQ(reasons.at("insufficient_balance").then, AfterCall::hold);
  EXPECT_EQ(reasons.at("other").then, AfterCall::hold);
  EXPECT_THAT(campaign.dynamic_variables,
              ElementsAre(Pair("company", ValueSource{ValueSource::Kind::literal, "한빛보험"}),
                          Pair("customer_name", ValueSource{ValueSource::Kind::field, "name"}),
                          Pair("due_date", ValueSource{ValueSource::Kind::field, "due"}),
                          Pair("note", ValueSource{ValueSource::Kind::literal, ""})));
  EXPECT_THAT(campaign.metadata, ElementsAre(Pair("crm_id", ValueSource{ValueSource::Kind::field, "crm_id"})));
  EXPECT_EQ(campaign.leads.number, "전화번호");
  EXPECT_THAT(campaign.leads.fields, ElementsAre(Pair("name", "고객명")));
  EXPECT_EQ(campaign.source, text);
}

TEST(CampaignConfig, ReportsEverythingAtOnceInTheOrderOfTheFile) {
  EXPECT_THAT(
      problems(R"(campaign: Spring
acount: main
agent: {id: 1234, version: prod}
caller_numbers: [070-1111-2222, "+827011112222"]
timezone: Asia/Soul
calling_windows:
  - {days: monday, from: "9:00", to: "20:00"}
retry:
  reasons: {dial_no_anser: done, dial_busy: 10m, dial_declined: maybe}
dynamic_variables: {고객명: {literal: "한"}, call_id: id, 이름: }
)"),
      ElementsAre(
          "c.yaml:1:1: error: missing key 'account'; add it, for example 'account: main'",
          "c.yaml:1:11: error: 'Spring' is no name for a campaign; use lower-case letters, digits, '-' and '_', at "
          "most "
          "63, the first a letter or digit",
          "c.yaml:2:1: error: unknown key 'acount'; did you mean 'account'?",
          "c.yaml:3:13: error: 'id' is no agent id: '1234'; copy the agent's UUID from the vox.ai console",
          "c.yaml:3:28: error: 'version' is no agent version: 'prod'; did you mean 'production'?",
          "c.yaml:4:18: error: 'caller_numbers' is no number of 7 to 15 digits: '070-1111-2222'; write digits alone: "
          "\"07011112222\"",
          "c.yaml:4:33: error: 'caller_numbers' has an international number: '+827011112222'; write it as it is "
          "dialled "
          "within the country, such as \"07011112222\"",
          "c.yaml:5:11: error: unknown timezone 'Asia/Soul'; did you mean 'Asia/Seoul'?",
          "c.yaml:7:12: error: unknown day 'monday'; did you mean 'mon'?",
          "c.yaml:7:26: error: 'from' is no time of day: '9:00'; write \"09:00\"",
          "c.yaml:9:13: error: unknown disconnection reason 'dial_no_anser'; did you mean 'dial_no_answer'?",
          "c.yaml:9:45: error: 'dial_busy' is a delay alone; write {retry: [10m]}",
          "c.yaml:9:65: error: 'dial_declined' cannot be 'maybe'; write one of: retry, done, hold",
          "c.yaml:10:42: error: dynamic variable 'call_id' is filled by the provider; choose another name, here and in "
          "the agent's prompt",
          "c.yaml:10:55: error: '이름' is empty; give it a value or remove the key"));
}

TEST(CampaignConfig, WantsItsRequiredKeys) {
  EXPECT_THAT(problems("region: KR\n"),
              ElementsAre("c.yaml:1:1: error: missing key 'campaign'; add it, for example 'campaign: spring-renewal'",
                          "c.yaml:1:1: error: missing key 'account'; add it, for example 'account: main'",
                          "c.yaml:1:1: error: missing key 'agent'; add it, for example 'agent: {id: "
                          "2b0c7b1e-5d3f-4e0a-9c53-6f1f6a7a9f10}'",
                          "c.yaml:1:1: error: missing key 'caller_numbers'; add it, for example 'caller_numbers: "
                          "[\"07011112222\"]'",
                          "c.yaml:1:1: error: missing key 'calling_windows'; add it, for example 'calling_windows: "
                          "[{days: mon-fri, from: \"09:00\", to: \"20:00\"}]'"));
}

TEST(CampaignConfig, KnowsTimezonesByTheirExactNames) {
  for (const std::string_view zone : {"Asia/Seoul", "ROK", "UTC", "America/Argentina/Buenos_Aires"}) {
    EXPECT_THAT(problems_with("timezone: " + std::string(zone)), IsEmpty()) << zone;
  }
  const Bad cases[] = {
      {"timezone: asia/seoul", "6:11: error: unknown timezone 'asia/seoul'; did you mean 'Asia/Seoul'?"},
      {"timezone: Seoul", "6:11: error: unknown timezone 'Seoul'; did you mean 'Asia/Seoul'?"},
      {"timezone: utc", "6:11: error: unknown timezone 'utc'; did you mean 'UTC'?"},
      {"timezone: KST",
       "6:11: error: unknown timezone 'KST'; use a name of the IANA timezone database, such as "
       "Asia/Seoul"},
      {"timezone: localtime",
       "6:11: error: unknown timezone 'localtime'; use a name of the IANA timezone database, such "
       "as Asia/Seoul"},
      {"timezone: ../Asia/Seoul", "6:11: error: unknown timezone '../Asia/Seoul'; did you mean 'Asia/Seoul'?"},
      {"timezone: \"+09:00\"",
       "6:11: error: unknown timezone '+09:00'; use a name of the IANA timezone database, such as "
       "Asia/Seoul"},
  };
  expect_each(cases);
}

Loaded<CampaignConfig> load_windows(std::string_view list, std::string_view more = "") {
  return load_campaign_text(std::string(least).append("calling_windows: ").append(list).append("\n").append(more));
}

TEST(CallingWindows, AcrossMidnightBecomeTwo) {
  const auto loaded =
      load_windows(R"([{days: [fri, sun], from: "22:00", to: "02:30"}, {days: tue, from: "20:00", to: "00:00"}])");
  ASSERT_THAT(messages(loaded.diagnostics), IsEmpty());
  EXPECT_THAT(loaded.value->calling_windows,
              ElementsAre(CallingWindow{1, 0, 150}, CallingWindow{2, 1200, 1440}, CallingWindow{5, 1320, 1440},
                          CallingWindow{6, 0, 150}, CallingWindow{7, 1320, 1440}));
}

TEST(CallingWindows, TakeDaysRangesListsAndDaily) {
  const auto days = [](std::string_view text) {
    std::vector<int> numbers;
    const auto loaded = load_windows("[{days: " + std::string(text) + R"(, from: "00:00", to: "24:00"}])");
    EXPECT_THAT(messages(loaded.diagnostics), IsEmpty()) << text;
    if (!loaded.value) return numbers;
    for (const CallingWindow& window : loaded.value->calling_windows) numbers.push_back(window.weekday);
    return numbers;
  };
  EXPECT_THAT(days("wed"), ElementsAre(3));
  EXPECT_THAT(days("mon-fri"), ElementsAre(1, 2, 3, 4, 5));
  EXPECT_THAT(days("sat-mon"), ElementsAre(1, 6, 7));
  EXPECT_THAT(days("[sun, mon-wed]"), ElementsAre(1, 2, 3, 7));
  EXPECT_THAT(days("daily"), ElementsAre(1, 2, 3, 4, 5, 6, 7));
}

TEST(CallingWindows, MayTouchButNotOverlap) {
  EXPECT_THAT(
      messages(load_windows(R"([{days: mon, from: "09:00", to: "12:00"}, {days: mon, from: "12:00", to: "18:00"}])")
                   .diagnostics),
      IsEmpty());
  EXPECT_THAT(
      messages(load_windows(R"(
  - {days: mon-fri, from: "09:00", to: "20:00"}
  - {days: daily, from: "19:00", to: "21:00"}
  - {days: fri, from: "10:00", to: "11:00"}
  - {days: sun, from: "22:00", to: "09:01"})")
                   .diagnostics),
      ElementsAre("c.yaml:7:5: error: calling windows overlap on mon: 09:00-20:00 and 19:00-21:00; join them or "
                  "move one; the other is on line 6",
                  "c.yaml:8:5: error: calling windows overlap on fri: 09:00-20:00 and 10:00-11:00; join them or "
                  "move one; the other is on line 6",
                  "c.yaml:9:5: error: calling windows overlap on mon: 00:00-09:01 and 09:00-20:00; join them or "
                  "move one; the other is on line 6"));
}

// The short windows do not meet each other, only the long one that began before both.
TEST(CallingWindows, AreComparedWithEveryEarlierOneOfTheDay) {
  EXPECT_THAT(
      messages(load_windows(R"(
  - {days: mon, from: "09:00", to: "20:00"}
  - {days: mon, from: "10:00", to: "11:00"}
  - {days: mon, from: "12:00", to: "13:00"})")
                   .diagnostics),
      ElementsAre("c.yaml:7:5: error: calling windows overlap on mon: 09:00-20:00 and 10:00-11:00; join them or "
                  "move one; the other is on line 6",
                  "c.yaml:8:5: error: calling windows overlap on mon: 09:00-20:00 and 12:00-13:00; join them or "
                  "move one; the other is on line 6"));
}

TEST(CallingWindows, SayWhatIsWrong) {
  const Bad cases[] = {
      {"[]",
       "5:18: error: 'calling_windows' is an empty list; write it like [{days: mon-fri, from: \"09:00\", to: "
       "\"20:00\"}]"},
      {"09:00-20:00",
       "5:18: error: 'calling_windows' must be a list, not '09:00-20:00'; write it like [{days: mon-fri, "
       "from: \"09:00\", to: \"20:00\"}]"},
      {"[{days: mon, from: \"09:00\", to: \"25:00\"}]",
       "5:50: error: 'to' is no time of day: '25:00'; the day ends at \"24:00\"; across midnight write an "
       "earlier hour, from: \"22:00\", to: \"01:00\""},
      {"[{days: mon, from: \"24:00\", to: \"02:00\"}]",
       "5:37: error: 'from' cannot be 24:00; write \"00:00\" and the day that begins then"},
      {"[{days: mon, from: \"09:00\", to: \"24:01\"}]",
       "5:50: error: 'to' is no time of day: '24:01'; the day ends at \"24:00\"; across midnight write an "
       "earlier hour, from: \"22:00\", to: \"01:00\""},
      {"[{days: mon, from: \"09:00\", to: \"09:00\"}]",
       "5:37: error: the window is empty: 'from' and 'to' are both 09:00; for a whole day write from: \"00:00\", to: "
       "\"24:00\""},
      {"[{days: mon, from: \"09:00\", to: \"09:01\"}]",
       "5:37: error: the window is not longer than 'window_margin' (1m); widen the window or lower the margin; no call "
       "could ever start"},
      {"[{days: [mon-wed, tue], from: \"09:00\", to: \"20:00\"}]",
       "5:36: error: 'tue' is named twice in 'days'; name each day once"},
      {"[{days: \"mon,tue\", from: \"09:00\", to: \"20:00\"}]",
       "5:26: error: 'days' names several days in one text; write a list: [mon, wed-fri]"},
      {"[{days: mon-xyz, from: \"09:00\", to: \"20:00\"}]",
       "5:26: error: unknown day 'xyz'; use mon, tue, wed, thu, fri, sat, sun, a range such as mon-fri, or daily"},
      {"[{days: mon, from: \"09:00\"}]",
       "5:19: error: missing key 'to' in 'calling_windows'; add it, for example 'to: \"20:00\"'"},
      {"[{days: mon, from: \"09:00\", to: \"20:00\", zone: KR}]",
       "5:59: error: unknown key 'zone'; known keys here: days, from, to"},
  };
  for (const Bad& bad : cases) {
    EXPECT_THAT(messages(load_windows(bad.text).diagnostics), ElementsAre("c.yaml:" + std::string(bad.message)))
        << bad.text;
  }
}

TEST(RetryPolicy, SaysWhatIsWrong) {
  const Bad cases[] = {
      {"retry: {max_attempts: 101}", "6:23: error: 'max_attempts' is out of range: 101; use a value from 1 to 100"},
      {"retry: {reasons: {voicemail: done}}",
       "6:19: error: unknown disconnection reason 'voicemail'; did you mean 'voicemail_reached'?"},
      {"retry: {reasons: {dial_busy: {retry: []}}}",
       "6:38: error: 'retry' is an empty list; write it like [30m, 2h, next_day]"},
      {"retry: {reasons: {dial_busy: {retry: [500ms]}}}",
       "6:39: error: 'retry' is out of range: 500ms; use a value from 1s to 90d"},
      {"retry: {reasons: {dial_busy: {retry: [1m, 91d]}}}",
       "6:43: error: 'retry' is out of range: 91d; use a value from 1s to 90d"},
      {"retry: {reasons: {dial_busy: {retry: [30]}}}",
       "6:39: error: 'retry' has no unit: 30; write 30m for minutes, or s, h or d for another unit"},
      {"retry: {reasons: {dial_busy: {then: done}}}",
       "6:31: error: unknown key 'then'; known keys here: retry, max, different_daypart, next_caller_number, "
       "next_number"},
      {"retry: {reasons: {dial_busy: {max: 0}}}", "6:36: error: 'max' is out of range: 0; use a value from 1 to 100"},
      {"retry: {reasons: {insufficient_balance: done}}",
       "6:41: error: 'insufficient_balance' cannot be 'done'; use retry or hold: the provider refused the call, which "
       "is "
       "never the lead's attempt"},
      {"retry: {reasons: {hourly_call_limit_reached: {retry: 1h, max: 2}}}",
       "6:58: error: 'hourly_call_limit_reached' cannot have a 'max'; remove it: the provider refused the call, which "
       "is "
       "never the lead's attempt"},
  };
  expect_each(cases);
}

TEST(ValueSources, SayWhatIsWrong) {
  const Bad cases[] = {
      {"dynamic_variables: {agent_id: x}",
       "6:21: error: dynamic variable 'agent_id' is filled by the provider; choose another name, here and in the "
       "agent's "
       "prompt"},
      {"dynamic_variables: {\"{{name}}\": x}",
       "6:21: error: no name for a dynamic variable: '{{name}}'; write the name that stands between {{ and }} in the "
       "prompt, without blanks"},
      {"dynamic_variables: {a: {literl: x}}", "6:25: error: unknown key 'literl'; did you mean 'literal'?"},
      {"dynamic_variables: {a: {literal: x, field: y}}",
       "6:24: error: 'a' must have one source; write a lead field's name without braces, or {literal: TEXT}"},
      {"dynamic_variables: {a: [x]}", "6:24: error: 'a' must be text, not a list; write one value after the colon"},
      {"dynamic_variables: {a: \"x\\0y\"}",
       "6:24: error: 'a' holds a control character; remove the escape from the quoted text"},
      {"dynamic_variables: {a: x, a: y}", "6:27: error: duplicate key 'a'; keep one: the first is on line 6"},
      {"metadata: {attempt_id: x}", "6:12: error: metadata 'attempt_id' is filled by dialerd; choose another key"},
      {"metadata: {\"crm:id\": x}",
       "6:12: error: no key for metadata: 'crm:id'; use a key without ':', such as crm_id"},
  };
  expect_each(cases);
}

TEST(CampaignConfig, SaysWhatIsWrongWithAValue) {
  const Bad cases[] = {
      {"presentation_number: 02-1588",
       "6:22: error: 'presentation_number' is no number of 7 to 15 digits: '02-1588'; "
       "write digits alone, such as \"07011112222\""},
      {"region: kr", "6:9: error: unknown region 'kr'; use the two capital letters of a country, such as KR"},
      {"window_margin: 31m", "6:16: error: 'window_margin' is out of range: 31m; use a value from 0s to 30m"},
      {"limits: {per_day: 100000001}",
       "6:19: error: 'per_day' is out of range: 100000001; use a value from 1 to 100000000"},
      {"limits: {per_minute: 5, per_minute: 6}",
       "6:25: error: duplicate key 'per_minute'; keep one: the first is on line 6"},
      {"leads: {fields: {name: }}", "6:18: error: 'name' is empty; give it a value or remove the key"},
      {"leads: {columns: {}}",
       "6:9: error: unknown key 'columns'; known keys here: number, fields, alternates, timezone, consent_at, "
       "consent_expires_at, night_consent, call_at, expires_at"},
      {"account: other", "6:1: error: duplicate key 'account'; keep one: the first is on line 2"},
  };
  expect_each(cases);
  EXPECT_THAT(
      problems(std::string(windows) + "campaign: a\naccount: b\nagent: {id: 2b0c7b1e-5d3f-4e0a-9c53-6f1f6a7a9f10, "
                                      "version: v0}\ncaller_numbers: [\"07011112222\", \"07011112222\"]\n"),
      ElementsAre("c.yaml:4:60: error: 'version' is no agent version: 'v0'; use production, current, or a number "
                  "such as v3",
                  "c.yaml:5:33: error: 'caller_numbers' has 07011112222 twice; keep one"));
}

}  // namespace
}  // namespace dialerd::config
