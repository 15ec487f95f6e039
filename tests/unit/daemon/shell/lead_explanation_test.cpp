#include "daemon/lead_explanation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dialerd::daemon {
namespace {

using campaign::WallTime;
using std::chrono::hours;
using std::chrono::minutes;
using testing::HasSubstr;
using testing::Not;

const WallTime morning = std::chrono::sys_days{std::chrono::year{2026} / 11 / 24};  // Tuesday 09:00 in Seoul

config::CampaignConfig office_hours() {
  config::CampaignConfig config;
  config.name = "spring";
  config.timezone = "Asia/Seoul";
  for (std::uint8_t day = 1; day <= 5; ++day) config.calling_windows.push_back({day, 9 * 60, 17 * 60});
  config.window_margin = std::chrono::seconds{0};
  return config;
}

storage::LeadStory ready_lead() {
  storage::LeadStory story;
  story.reference.lead = campaign::LeadId{42};
  story.reference.campaign_name = "spring";
  story.to_number = "01012345678";
  story.next_number = "01012345678";
  story.now = morning;
  story.next_at = morning - hours{1};
  story.facts.created_at = morning - hours{24};
  return story;
}

NextCall next_call_of(const storage::LeadStory& story, const config::CampaignConfig& config = office_hours()) {
  return next_call(story, campaign::Gate(config));
}

TEST(LeadExplanation, ADueLeadInAnOpenWindowWaitsForItsTurnAlone) {
  NextCall next = next_call_of(ready_lead());
  EXPECT_EQ(next.at, morning);
  EXPECT_EQ(next.rule, "");
  std::string text = explain(ready_lead(), nullptr);
  EXPECT_THAT(text, HasSubstr("not configured any more"));
  config::CampaignConfig config = office_hours();
  text = explain(ready_lead(), &config);
  EXPECT_THAT(text, HasSubstr("its turn"));
  EXPECT_THAT(text, HasSubstr("010****5678"));
  EXPECT_THAT(text, Not(HasSubstr("01012345678")));
}

TEST(LeadExplanation, TheRuleThatPutsItOffTheLongestDecides) {
  storage::LeadStory story = ready_lead();
  story.now = morning + hours{9};  // 18:00
  EXPECT_EQ(next_call_of(story).rule, "calling_window");
  EXPECT_EQ(next_call_of(story).at, morning + hours{24});

  config::FrequencyCap cap{config::FrequencyCap::Counts::attempts, 7, hours{7 * 24}};
  story.caps.push_back({cap, "frequency_cap:7_attempts_in_7d", 7, morning + hours{26}});
  EXPECT_EQ(next_call_of(story).rule, "frequency_cap:7_attempts_in_7d");
  EXPECT_EQ(next_call_of(story).at, morning + hours{26});

  story.caps[0].frees_at = morning + hours{34};  // Wednesday 19:00: by then the window decides again
  EXPECT_EQ(next_call_of(story).rule, "calling_window");
  EXPECT_EQ(next_call_of(story).at, morning + hours{48});
}

TEST(LeadExplanation, WhatOnlyAPersonCanChangeHasNoTime) {
  storage::LeadStory story = ready_lead();
  story.wish = campaign::CampaignWish::paused;
  story.wish_reason = "the script is wrong";
  EXPECT_EQ(next_call_of(story).at, std::nullopt);
  EXPECT_EQ(next_call_of(story).rule, "paused");
  config::CampaignConfig config = office_hours();
  EXPECT_THAT(explain(story, &config), HasSubstr("the script is wrong"));

  story = ready_lead();
  story.blocked = "list_stale:dnc";
  EXPECT_EQ(next_call_of(story).rule, "list_stale:dnc");
  EXPECT_THAT(explain(story, &config), HasSubstr("dialerd suppress load"));

  story = ready_lead();
  story.facts.expires_at = morning - hours{1};
  EXPECT_EQ(next_call_of(story).rule, "expired");
}

TEST(LeadExplanation, ARetrySaysWhichDecisionMadeItDue) {
  storage::LeadStory story = ready_lead();
  story.next_at = morning + minutes{30};
  storage::StoryEntry entry;
  entry.at = morning - minutes{1};
  entry.code = "retry";
  entry.attempt = campaign::AttemptId{};
  entry.state = "ended";
  entry.disposition = "dial_busy";
  entry.to_number = "01012345678";
  story.entries.push_back(entry);
  EXPECT_EQ(next_call_of(story).rule, "retry");
  EXPECT_EQ(in_words("retry"), "the retry policy has it called again");
  EXPECT_EQ(next_call_of(story).at, morning + minutes{30});
  config::CampaignConfig config = office_hours();
  std::string text = explain(story, &config);
  EXPECT_THAT(text, HasSubstr("dial_busy"));
  EXPECT_THAT(text, HasSubstr("2026-11-24 09:30:00 KST"));
}

storage::StoryEntry attempt_entry(const std::string& state) {
  storage::StoryEntry entry;
  entry.attempt = campaign::parse_attempt_id("01890a5d-ac96-774b-bcce-b302099a8057");
  entry.state = state;
  entry.to_number = "01012345678";
  return entry;
}

constexpr const char* resolve_command = "`dialerd resolve 01890a5d-ac96-774b-bcce-b302099a8057 placed|not-placed";

TEST(LeadExplanation, WhatAPersonCanResolveComesWithTheCommand) {
  storage::LeadStory story = ready_lead();
  story.state = campaign::LeadState::held;
  story.outcome = "abandoned";
  story.entries = {attempt_entry("abandoned")};
  EXPECT_THAT(explain(story, nullptr), HasSubstr(resolve_command));
  story.outcome = "consent_missing";
  EXPECT_THAT(explain(story, nullptr), Not(HasSubstr("dialerd resolve")));
  story.outcome = "abandoned";
  story.entries = {attempt_entry("ended"), attempt_entry("abandoned")};
  EXPECT_THAT(explain(story, nullptr), Not(HasSubstr("dialerd resolve"))) << "that was an earlier call";

  story.state = campaign::LeadState::active;
  story.entries = {attempt_entry("unknown")};
  story.open_attempt = story.entries[0].attempt;
  EXPECT_THAT(explain(story, nullptr), HasSubstr(resolve_command));
  story.entries = {attempt_entry("in_progress")};
  EXPECT_THAT(explain(story, nullptr), Not(HasSubstr("dialerd resolve"))) << "there is no doubt about it";
}

TEST(LeadExplanation, APersonsDecisionIsToldWithoutNumbers) {
  storage::LeadStory story = ready_lead();
  storage::StoryEntry entry;
  entry.code = "resolved_not_placed";
  entry.detail = "by kim: 010-1234-5678 was not called";
  story.entries = {entry};
  EXPECT_THAT(explain(story, nullptr), HasSubstr("a person says that no call was placed [resolved_not_placed], by kim: "
                                                 "010-****-5678 was not called\n"));
}

TEST(LeadExplanation, EveryCodeThatIsKnownHasWords) {
  for (const char* rule :
       {"calling_window", "holiday:Chuseok", "allowed_hours:kr-advertising", "consent_missing", "timezone_unknown",
        "lock_out:conversation", "list_missing:dnc", "frequency_cap:7_attempts_in_7d", "max_attempts", "suppressed",
        "expired", "callback", "call_under_way", "not_sent"}) {
    EXPECT_NE(in_words(rule), rule);
  }
  // Why a claimed lead was not dialled: the engine's words, those of the gate among them.
  for (const char* why :
       {"draining", "suspended", "yielding", "paused", "held_off", "send_deadline", "no_caller_number",
        "calling_window", "campaign_ended", "holidays_unknown", "no_calling_window", "before_start",
        "consent_in_future", "consent_expired", "expired", "max_per_day"}) {
    EXPECT_THAT(in_words(std::string("not_sent:") + why),
                testing::AllOf(testing::StartsWith("not dialled: "), Not(testing::EndsWith(std::string(": ") + why))));
  }
  EXPECT_EQ(in_words("a_reason_of_next_year"), "a_reason_of_next_year");
}

}  // namespace
}  // namespace dialerd::daemon
