#include "storage/lead_sample.h"

#include <set>

#include "rules_fixture.h"

namespace dialerd::test {
namespace {

using namespace std::chrono_literals;

class LeadSample : public RulesTest {};

TEST_F(LeadSample, ReadsEveryReadyLeadOnceInPages) {
  add_leads(1000);
  database_.rows(
      "update dialerd.lead_state set clock = (array['', '+night', 'Asia/Tokyo'])[1 + lead_id % 3], "
      "callback = lead_id % 5 = 0, next_at = date_trunc('day', now()) + lead_id % 7 * interval '1 day'");
  database_.rows("update dialerd.lead_state set next_at = 'infinity' where lead_id = 7");
  database_.rows("select dialerd.suppress('KR', '0100000010')");
  claim(1);
  std::set<campaign::LeadId> seen;
  int pages = 0;
  int suppressed = 0;
  std::pair<std::string, bool> last;
  must(storage::read_ready_leads(session_, campaign_, 64, [&](const std::vector<storage::ReadyLead>& page) {
    ++pages;
    for (const auto& lead : page) {
      EXPECT_TRUE(seen.insert(lead.lead).second);
      const std::pair<std::string, bool> place{lead.facts.clock, lead.facts.callback};
      EXPECT_LE(last, place);
      last = place;
      if (lead.suppressed) {
        ++suppressed;
        EXPECT_EQ(lead.lead, campaign::LeadId{10});
      }
    }
  }));
  EXPECT_EQ(seen.size(), 999U);
  EXPECT_EQ(pages, 16);
  EXPECT_EQ(suppressed, 1);
}

TEST_F(LeadSample, NamesTheFieldThatALeadLacks) {
  add_lead("1001", "fields", R"('{"name": "A", "city": "B"}')");
  add_lead("1002", "fields", R"('{"name": "A", "city": null}')");
  std::vector<std::string> missing;
  must(storage::read_ready_leads(session_, campaign_, 10,
                                 [&](const std::vector<storage::ReadyLead>& page) {
                                   for (const auto& lead : page) missing.push_back(lead.missing_field);
                                 },
                                 {"name", "city"}));
  EXPECT_EQ(missing, (std::vector<std::string>{"", "city"}));
}

TEST_F(LeadSample, CountsTheOthersByOutcome) {
  add_leads(6);
  const auto leads = claim(5);
  must(settle(ended(leads[0])));
  must(settle(ended(leads[1])));
  auto held = ended(leads[2]);
  held.lead_state = campaign::LeadState::held;
  held.outcome = "unknown_timezone";
  must(settle(held));
  const auto counts = must(storage::count_leads(session_, campaign_));
  EXPECT_EQ(counts.ready, 1);
  EXPECT_EQ(counts.active, 2);
  ASSERT_EQ(counts.finished.size(), 2U);
  EXPECT_EQ(counts.finished[0].outcome, "completed");
  EXPECT_EQ(counts.finished[0].leads, 2);
  EXPECT_EQ(counts.finished[1].state, campaign::LeadState::held);
}

TEST_F(LeadSample, TellsWhatCallsWereLike) {
  const auto other = other_campaign("other");
  EXPECT_TRUE(must(storage::disposition_statistics(session_, campaign_)).empty());
  past_call("1001", 1h, "user_hangup", true);
  past_call("1002", 1h, "user_hangup", false);
  past_call("1002", 1h, "dial_no_answer", false);
  past_call("1003", 100 * 24h, "dial_no_answer", false);
  const auto statistics = must(storage::disposition_statistics(session_, campaign_));
  ASSERT_EQ(statistics.size(), 2U);
  EXPECT_EQ(statistics[0].disposition, "user_hangup");
  EXPECT_EQ(statistics[0].calls, 2);
  EXPECT_NEAR(statistics[0].mean_call_seconds, 60, 0.1);
  EXPECT_NEAR(statistics[0].mean_open_seconds, 60, 0.1);
  EXPECT_EQ(statistics[1].calls, 1);
  EXPECT_TRUE(must(storage::disposition_statistics(session_, other.campaign)).empty());
  EXPECT_EQ(must(storage::disposition_statistics(session_, std::nullopt)).size(), 2U);
}

}  // namespace
}  // namespace dialerd::test
