// The gate once more, between the claim and the dispatch.
#include "rules_fixture.h"

namespace dialerd::test {
namespace {

using namespace std::chrono_literals;
using storage::ErrorKind;

class Recheck : public RulesTest {
 protected:
  std::vector<std::string> codes(const std::vector<campaign::ClaimedLead>& leads,
                                 const storage::ClaimRules& rules = {}) {
    storage::RecheckRequest asked{owner_, campaign_, {}, rules};
    for (const auto& lead : leads) asked.attempts.push_back(lead.attempt);
    refusals_ = must(session_.recheck(asked));
    std::vector<std::string> found;
    for (const auto& refusal : refusals_) found.push_back(refusal.code);
    return found;
  }
  using Codes = std::vector<std::string>;

  std::vector<storage::Refusal> refusals_;
};

TEST_F(Recheck, RefusesNothingWhenNothingHasChanged) {
  add_leads(3);
  const auto leads = claim(3);
  auto rules = with_lock_out("conversation", 24h);
  rules.frequency_caps.push_back({config::FrequencyCap::Counts::attempts, 1, 24h});
  EXPECT_EQ(codes(leads, rules), Codes{}) << "the attempts themselves are no reason";
  EXPECT_EQ(codes({}), Codes{});
}

TEST_F(Recheck, AnOptOutSinceTheClaimStopsTheCall) {
  add_lead("01000000001", "alternates", "array['01000000003']");
  add_lead("01000000002");
  add_lead("01000000004");
  database_.rows("update dialerd.lead_state set number_index = 1 where lead_id = 1");
  const auto leads = claim(3);
  database_.rows("select dialerd.suppress('KR', '010 0000-0003', reason => 'asked on the phone')");
  database_.rows("select dialerd.suppress('KR', '01000000004', account => 'somebody else')");
  EXPECT_EQ(codes(leads), Codes{"suppressed"})
      << "by the number that is dialled; another account's entry does not count";
  EXPECT_EQ(refusals_.at(0).attempt, leads[0].attempt);
  database_.rows("select dialerd.suppress('KR', '01000000002', account => 'main')");
  database_.rows("select dialerd.suppress('KR', '01000000004', campaign_id => 1)");
  EXPECT_EQ(codes(leads), (Codes{"suppressed", "suppressed", "suppressed"}));
}

TEST_F(Recheck, ALockOutByACallThatEndedSinceStopsTheCall) {
  add_lead("01000000001");
  const auto lead = claim(1);
  EXPECT_EQ(codes(lead, with_lock_out("orphaned_no_agent_pickup", 72h)), Codes{});
  past_call("01000000001", 0s, "orphaned_no_agent_pickup", false);
  EXPECT_EQ(codes(lead, with_lock_out("orphaned_no_agent_pickup", 72h)), Codes{"lock_out:orphaned_no_agent_pickup"});
  ASSERT_TRUE(refusals_.at(0).until);
  EXPECT_LT(std::chrono::abs(*refusals_[0].until - (wall_now() + 72h)), 10s);
  EXPECT_EQ(codes(lead), Codes{}) << "only the campaign's own rules";
}

TEST_F(Recheck, APauseAndAStaleListStopAll) {
  add_leads(2);
  const auto leads = claim(2);
  EXPECT_EQ(codes(leads, with_list("dnc")), (Codes{"list_missing:dnc", "list_missing:dnc"}));
  database_.rows("insert into dialerd.suppression_list values ('dnc', now() - interval '2 days', 'x', 0)");
  EXPECT_EQ(codes(leads, with_list("dnc")), Codes{});
  EXPECT_EQ(codes(leads, with_list("dnc", 24h)), (Codes{"list_stale:dnc", "list_stale:dnc"}));
  must(session_.set_wish(campaign_, campaign::CampaignWish::paused, "", "ops"));
  EXPECT_EQ(codes(leads), (Codes{"paused", "paused"}));
  database_.rows("select dialerd.suppress('KR', '0100000001')");
  EXPECT_EQ(codes(leads), (Codes{"suppressed", "paused"})) << "the most final reason";
}

TEST_F(Recheck, SpeaksOfThisOwnersUndialledAttemptsAlone) {
  add_leads(3);
  const auto leads = claim(3);
  must(session_.set_wish(campaign_, campaign::CampaignWish::paused, "", "ops"));
  must(record(accepted(leads[0])));
  must(settle(ended(leads[1])));
  EXPECT_EQ(codes(leads), Codes{"paused"});
  EXPECT_EQ(refusals_.at(0).attempt, leads[2].attempt);

  must(session_.acquire("main", "test", 60s));
  const auto late = session_.recheck({owner_, campaign_, {leads[2].attempt}, {}});
  ASSERT_TRUE(late.has_error());
  EXPECT_EQ(late.error().kind, ErrorKind::not_owner);
}

}  // namespace
}  // namespace dialerd::test
