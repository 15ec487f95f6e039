#include "campaign_fixture.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dialerd::config {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(Rules, TakeEveryKey) {
  const auto loaded = load_with(R"(allowed_hours:
  - {from: "08:00", to: "21:00", unless: night_consent}
  - {from: "00:00", to: "24:00", source: our own rule}
called_party_time: true
lead_timezone: [column, number]
frequency_caps: [{attempts: 7, per: 7d}, {conversations: 1, per: 12h}]
lock_outs: [{after: conversation, for: 7d}, {after: orphaned_no_agent_pickup, for: 72h}]
consent: {required: true, max_age: 730d}
suppression: {required: [dnc-kr, {list: nat-dnc, max_age: 31d}]}
leads: {consent_at: 동의일, timezone: 시간대}
)");
  ASSERT_THAT(messages(loaded.diagnostics), IsEmpty());
  ASSERT_EQ(loaded.value->rules.size(), 1U);
  const Rules& rules = loaded.value->rules[0];
  EXPECT_EQ(rules.origin, "campaign");
  EXPECT_THAT(rules.hours, ElementsAre(AllowedHours{480, 1260, true}, AllowedHours{0, 1440, false}));
  EXPECT_TRUE(rules.called_party_time);
  EXPECT_THAT(rules.frequency_caps, ElementsAre(FrequencyCap{FrequencyCap::Counts::attempts, 7, std::chrono::days(7)},
                                                FrequencyCap{FrequencyCap::Counts::conversations, 1, 12h}));
  EXPECT_THAT(rules.lock_outs,
              ElementsAre(LockOut{"conversation", std::chrono::days(7)}, LockOut{"orphaned_no_agent_pickup", 72h}));
  EXPECT_TRUE(rules.consent.required);
  EXPECT_EQ(rules.consent.max_age, std::chrono::days(730));
  ASSERT_EQ(rules.required_lists.size(), 2U);
  EXPECT_EQ(rules.required_lists[0].name, "dnc-kr");
  EXPECT_EQ(rules.required_lists[0].max_age, std::nullopt);
  EXPECT_EQ(rules.required_lists[1].name, "nat-dnc");
  EXPECT_EQ(rules.required_lists[1].max_age, std::chrono::days(31));
}

TEST(Rules, ThatSayNothingAreNone) {
  const auto loaded = load_with("called_party_time: false\nconsent: {required: false}\n");
  ASSERT_THAT(messages(loaded.diagnostics), IsEmpty());
  EXPECT_THAT(loaded.value->rules, IsEmpty());
}

TEST(Rules, SayWhatIsWrong) {
  const Bad cases[] = {
      {"allowed_hours: {from: \"08:00\", to: \"21:00\"}",
       "6:16: error: 'allowed_hours' must be a list, not a map; write it like [{from: \"08:00\", to: \"21:00\"}]"},
      {"allowed_hours: [{from: \"21:00\", to: \"08:00\"}]",
       "6:24: error: the allowed hours end at 08:00, not after they begin at 21:00; write a stretch of one day, such "
       "as from: \"08:00\", to: \"21:00\""},
      {"allowed_hours: [{from: \"08:00\", to: \"21:00\", unless: consent}]",
       "6:54: error: 'unless' cannot be 'consent'; did you mean 'night_consent'?"},
      {"called_party_time: 1",
       "6:20: error: 'called_party_time' must be true or false, not '1'; write true or false, without quotes"},
      {"frequency_caps: [{attempts: 7}]",
       "6:18: error: missing key 'per' in 'frequency_caps'; add it, for example 'per: 7d'"},
      {"frequency_caps: [{per: 7d}]",
       "6:18: error: a frequency cap without what it counts; write it like {attempts: 7, per: 7d}"},
      {"frequency_caps: [{attempts: 7, conversations: 1, per: 7d}]",
       "6:18: error: a frequency cap counts either attempts or conversations; write two caps"},
      {"frequency_caps: [{attempts: 0, per: 7d}]",
       "6:29: error: 'attempts' is out of range: 0; use a value from 1 to 1000"},
      {"frequency_caps: [{attempts: 1, per: 59s}]",
       "6:37: error: 'per' is out of range: 59s; use a value from 1m to 366d"},
      {"frequency_caps: [{atempts: 1, per: 1d}]",
       "6:18: error: a frequency cap without what it counts; write it like {attempts: 7, per: 7d}"},
      {"lock_outs: [{after: conversations, for: 7d}]",
       "6:21: error: 'after' cannot be 'conversations'; did you mean 'conversation'?"},
      {"lock_outs: [{after: insufficient_balance, for: 7d}]",
       "6:21: error: 'after' cannot be 'insufficient_balance'; write one of: conversation, user_hangup, agent_hangup, "
       "call_transfer, max_duration_reached, inactivity, voicemail_reached, dial_no_answer, dial_busy, dial_declined, "
       "dial_failed, flow_error, error_voxai, orphaned_no_agent_pickup"},
      {"lock_outs: [{after: conversation}]",
       "6:13: error: missing key 'for' in 'lock_outs'; add it, for example 'for: 7d'"},
      {"consent: {max_age: 730d}",
       "6:10: error: missing key 'required' in 'consent'; add it, for example 'required: true'"},
      {"consent: {required: false, max_age: 730d}",
       "6:37: error: 'max_age' of a consent that is not required; write required: true, or remove it"},
      {"suppression: [dnc]", "6:14: error: 'suppression' must be a map, not a list; write 'key: value' lines under it"},
      {"suppression: {required: []}",
       "6:25: error: 'required' is an empty list; write it like [dnc-kr, {list: nat-dnc, max_age: 31d}]"},
      {"suppression: {required: [DNC]}",
       "6:26: error: 'DNC' is no name for a suppression list; use lower-case letters, digits, '-' and '_', at most 63, "
       "the first a letter or digit"},
      {"suppression: {required: [dnc, {list: dnc, max_age: 31d}]}",
       "6:31: error: the list 'dnc' is required twice; keep one"},
      {"suppression: {required: [{list: dnc, age: 31d}]}",
       "6:38: error: unknown key 'age'; known keys here: list, max_age, source"},
  };
  for (const Bad& bad : cases) {
    EXPECT_THAT(problems_with(bad.text), testing::Contains("c.yaml:" + std::string(bad.message))) << bad.text;
  }
}

TEST(LeadColumns, TakeEveryKey) {
  const auto loaded = load_with(R"(lead_timezone: column
leads:
  number: 전화번호
  alternates: [휴대폰2, 집전화]
  timezone: 시간대
  consent_at: 동의일
  consent_expires_at: 동의만료
  night_consent: 야간동의
  call_at: 예약시각
  expires_at: 만료
  fields: {name: 고객명}
)");
  ASSERT_THAT(messages(loaded.diagnostics), IsEmpty());
  const LeadColumns& leads = loaded.value->leads;
  EXPECT_EQ(leads.number, "전화번호");
  EXPECT_THAT(leads.alternates, ElementsAre("휴대폰2", "집전화"));
  EXPECT_EQ(leads.timezone, "시간대");
  EXPECT_EQ(leads.consent_at, "동의일");
  EXPECT_EQ(leads.consent_expires_at, "동의만료");
  EXPECT_EQ(leads.night_consent, "야간동의");
  EXPECT_EQ(leads.call_at, "예약시각");
  EXPECT_EQ(leads.expires_at, "만료");
  EXPECT_THAT(loaded.value->lead_timezone, ElementsAre(ZoneSource::column));
}

TEST(LeadColumns, SayWhatIsWrong) {
  const Bad cases[] = {
      {"leads: {alternates: 휴대폰2}",
       "6:21: error: 'alternates' must be a list, not '휴대폰2'; write it like [휴대폰2]"},
      {"leads: {alternates: [a, b, a]}",
       "6:28: error: the column 'a' holds another of the lead's numbers already; name each column once"},
      {"leads: {number: a, alternates: [a]}",
       "6:33: error: the column 'a' holds another of the lead's numbers already; name each column once"},
      {"leads: {night_concent: a}", "6:9: error: unknown key 'night_concent'; did you mean 'night_consent'?"},
      {"lead_timezone: [number, number]", "6:25: error: 'number' stands twice in 'lead_timezone'; keep one"},
      {"lead_timezone: numbr", "6:16: error: 'lead_timezone' cannot be 'numbr'; did you mean 'number'?"},
      {"lead_timezone: []", "6:16: error: 'lead_timezone' is an empty list; write it like [column, number, campaign]"},
  };
  expect_each(cases);
}

}  // namespace
}  // namespace dialerd::config
