#include "storage/lead_story.h"

#include "rules_fixture.h"

namespace dialerd::test {
namespace {

using namespace std::chrono_literals;

class LeadStoryTest : public RulesTest {
 protected:
  storage::LeadStory story(campaign::LeadId lead, const storage::ClaimRules& rules = {}, std::size_t entries = 10) {
    return must(storage::lead_story(session_, lead, rules, entries)).value();
  }
};

TEST_F(LeadStoryTest, ALeadIsFoundByItsIdOrItsNumber) {
  const auto other = other_campaign("other");
  const auto lead = add_lead("1001");
  const auto twin = add_lead_of(other.campaign, "1001");
  EXPECT_EQ(must(storage::find_lead(session_, lead)).value().campaign_name, "spring");
  EXPECT_FALSE(must(storage::find_lead(session_, campaign::LeadId{99})));
  const auto all = must(storage::find_leads(session_, "1001", std::nullopt));
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[1].lead, twin);
  EXPECT_EQ(all[1].account, "other");
  EXPECT_EQ(must(storage::find_leads(session_, "1001", campaign_)).size(), 1U);
  EXPECT_TRUE(must(storage::find_leads(session_, "1002", std::nullopt)).empty());
  EXPECT_FALSE(must(storage::lead_story(session_, campaign::LeadId{99}, {}, 1)));
}

TEST_F(LeadStoryTest, TellsHowALeadStands) {
  const auto lead = add_lead("1001", "alternates, timezone, expires_at", "array['1002'], 'Asia/Tokyo', '2031-01-01Z'");
  database_.rows("update dialerd.lead_state set number_index = 1");
  must(session_.set_wish(campaign_, campaign::CampaignWish::paused, "complaints", "ops"));
  must(session_.set_conditions(owner_, {{std::nullopt, "", "insufficient_balance", wall_now(), std::nullopt},
                                        {campaign_, "0212345678", "rested", wall_now(), wall_now() + 1h},
                                        {campaign::CampaignId{1}, "", "learned", wall_now(), std::nullopt}}));
  const auto told = story(lead, with_list("dnc"));
  EXPECT_EQ(told.reference.campaign, campaign_);
  EXPECT_EQ(told.region, "KR");
  EXPECT_EQ(told.wish, campaign::CampaignWish::paused);
  EXPECT_EQ(told.wish_reason, "complaints");
  EXPECT_EQ(told.blocked, "list_missing:dnc");
  ASSERT_EQ(told.conditions.size(), 3U);
  EXPECT_EQ(told.to_number, "1001");
  EXPECT_EQ(told.alternates, std::vector<std::string>{"1002"});
  EXPECT_EQ(told.next_number, "1002");
  EXPECT_EQ(told.timezone, "Asia/Tokyo");
  EXPECT_EQ(told.facts.clock, "Asia/Tokyo");
  EXPECT_TRUE(told.facts.expires_at);
  EXPECT_EQ(told.state, campaign::LeadState::ready);
  EXPECT_LT(std::chrono::abs(told.next_at - (told.now - 1h)), 10s);
  EXPECT_FALSE(told.open_attempt);
  EXPECT_FALSE(told.call_under_way);
}

TEST_F(LeadStoryTest, TellsWhatWasDecidedTheLatestFirst) {
  const auto lead = add_lead("1001");
  const auto claimed = claim(1).at(0);
  EXPECT_EQ(story(lead).open_attempt, claimed.attempt);
  EXPECT_TRUE(story(lead).call_under_way);
  EXPECT_EQ(story(lead).entries.at(0).state, "dialing");
  auto end = ended(claimed);
  end.lead_state = campaign::LeadState::ready;
  end.next_at = wall_now() - 1h;
  end.decision = "retry";
  end.disposition = "dial_no_answer";
  end.from_number = "0212345678";
  end.call_started = wall_now() - 10s;
  end.call_ended = wall_now() - 5s;
  must(settle(end));
  EXPECT_EQ(claim_with(with_cap(config::FrequencyCap::Counts::attempts, 1, 24h)).deferred, 1);

  const auto told = story(lead);
  ASSERT_EQ(told.entries.size(), 2U);
  EXPECT_EQ(told.entries[0].code, "frequency_cap:1_attempts_in_1d");
  EXPECT_TRUE(told.entries[0].until);
  EXPECT_FALSE(told.entries[0].attempt);
  EXPECT_EQ(told.entries[1].code, "retry");
  EXPECT_EQ(told.entries[1].attempt, claimed.attempt);
  EXPECT_EQ(told.entries[1].state, "ended");
  EXPECT_EQ(told.entries[1].disposition, "dial_no_answer");
  EXPECT_EQ(told.entries[1].from_number, "0212345678");
  EXPECT_EQ(told.entries[1].to_number, "1001");
  EXPECT_EQ(told.entries[1].conversation, std::optional(false));
  EXPECT_TRUE(told.entries[1].call_started);
  EXPECT_EQ(story(lead, {}, 1).entries.size(), 1U);
}

TEST_F(LeadStoryTest, CountsAsTheClaimDoes) {
  const auto lead = add_lead("1001", "alternates", "array['1002']");
  database_.rows("update dialerd.lead_state set number_index = 1");
  past_call("1001", 25h, "user_hangup", true);
  past_call("1002", 1h, "dial_no_answer", false);
  past_call("1002", 2h, "orphaned_no_agent_pickup", false);
  using Counts = config::FrequencyCap::Counts;
  auto rules = with_cap(Counts::attempts, 2, 7 * 24h);
  rules.frequency_caps.push_back({Counts::attempts, 3, 24h});
  rules.frequency_caps.push_back({Counts::conversations, 1, 24h});
  rules.lock_outs = {{"conversation", 48h}, {"orphaned_no_agent_pickup", 1h}, {"orphaned_no_agent_pickup", 72h}};
  const auto told = story(lead, rules);
  ASSERT_EQ(told.caps.size(), 3U);
  EXPECT_EQ(told.caps[0].used, 2) << "of the number, which has more than the person";
  ASSERT_TRUE(told.caps[0].frees_at);
  EXPECT_LT(std::chrono::abs(*told.caps[0].frees_at - (told.now + 7 * 24h - 2h)), 2min);
  EXPECT_EQ(told.caps[0].code, "frequency_cap:2_attempts_in_7d");
  EXPECT_EQ(told.caps[1].used, 2);
  EXPECT_FALSE(told.caps[1].frees_at);
  EXPECT_EQ(told.caps[2].used, 0);
  ASSERT_EQ(told.lock_outs.size(), 3U);
  EXPECT_LT(std::chrono::abs(told.lock_outs[0].until.value() - (told.now + 23h)), 10s);
  EXPECT_FALSE(told.lock_outs[1].until);
  EXPECT_LT(std::chrono::abs(told.lock_outs[2].until.value() - (told.now + 70h)), 10s);

  EXPECT_EQ(claim_with(rules).deferred, 1);
  EXPECT_LT(std::chrono::abs(story(lead).next_at - *told.caps[0].frees_at), 10ms) << "the last of all to end";
}

TEST_F(LeadStoryTest, TellsWhatSuppresses) {
  const auto lead = add_lead("1001");
  database_.rows(
      "select dialerd.suppress('KR', '1001', 'a court order', 'legal', account => 'main');"
      "select dialerd.suppress('KR', '1001', expires_at => now())");
  const auto told = story(lead);
  ASSERT_EQ(told.suppressed_by.size(), 1U);
  EXPECT_EQ(told.suppressed_by[0].reason, "a court order");
  EXPECT_EQ(told.suppressed_by[0].source, "legal");
  EXPECT_EQ(told.suppressed_by[0].scope.account, "main");
}

}  // namespace
}  // namespace dialerd::test
