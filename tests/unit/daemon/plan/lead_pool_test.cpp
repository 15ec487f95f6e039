#include "daemon/plan/lead_pool.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/daemon/plan/plan_fixture.h"

namespace dialerd::daemon::plan {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::Pair;
using testing::UnorderedElementsAre;

PlannedLead lead_of(std::int64_t id) {
  PlannedLead lead;
  lead.lead = campaign::LeadId{id};
  lead.due = wednesday_nine;
  lead.facts.created_at = wednesday_nine;
  lead.facts.consent_at = wednesday_nine - 24h;
  return lead;
}

TEST(LeadIntake, CountsWhatIsSkippedByRule) {
  config::CampaignConfig config = campaign_of(1, 0).config;
  config::Rules rules;
  rules.origin = "campaign";
  rules.consent.required = true;
  rules.called_party_time = true;
  config.rules.push_back(rules);
  config.lead_timezone = {config::ZoneSource::column};
  LeadIntake intake(config, wednesday_nine);

  PlannedLead good = lead_of(1);
  good.facts.clock = "Asia/Seoul";
  intake.add(good);
  PlannedLead no_consent = good;
  no_consent.facts.consent_at.reset();
  intake.add(no_consent);
  PlannedLead no_zone = good;
  no_zone.facts.clock = "";
  intake.add(no_zone);
  PlannedLead expired = good;
  expired.facts.expires_at = wednesday_nine - 1s;
  intake.add(expired);
  PlannedLead suppressed = good;
  suppressed.skipped = "suppressed";
  intake.add(suppressed);
  intake.add(suppressed);

  LeadPool pool = intake.take();
  EXPECT_EQ(pool.leads.size(), 1U);
  EXPECT_EQ(pool.skipped_leads(), 5);
  EXPECT_THAT(pool.skipped, UnorderedElementsAre(Pair("consent_missing", 1), Pair("timezone_unknown", 1),
                                                 Pair("expired", 1), Pair("suppressed", 2)));
}

TEST(LeadPool, KeepsTheFacts) {
  campaign::LeadFacts facts;
  facts.clock = "America/New_York+night";
  facts.callback = true;
  facts.consent_at = wednesday_nine - 5h;
  facts.expires_at = wednesday_nine + 5h;
  facts.created_at = wednesday_nine - 7h;
  facts.number_index = 1;
  facts.number_count = 3;
  facts.attempts = 2;
  facts.reason_counts = "dial_busy=1";
  LeadPool pool;
  pool.add(campaign::LeadId{5}, wednesday_nine, facts);
  campaign::LeadFacts back = pool.facts(pool.leads[0]);
  EXPECT_EQ(back.clock, facts.clock);
  EXPECT_EQ(back.callback, true);
  EXPECT_EQ(back.consent_at, facts.consent_at);
  EXPECT_EQ(back.consent_expires_at, std::nullopt);
  EXPECT_EQ(back.expires_at, facts.expires_at);
  EXPECT_EQ(back.created_at, facts.created_at);
  EXPECT_EQ(back.number_index, 1);
  EXPECT_EQ(back.number_count, 3);
  EXPECT_EQ(back.attempts, 2);
  EXPECT_EQ(back.reason_counts, "dial_busy=1");
}

TEST(LeadPool, ThinnedKeepsEachClocksPart) {
  LeadPool pool;
  campaign::LeadFacts facts;
  for (std::int64_t lead = 0; lead < 1000; ++lead) {
    facts.clock = lead % 10 < 7 ? "Asia/Seoul" : "Europe/London";
    pool.add(campaign::LeadId{lead}, wednesday_nine, facts);
  }
  pool.skipped["expired"] = 100;
  LeadPool thin = pool.thinned(10);
  EXPECT_EQ(thin.leads.size(), 100U);
  EXPECT_EQ(std::ranges::count(thin.leads, thin.clocks.number("Asia/Seoul"), &PackedLead::clock), 70);
  EXPECT_TRUE(std::ranges::is_sorted(thin.leads, {}, &PackedLead::lead));
  EXPECT_THAT(thin.skipped, ElementsAre(Pair("expired", 10)));
}

TEST(LeadPool, ResizedRepeatsThinsOutOrInvents) {
  config::CampaignConfig config = campaign_of(1, 0).config;
  LeadPool pool = *campaign_of(1, 10).leads;
  LeadPool more = pool.resized(25, config, wednesday_nine);
  EXPECT_EQ(more.leads.size(), 25U);
  EXPECT_TRUE(std::ranges::is_sorted(more.leads, std::ranges::less_equal(), &PackedLead::lead));
  LeadPool fewer = pool.resized(5, config, wednesday_nine);
  ASSERT_EQ(fewer.leads.size(), 5U);
  EXPECT_EQ(fewer.leads[4].lead, pool.leads[8].lead);
  LeadPool invented = LeadPool().resized(3, config, wednesday_nine);
  ASSERT_EQ(invented.leads.size(), 3U);
  EXPECT_EQ(invented.facts(invented.leads[2]).clock, "Asia/Seoul");
  EXPECT_EQ(invented.facts(invented.leads[2]).consent_at, wednesday_nine);
}

}  // namespace
}  // namespace dialerd::daemon::plan
