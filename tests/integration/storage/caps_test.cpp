// Frequency caps and lock-outs: counted per person over all campaigns of the database, inside the claim.
#include <atomic>
#include <mutex>
#include <thread>

#include "rules_fixture.h"

namespace dialerd::test {
namespace {

using namespace std::chrono_literals;
using config::FrequencyCap;
using Counts = FrequencyCap::Counts;

constexpr std::chrono::seconds week = 7 * 24h;

class Caps : public RulesTest {
 protected:
  void expect_due_in(campaign::LeadId lead, std::chrono::seconds time) const {
    EXPECT_NEAR(static_cast<double>(due_in(lead).count()), static_cast<double>(time.count()), 5);
  }
};

TEST_F(Caps, AReachedCapPutsTheLeadOffUntilItFreesAPlace) {
  const auto lead = add_lead("01000000001");
  past_call("01000000001", 6 * 24h);
  past_call("01000000001", 3 * 24h);
  past_call("01000000001", 8 * 24h);  // out of the window
  EXPECT_EQ(claim_with(with_cap(Counts::attempts, 3, week)).leads.size(), 1U) << "the third in the window";
  database_.rows(
      "update dialerd.attempt set state = 'ended', counted = true, answered_at = now() where state = 'dialing';"
      "update dialerd.lead_state set state = 'ready', attempt_id = null");

  const auto result = claim_with(with_cap(Counts::attempts, 3, week));
  EXPECT_TRUE(result.leads.empty());
  EXPECT_EQ(result.deferred, 1);
  EXPECT_TRUE(result.any_ready);
  EXPECT_EQ(state_of(lead), "ready");
  // The oldest of the three was answered six days and a minute ago, and leaves the window then.
  expect_due_in(lead, 24h - 60s);
  EXPECT_EQ(decisions_of(lead), std::vector<std::string>{"frequency_cap:3_attempts_in_7d"});
  ASSERT_TRUE(result.next_due);
  EXPECT_GT(*result.next_due, 23h);
}

TEST_F(Caps, ALowerCapThanWhatWasBeforeWaitsForEnoughToLeave) {
  const auto lead = add_lead("01000000001");
  for (int days = 1; days <= 5; ++days) past_call("01000000001", days * 24h);
  EXPECT_EQ(claim_with(with_cap(Counts::attempts, 2, week)).deferred, 1);
  // Two days ago is the second newest: after it has left there is one in the window.
  expect_due_in(lead, 5 * 24h - 60s);
}

TEST_F(Caps, CountCallsOfEveryAccountAndOfUnansweredPosts) {
  const auto elsewhere = other_campaign("other");
  add_lead_of(elsewhere.campaign, "01000000001");
  ASSERT_EQ(claim_of(elsewhere, {}).leads.size(), 1U);
  const auto lead = add_lead("01000000001");
  EXPECT_EQ(claim_with(with_cap(Counts::attempts, 1, 24h)).deferred, 1);
  expect_due_in(lead, 24h + 5min);  // the POST may arrive for five minutes
}

TEST_F(Caps, WhatWasProvenNoCallDoesNotCount) {
  add_lead("01000000001");
  for (const std::string change : {"state = 'rejected'", "state = 'not_placed', disposition = 'not_placed'",
                                   "state = 'not_placed', disposition = 'not_sent'",
                                   "counted = false, disposition = 'hourly_call_limit_reached'"}) {
    past_call("01000000001", 1h);
    database_.rows(
        "alter table dialerd.attempt disable trigger attempt_terminal_is_final;"
        "update dialerd.attempt set " +
        change +
        " where counted and state = 'ended';"
        "alter table dialerd.attempt enable trigger attempt_terminal_is_final");
  }
  EXPECT_EQ(claim_with(with_cap(Counts::attempts, 1, week)).leads.size(), 1U);
}

TEST_F(Caps, HoldForAlternatesInBothDirections) {
  // The lead's next number is its alternate, which is another lead's own.
  const auto lead = add_lead("01000000001", "alternates", "array['01000000002']");
  database_.rows("update dialerd.lead_state set number_index = 1");
  const auto rules = with_cap(Counts::attempts, 1, week);
  auto result = claim_with(rules);
  ASSERT_EQ(result.leads.size(), 1U);
  EXPECT_EQ(result.leads[0].to_number, "01000000002");
  EXPECT_EQ(database_.value("select person || ' ' || dialled from dialerd.attempt"), "KR01000000001 KR01000000002");

  const auto owner_of_number = add_lead("01000000002");
  EXPECT_EQ(claim_with(rules).deferred, 1) << "this number was dialled";
  EXPECT_EQ(state_of(owner_of_number), "ready");
  const auto elsewhere = other_campaign("other");
  add_lead_of(elsewhere.campaign, "01000000001");
  EXPECT_EQ(claim_of(elsewhere, rules).deferred, 1) << "this person was called, by whatever number";
  EXPECT_EQ(state_of(lead), "active");
}

TEST_F(Caps, TwoLeadsOfOnePersonInOneClaimAreCountedOneAfterTheOther) {
  add_lead("01000000001");
  const auto second = add_lead("01000000002", "alternates", "array['01000000001']");
  database_.rows("update dialerd.lead_state set number_index = 1 where lead_id = 2");
  const auto rules = with_cap(Counts::attempts, 1, week);
  const auto result = claim_with(rules);
  EXPECT_EQ(result.leads.size(), 1U);
  EXPECT_EQ(result.next_due, std::optional(0ms)) << "the other one is to be claimed anew";
  EXPECT_EQ(claim_with(rules).deferred, 1);
  EXPECT_EQ(state_of(second), "ready");
}

TEST_F(Caps, PersonsOfDifferentRegionsAreDifferent) {
  past_call("01000000001", 1h);
  const auto abroad = other_campaign("other", "US");
  add_lead_of(abroad.campaign, "01000000001");
  EXPECT_EQ(claim_of(abroad, with_cap(Counts::attempts, 1, week)).leads.size(), 1U);
}

TEST_F(Caps, ConversationsCountFromTheirEnd) {
  const auto lead = add_lead("01000000001");
  past_call("01000000001", 2 * 24h, "user_hangup", true);
  past_call("01000000001", 1h, "dial_no_answer", false);
  EXPECT_EQ(claim_with(with_cap(Counts::conversations, 1, week)).deferred, 1);
  expect_due_in(lead, 5 * 24h);
  EXPECT_EQ(decisions_of(lead), std::vector<std::string>{"frequency_cap:1_conversations_in_7d"});
}

TEST_F(Caps, ACallWhoseEndWasNeverToldMayHaveBeenAConversation) {
  add_lead("01000000001");
  past_call("01000000001", 2 * 24h, "abandoned", false);
  database_.rows(
      "alter table dialerd.attempt disable trigger attempt_terminal_is_final;"
      "update dialerd.attempt set state = 'abandoned', call_ended_at = null");
  EXPECT_EQ(claim_with(with_cap(Counts::conversations, 1, week)).deferred, 1);
}

TEST_F(Caps, ALockOutHoldsFromTheCallsEnd) {
  const auto lead = add_lead("01000000001");
  past_call("01000000001", 24h, "orphaned_no_agent_pickup", false);
  EXPECT_EQ(claim_with(with_lock_out("orphaned_no_agent_pickup", 72h)).deferred, 1);
  expect_due_in(lead, 48h);
  EXPECT_EQ(decisions_of(lead), std::vector<std::string>{"lock_out:orphaned_no_agent_pickup"});
  make_due(lead);
  EXPECT_EQ(claim_with(with_lock_out("conversation", 72h)).leads.size(), 1U) << "it was none";
}

TEST_F(Caps, OfSeveralRulesTheLastToEndDecides) {
  const auto lead = add_lead("01000000001");
  past_call("01000000001", 1h, "user_hangup", true);
  auto rules = with_cap(Counts::attempts, 1, 24h);
  rules.lock_outs.push_back({"conversation", week});
  EXPECT_EQ(claim_with(rules).deferred, 1);
  EXPECT_EQ(decisions_of(lead), std::vector<std::string>{"lock_out:conversation"});
}

TEST_F(Caps, ACallThatNobodyFollowsAnyMoreHoldsThePersonUpForADayAtMost) {
  const auto elsewhere = other_campaign("other");
  add_lead_of(elsewhere.campaign, "01000000001");
  claim_of(elsewhere, {});
  const auto lead = add_lead("01000000001");
  const auto rules = with_lock_out("conversation", week);
  EXPECT_EQ(claim_with(rules).deferred, 1);
  database_.rows("update dialerd.attempt set claimed_at = now() - interval '25 hours'");
  make_due(lead);
  EXPECT_EQ(claim_with(rules).leads.size(), 1U);
}

TEST_F(Caps, WhereEndsMatterALeadWaitsForACallUnderWay) {
  const auto elsewhere = other_campaign("other");
  add_lead_of(elsewhere.campaign, "01000000001");
  const auto open = claim_of(elsewhere, {}).leads.at(0);
  const auto lead = add_lead("01000000001");
  const auto rules = with_lock_out("conversation", week);
  EXPECT_EQ(claim_with(rules).deferred, 1);
  EXPECT_LE(due_in(lead), 2min);
  make_due(lead);
  EXPECT_EQ(claim_with(rules).deferred, 1);
  EXPECT_EQ(decisions_of(lead), std::vector<std::string>{"call_under_way"}) << "noted once";

  auto end = ended(open);
  end.conversation = true;
  must(session_.write({elsewhere.owner, {}, {end}}));
  make_due(lead);
  EXPECT_EQ(claim_with(rules).deferred, 1);
  EXPECT_EQ(decisions_of(lead), (std::vector<std::string>{"call_under_way", "lock_out:conversation"}));
}

TEST_F(Caps, ACallbackThatIsPutOffStaysACallback) {
  const auto lead = add_lead("01000000001", "call_at", "now() - interval '1 minute'");
  past_call("01000000001", 1h);
  EXPECT_EQ(claim_with(with_cap(Counts::attempts, 1, 24h)).deferred, 1);
  EXPECT_EQ(database_.value("select callback from dialerd.lead_state where lead_id = " +
                            std::to_string(static_cast<std::int64_t>(lead))),
            "t");
}

// Several accounts have the same people as leads, and claim them at once, with retries as fast as they can: in the end
// nobody has more attempts than the cap, whoever made them.
TEST_F(Caps, HoldUnderConcurrentClaimsOfSeveralAccounts) {
  constexpr int accounts = 4;
  constexpr int people = 60;
  constexpr int cap = 3;
  constexpr int rounds = 40;
  std::vector<Other> others;
  for (int a = 0; a < accounts; ++a) {
    others.push_back(other_campaign("account" + std::to_string(a)));
    for (int p = 0; p < people; ++p) {
      // Every third one is dialled at an alternate, which is the next person's own number.
      const std::string number = std::to_string(1000 + p);
      const std::string alternate = std::to_string(1000 + (p + 1) % people);
      add_lead_of(others.back().campaign, number, "alternates", "array['" + alternate + "']");
    }
  }
  database_.rows("update dialerd.lead_state set number_index = 1 where lead_id % 3 = 0");
  const auto rules = with_cap(Counts::attempts, cap, 24h);
  std::atomic<int> claimed = 0;
  std::atomic<int> failures = 0;
  std::vector<std::thread> threads;
  for (const Other& other : others) {
    threads.emplace_back([&, other] {
      storage::Session session(database_.settings());
      for (int round = 0; round < rounds; ++round) {
        storage::ClaimRequest asked{other.owner, other.campaign, {""}, rules, {}, {}};
        {
          static std::mutex mutex;
          const std::lock_guard lock(mutex);
          asked.attempts = new_attempts(20);
        }
        const auto result = session.claim(asked);
        if (result.has_error()) {
          ADD_FAILURE() << result.error().message;
          ++failures;
          return;
        }
        claimed += static_cast<int>(result->leads.size());
        storage::WriteBatch ends{other.owner, {}, {}};
        for (const auto& lead : result->leads) {
          auto end = ended(lead);
          end.lead_state = campaign::LeadState::ready;  // a retry at once
          end.next_at = wall_now() - 1h;
          end.number_index = lead.facts.number_index;
          ends.settlements.push_back(end);
        }
        if (session.write(ends).has_error()) ++failures;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(failures, 0);
  EXPECT_EQ(database_.value("select max(calls) from (select key, count(*) as calls from ("
                            "  select person as key from dialerd.attempt union all"
                            "  select dialled from dialerd.attempt where dialled <> person) k group by key) c"),
            std::to_string(cap));
  EXPECT_GT(claimed, people) << "and the cap is what stopped them";
}

}  // namespace
}  // namespace dialerd::test
