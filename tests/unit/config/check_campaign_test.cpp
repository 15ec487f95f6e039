#include "campaign_fixture.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dialerd::config {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(CheckCampaign, FindsWhatWouldHoldEveryLead) {
  const Bad cases[] = {
      {"called_party_time: true",
       "6:20: error: the campaign goes by the called party's time, which 'lead_timezone' does not tell; add "
       "'lead_timezone: [column, number]'; every lead would be held"},
      {"policies: [us-reg-f]",
       "6:11: error: the policy pack 'us-reg-f' goes by the called party's time, which 'lead_timezone' does not tell; "
       "add 'lead_timezone: [column, number]'; every lead would be held"},
      {"policies: [kr-advertising]",
       "6:11: error: the policy pack 'kr-advertising' requires consent, but no column says when it was given; add "
       "consent_at to leads; every lead would be held"},
      {"consent: {required: true}",
       "6:10: error: the campaign requires consent, but no column says when it was given; add consent_at to leads; "
       "every lead would be held"},
  };
  expect_each(cases);
}

TEST(CheckCampaign, FindsKeysThatCanHaveNoEffect) {
  const Bad cases[] = {
      {"lead_timezone: [column, campaign]",
       "6:16: error: 'lead_timezone' names a column that 'leads' does not; add timezone to leads, or remove column "
       "here"},
      {"leads: {timezone: 시간대}",
       "6:9: error: the leads' timezone is not used; add 'lead_timezone: [column, campaign]', or remove it"},
      {"retry: {reasons: {dial_busy: {next_caller_number: true}}}",
       "6:31: error: 'next_caller_number' with one caller number; add another to caller_numbers, or remove it"},
      {"retry: {reasons: {dial_busy: {next_number: true}}}",
       "6:31: error: 'next_number', but leads have one number; add alternates to leads, or remove it"},
  };
  expect_each(cases);
}

TEST(CheckCampaign, FindsCampaignsThatCouldNeverCall) {
  const Bad cases[] = {
      {"start_date: 2026-09-02\nend_date: 2026-09-01",
       "7:11: error: 'end_date' is before 'start_date' (2026-09-02); correct one of them; no call could ever start"},
      {"allowed_hours: [{from: \"08:00\", to: \"12:00\"}, {from: \"12:00\", to: \"21:00\"}]",
       "6:16: error: the allowed hours have no time in common; all of them hold, so widen one; no call could ever "
       "start"},
      {"allowed_hours: [{from: \"20:00\", to: \"21:00\"}]",
       "5:18: error: no calling window lies in the allowed hours, 20:00-21:00; move a window; no call could ever "
       "start"},
      {"allowed_hours: [{from: \"19:59\", to: \"21:00\"}]",
       "5:18: error: no calling window lies in the allowed hours, 19:59-21:00; move a window; no call could ever "
       "start"},
      {"policies: [kr-collection]\nallowed_hours: [{from: \"00:00\", to: \"08:00\"}]",
       "6:11: error: the allowed hours have no time in common; all of them hold, so widen one; no call could ever "
       "start"},
  };
  for (const Bad& bad : cases) {
    EXPECT_THAT(problems_with(bad.text), ElementsAre("c.yaml:" + std::string(bad.message))) << bad.text;
  }
  for (const std::string_view good :
       {"start_date: 2026-09-01\nend_date: 2026-09-01", "allowed_hours: [{from: \"19:58\", to: \"21:00\"}]",
        "allowed_hours: [{from: \"20:00\", to: \"21:00\", unless: night_consent}]",
        "policies: [kr-collection]\nallowed_hours: [{from: \"10:00\", to: \"22:00\"}]"}) {
    EXPECT_THAT(problems_with(good), IsEmpty()) << good;
  }
}

// What was reported already is not reported once more as its own consequence.
TEST(CheckCampaign, DoesNotRepeatAReader) {
  const Bad cases[] = {
      {"called_party_time: true\nlead_timezone: [colum]",
       "7:17: error: 'lead_timezone' cannot be 'colum'; did you mean 'column'?"},
      {"pacing: even\nlimits: {per_day: many}",
       "7:19: error: 'per_day' must be a whole number, not 'many'; write digits alone, such as 1"},
      {"consent: {required: true}\nleads: {consent_at: []}",
       "7:21: error: 'consent_at' must be text, not a list; write one value after the colon"},
  };
  expect_each(cases);
}

}  // namespace
}  // namespace dialerd::config
