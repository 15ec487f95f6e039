#include "storage/report.h"

#include "storage_fixture.h"

namespace dialerd::test {
namespace {

using namespace std::chrono_literals;

class Report : public StorageTest {
 protected:
  static std::string cell(const storage::Table& table, std::size_t row, const std::string& column) {
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
      if (table.columns[i] == column) return table.rows.at(row).at(i);
    }
    throw std::runtime_error("no column " + column);
  }
};

TEST_F(Report, OfAnEmptyCampaignRuns) {
  const auto tables = must(storage::campaign_report(session_, campaign_));
  ASSERT_EQ(tables.size(), 6U);
  EXPECT_EQ(tables[0].title, "Progress");
  EXPECT_EQ(cell(tables[0], 0, "leads"), "0");
}

TEST_F(Report, CountsLeadsAndAttempts) {
  add_leads(10);
  const auto leads = claim(4);
  auto held = ended(leads[2]);
  held.lead_state = campaign::LeadState::held;
  held.outcome = "no timezone";
  held.disposition = "invalid_destination";
  must(session_.write({owner_, {accepted(leads[3])}, {ended(leads[0]), ended(leads[1]), held}}));

  const auto tables = must(storage::campaign_report(session_, campaign_));
  EXPECT_EQ(cell(tables[0], 0, "leads"), "10");
  EXPECT_EQ(cell(tables[0], 0, "ready"), "6");
  EXPECT_EQ(cell(tables[0], 0, "due"), "6");
  EXPECT_EQ(cell(tables[0], 0, "active"), "1");
  EXPECT_EQ(cell(tables[0], 0, "done"), "2");
  EXPECT_EQ(cell(tables[0], 0, "held"), "1");
  EXPECT_EQ(cell(tables[0], 0, "done_percent"), "20.0");
  EXPECT_EQ(cell(tables[1], 0, "disposition"), "user_hangup");
  EXPECT_EQ(cell(tables[1], 0, "attempts"), "2");
  EXPECT_EQ(tables[2].rows.size(), 2U);
  EXPECT_EQ(cell(tables[3], 0, "attempts"), "4");
  EXPECT_EQ(cell(tables[3], 0, "open"), "1");
  EXPECT_EQ(cell(tables[4], 0, "reason"), "no timezone");
  EXPECT_EQ(cell(tables[4], 0, "leads"), "1");
  EXPECT_EQ(cell(tables[0], 0, "known_cost_krw"), "") << "not known yet";

  must(session_.write({owner_,
                       {},
                       {},
                       {{leads[0].attempt, {"120.50", "", "", "", ""}}, {leads[2].attempt, {"30", "", "", "", ""}}},
                       {}}));
  const auto with_costs = must(storage::campaign_report(session_, campaign_));
  EXPECT_EQ(cell(with_costs[0], 0, "known_cost_krw"), "150.50");
  EXPECT_EQ(cell(with_costs[1], 0, "known_cost_krw"), "120.50");
}

TEST_F(Report, StatusShowsCampaignsAndAccounts) {
  add_leads(3);
  claim(1);
  must(session_.set_wish(campaign_, campaign::CampaignWish::paused, "checking", "ops"));
  must(session_.heartbeat({"test", {"main", "other"}, true, "host", 1, "1.0"}, 60s));
  must(session_.heartbeat({"gone", {"main"}, true, "host", 2, "1.0"}, 0s));
  must(session_.renew(owner_, 60s, {{"boot", 1s, wall_now()}, {{wall_now(), 1h}}, "test"}));
  must(session_.set_conditions(owner_, {{std::nullopt, "07011112222", "rested:by_hand", wall_now(), std::nullopt}}));
  const auto tables = must(storage::status_report(session_));
  ASSERT_EQ(tables.size(), 5U);
  EXPECT_EQ(cell(tables[0], 0, "campaign"), "spring");
  EXPECT_EQ(cell(tables[0], 0, "state"), "paused");
  EXPECT_EQ(cell(tables[0], 0, "reason"), "checking");
  EXPECT_EQ(cell(tables[0], 0, "ready"), "2");
  EXPECT_EQ(cell(tables[0], 0, "active"), "1");
  EXPECT_EQ(cell(tables[0], 0, "attempts_today_utc"), "1");
  EXPECT_EQ(cell(tables[1], 0, "owner"), "test");
  EXPECT_EQ(cell(tables[1], 0, "lease").substr(0, 11), "runs out in");
  EXPECT_EQ(cell(tables[1], 0, "since_utc").substr(0, 2), "20");
  ASSERT_EQ(tables[2].rows.size(), 1U) << "of the daemons, those that are alive";
  EXPECT_EQ(cell(tables[2], 0, "daemon"), "test");
  EXPECT_EQ(cell(tables[2], 0, "owns"), "1");
  EXPECT_EQ(cell(tables[2], 0, "of_accounts"), "2");
  EXPECT_EQ(cell(tables[2], 0, "accounts"), "main");
  EXPECT_EQ(cell(tables[3], 0, "caller_number"), "070****2222");
  EXPECT_EQ(cell(tables[3], 0, "state"), "rested:by_hand");
  EXPECT_EQ(cell(tables[4], 0, "by"), "+3600.0 s");
}

}  // namespace
}  // namespace dialerd::test
