// Which leads a claim takes, and in which order: the clocks that are open, callbacks first.
#include "rules_fixture.h"

namespace dialerd::test {
namespace {

using namespace std::chrono_literals;

class Clocks : public RulesTest {
 protected:
  storage::ClaimResult claim_at(const std::vector<std::string>& clocks, std::size_t count = 10) {
    auto asked = request(count);
    asked.clocks = clocks;
    return must(session_.claim(asked));
  }
  static std::vector<std::string> numbers(const storage::ClaimResult& result) {
    std::vector<std::string> found;
    for (const auto& lead : result.leads) found.push_back(lead.to_number);
    return found;
  }
  using Numbers = std::vector<std::string>;
  void due_ago(const std::string& number, const std::string& ago) const {
    database_.rows("update dialerd.lead_state s set next_at = now() - interval '" + ago +
                   "' from dialerd.lead l where l.lead_id = s.lead_id and l.to_number = '" + number + "'");
  }
};

TEST_F(Clocks, OnlyLeadsOfTheAskedClocksAreClaimedInDueOrderOverAllOfThem) {
  add_lead("1001");
  add_lead("1002", "timezone", "'America/New_York'");
  add_lead("1003", "timezone, night_consent", "'America/New_York', true");
  add_lead("1004", "timezone", "'Asia/Tokyo'");
  add_lead("1005", "night_consent", "true");
  due_ago("1002", "3 hours");
  due_ago("1004", "2 hours");
  due_ago("1001", "1 hour");

  auto none = claim_at({});
  EXPECT_TRUE(none.leads.empty());
  EXPECT_TRUE(none.any_ready);
  EXPECT_EQ(none.next_due, std::nullopt);
  auto closed = claim_at({"Europe/Paris"});
  EXPECT_TRUE(closed.leads.empty());
  EXPECT_TRUE(closed.any_ready);
  EXPECT_EQ(closed.next_due, std::nullopt);

  const auto some = claim_at({"America/New_York", "", "America/New_York", "Asia/Tokyo"});
  EXPECT_EQ(numbers(some), (Numbers{"1002", "1004", "1001"})) << "each once, whatever is asked for twice";
  EXPECT_EQ(some.leads[0].facts.clock, "America/New_York");
  EXPECT_TRUE(some.any_ready);
  EXPECT_EQ(numbers(claim_at({"+night"})), Numbers{"1005"});
  EXPECT_EQ(numbers(claim_at({"America/New_York+night"})), Numbers{"1003"});
  EXPECT_FALSE(claim_at({"+night"}).any_ready);
}

TEST_F(Clocks, NextDueIsThatOfTheAskedClocks) {
  add_lead("1001");
  add_lead("1002", "timezone", "'Asia/Tokyo'");
  database_.rows("update dialerd.lead_state set next_at = now() + lead_id * interval '100 seconds'");
  const auto result = claim_at({"Asia/Tokyo"});
  ASSERT_TRUE(result.next_due);
  EXPECT_GT(*result.next_due, 190s);
  EXPECT_LE(*result.next_due, 200s);
}

TEST_F(Clocks, CallbacksInsideTheirToleranceComeFirstAndLateOnesInTheirPlace) {
  add_lead("1001");
  add_lead("1002");
  for (const std::string number : {"1003", "1004", "1005", "1006"}) add_lead(number, "call_at", "now()");
  due_ago("1001", "3 hours");
  due_ago("1002", "1 hour");
  due_ago("1003", "2 hours");  // late
  due_ago("1004", "10 minutes");
  due_ago("1005", "14 minutes");
  due_ago("1006", "-1 minute");  // not yet
  auto asked = request(3);
  EXPECT_EQ(numbers(must(session_.claim(asked))), (Numbers{"1005", "1004", "1001"}));
  EXPECT_EQ(numbers(claim_at({""})), (Numbers{"1003", "1002"}));
}

TEST_F(Clocks, TheToleranceIsTheCampaigns) {
  add_lead("1001");
  add_lead("1002", "call_at", "now()");
  due_ago("1002", "10 minutes");
  auto asked = request(1);
  asked.rules.callback_tolerance = 5min;
  EXPECT_EQ(numbers(must(session_.claim(asked))), Numbers{"1001"});
}

TEST_F(Clocks, BringsTheFactsThatTheRulesAskFor) {
  add_lead("1001",
           "alternates, timezone, night_consent, consent_at, consent_expires_at, expires_at, created_at, call_at",
           "array['1002','1003'], 'Asia/Tokyo', true, '2024-01-02 03:04:05.678Z', '2030-01-01Z', 'infinity', "
           "'2023-05-06Z', now() - interval '1 minute'");
  database_.rows("update dialerd.lead_state set attempts = 3, reason_counts = 'busy=1', number_index = 2");
  auto asked = request(1);
  asked.clocks = {"Asia/Tokyo+night"};
  const auto lead = must(session_.claim(asked)).leads.at(0);
  const auto check = [](const campaign::LeadFacts& facts) {
    EXPECT_EQ(facts.clock, "Asia/Tokyo+night");
    EXPECT_TRUE(facts.callback);
    EXPECT_EQ(facts.consent_at, campaign::WallTime{1704164645678ms});
    EXPECT_EQ(facts.consent_expires_at, campaign::WallTime{1893456000000ms});
    EXPECT_GT(facts.expires_at.value(), wall_now() + 1000 * 24h);
    EXPECT_EQ(facts.created_at, campaign::WallTime{1683331200000ms});
    EXPECT_EQ(facts.number_index, 2);
    EXPECT_EQ(facts.number_count, 3);
    EXPECT_EQ(facts.attempts, 3);
    EXPECT_EQ(facts.reason_counts, "busy=1");
  };
  EXPECT_EQ(lead.to_number, "1003");
  check(lead.facts);
  const auto again = must(session_.read_back(asked)).leads.at(0);
  EXPECT_EQ(again.to_number, "1003");
  check(again.facts);
  const auto open = must(session_.history("main")).open.at(0);
  EXPECT_EQ(open.to_number, "1003");
  check(open.facts);
}

TEST_F(Clocks, AnAlternateThatIsGoneIsTheOwnNumber) {
  add_lead("1001");
  database_.rows("update dialerd.lead_state set number_index = 2");
  const auto lead = claim(1).at(0);
  EXPECT_EQ(lead.to_number, "1001");
  EXPECT_EQ(lead.facts.number_index, 0);
}

TEST_F(Clocks, AreListedForEachCampaign) {
  const auto other = other_campaign("other");
  add_lead("1001");
  add_lead("1002");
  add_lead("1003", "timezone", "'Asia/Tokyo'");
  add_lead("1004", "timezone", "'Europe/Paris'");
  add_lead_of(other.campaign, "1001", "night_consent", "true");
  database_.rows("update dialerd.lead_state set state = 'done' where clock = 'Europe/Paris'");
  const auto clocks = must(session_.clocks({other.campaign, campaign::CampaignId{99}, campaign_}));
  const std::vector<std::vector<std::string>> expected = {{"+night"}, {}, {"", "Asia/Tokyo"}};
  EXPECT_EQ(clocks, expected);
}

TEST_F(Clocks, WhatAnOperatorChangesInALeadIsFollowed) {
  const auto lead = add_lead("1001");
  database_.rows("update dialerd.lead set timezone = 'Asia/Tokyo', night_consent = true");
  EXPECT_EQ(must(session_.clocks({campaign_})).at(0), std::vector<std::string>{"Asia/Tokyo+night"});
  database_.rows(
      "update dialerd.lead set call_at = now() + interval '2 hours', timezone = null, night_consent = false");
  EXPECT_NEAR(static_cast<double>(due_in(lead).count()), 7200, 5);
  EXPECT_EQ(database_.value("select clock = '' and callback from dialerd.lead_state"), "t");
  database_.rows("update dialerd.lead set call_at = null");
  EXPECT_LE(due_in(lead), 0s);
  EXPECT_FALSE(claim(1).at(0).facts.callback);
}

TEST_F(Clocks, ACallbackPromisedDuringTheCallIsKept) {
  add_lead("1001");
  auto settlement = ended(claim(1).at(0));
  database_.rows("update dialerd.lead set call_at = date_trunc('second', now()) + interval '3 hours'");
  settlement.lead_state = campaign::LeadState::ready;
  settlement.next_at = wall_now() + 24h;
  must(settle(settlement));
  EXPECT_EQ(database_.value(
                "select callback and next_at = call_at from dialerd.lead_state join dialerd.lead using (lead_id)"),
            "t");
}

TEST_F(Clocks, ACallbackPromisedInACallThatEndsTheLeadIsKeptToo) {
  add_lead("1001");
  auto settlement = ended(claim(1).at(0));
  settlement.decision = "done";
  database_.rows("update dialerd.lead set call_at = date_trunc('second', now()) + interval '3 hours'");
  must(settle(settlement));
  EXPECT_EQ(database_.value("select state || ' ' || callback || ' ' || (next_at = call_at) || coalesce(outcome, '') "
                            "from dialerd.lead_state join dialerd.lead using (lead_id)"),
            "ready true true");
}

TEST_F(Clocks, ACallbackPromisedWhenTheLeadWasDoneOpensItAgain) {
  const auto lead = add_lead("1001");
  auto settlement = ended(claim(1).at(0));
  settlement.decision = "done";
  must(settle(settlement));
  database_.rows("update dialerd.lead set call_at = now() + interval '3 hours'");
  EXPECT_EQ(state_of(lead), "ready");
  database_.rows("update dialerd.lead_state set state = 'done', outcome = 'suppressed'");
  database_.rows("update dialerd.lead set call_at = now() + interval '4 hours'");
  EXPECT_EQ(state_of(lead), "done suppressed") << "who is suppressed stays so";
}

TEST_F(Clocks, NamesOfTimezonesAndAlternatesAreChecked) {
  for (const std::string bad :
       {"timezone = 'Asia/Tokyo+night'", "timezone = ''", "timezone = 'Asia Tokyo'", "alternates = array['010-1']",
        "alternates = array[null::text]", "alternates = array[array['1001']]"}) {
    add_lead("1" + std::to_string(std::hash<std::string>()(bad) % 1000000));
    EXPECT_ANY_THROW(database_.rows("update dialerd.lead set " + bad)) << bad;
  }
}

}  // namespace
}  // namespace dialerd::test
