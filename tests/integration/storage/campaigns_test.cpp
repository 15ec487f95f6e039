#include <future>

#include "storage_fixture.h"

#include "storage/transaction.h"

namespace dialerd::test {
namespace {

using namespace std::chrono_literals;
using campaign::CampaignWish;
using storage::ErrorKind;

class Campaigns : public StorageTest {};

TEST_F(Campaigns, RegisteringAgainChangesNothing) {
  EXPECT_EQ(must(session_.register_campaign("spring", "main", "KR")), campaign_);
  EXPECT_EQ(database_.value("select count(*) from dialerd.campaign"), "1");
}

TEST_F(Campaigns, ANameBelongsToOneAccount) {
  const auto other = session_.register_campaign("spring", "other", "KR");
  ASSERT_TRUE(other.has_error());
  EXPECT_EQ(other.error().kind, ErrorKind::refused);
}

TEST_F(Campaigns, TheRegionIsTheLatestThatWasSaidBeforeTheFirstLead) {
  EXPECT_EQ(database_.value("select region from dialerd.campaign"), "KR");
  must(session_.register_campaign("spring", "main", "US"));
  EXPECT_EQ(database_.value("select region from dialerd.campaign"), "US");
}

// Opt-outs and caps are by region and number: in another region the same people would be unknown.
TEST_F(Campaigns, WithLeadsTheRegionStays) {
  add_leads(1);
  const auto other = session_.register_campaign("spring", "main", "US");
  ASSERT_TRUE(other.has_error());
  EXPECT_EQ(other.error().kind, ErrorKind::refused);
  EXPECT_EQ(database_.value("select region from dialerd.campaign"), "KR");
  must(session_.register_campaign("spring", "main", "KR"));
}

TEST_F(Campaigns, ConditionsAreReplacedAsAWholeByTheOwner) {
  const auto since = campaign::WallTime{1'700'000'000'123ms};
  must(session_.set_conditions(owner_, {{std::nullopt, "", "insufficient_balance", since, since + 10min},
                                        {campaign_, "0212345678", "rested: \"spam\"", since, std::nullopt}}));
  const std::string all =
      "select account, campaign_id, caller_number, state, dialerd.unix_ms(since), dialerd.unix_ms(until) "
      "from dialerd.condition order by state";
  const std::vector<std::vector<std::string>> expected = {
      {"main", "", "", "insufficient_balance", "1700000000123", "1700000600123"},
      {"main", "1", "0212345678", "rested: \"spam\"", "1700000000123", ""}};
  EXPECT_EQ(database_.rows(all), expected);

  storage::Session other(database_.settings());
  const auto other_owner = must(other.acquire("other", "test", 60s));
  must(other.set_conditions(other_owner, {{std::nullopt, "", "other", since, std::nullopt}}));
  must(session_.set_conditions(owner_, {}));
  EXPECT_EQ(database_.value("select string_agg(state, ',') from dialerd.condition"), "other");

  must(session_.acquire("main", "test", 60s));
  const auto late = session_.set_conditions(owner_, {});
  ASSERT_TRUE(late.has_error());
  EXPECT_EQ(late.error().kind, ErrorKind::not_owner);
}

TEST_F(Campaigns, AreFoundByName) {
  EXPECT_EQ(must(session_.find_campaign("spring")), std::optional(campaign_));
  EXPECT_EQ(must(session_.find_campaign("autumn")), std::nullopt);
}

TEST_F(Campaigns, ControlsAreReadInTheOrderAskedFor) {
  const auto second = must(session_.register_campaign("autumn", "main", "KR"));
  must(session_.set_wish(second, CampaignWish::paused, "complaints: \"loud\"", "ops"));
  const auto controls = must(session_.controls({second, campaign_, campaign::CampaignId{999}}));
  ASSERT_EQ(controls.size(), 3U);
  EXPECT_EQ(controls[0].wish, CampaignWish::paused);
  EXPECT_EQ(controls[0].reason, "complaints: \"loud\"");
  EXPECT_EQ(controls[1].wish, CampaignWish::running);
  EXPECT_EQ(controls[2].wish, CampaignWish::draft) << "what nobody started is not dialled";

  must(session_.set_wish(second, CampaignWish::running, "", "ops"));
  EXPECT_EQ(must(session_.controls({second}))[0].wish, CampaignWish::running);
}

// A claim that meets a pause which is just being committed waits for it and sees it, old as the claim's snapshot may
// be.
TEST_F(Campaigns, NoClaimSlipsPastAPauseUnderWay) {
  add_leads(3);
  std::future<storage::Result<storage::ClaimResult>> claiming;
  storage::Session operators(database_.settings());
  must(operators.run("pausing", [&](storage::Transaction& transaction) -> storage::Result<void> {
    transaction.exec("update dialerd.campaign_control set wish = 'paused'");
    claiming = std::async(std::launch::async, [&] { return session_.claim(request(2)); });
    EXPECT_EQ(claiming.wait_for(200ms), std::future_status::timeout);
    return {};
  }));
  const auto result = must(claiming.get());
  EXPECT_EQ(result.wish, CampaignWish::paused);
  EXPECT_TRUE(result.leads.empty());
}

TEST_F(Campaigns, PauseIsRespectedInsideTheClaim) {
  add_leads(3);
  must(session_.set_wish(campaign_, CampaignWish::paused, "", "ops"));
  const auto paused = must(session_.claim(request(2)));
  EXPECT_EQ(paused.wish, CampaignWish::paused);
  EXPECT_TRUE(paused.leads.empty());
  EXPECT_EQ(database_.value("select count(*) from dialerd.attempt"), "0");

  must(session_.set_wish(campaign_, CampaignWish::running, "", "ops"));
  EXPECT_EQ(must(session_.claim(request(2))).leads.size(), 2U);
}

}  // namespace
}  // namespace dialerd::test
