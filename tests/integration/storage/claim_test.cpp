#include <atomic>
#include <mutex>
#include <set>
#include <thread>

#include "storage_fixture.h"

#include "storage/transaction.h"

namespace dialerd::test {
namespace {

using namespace std::chrono_literals;
using storage::ErrorKind;

class Claim : public StorageTest {};

TEST_F(Claim, GivesDueLeadsInOrderWithTheirAttemptOnRecord) {
  add_leads(3);
  auto asked = request(2);
  asked.lead_fields = {"name", "absent"};
  const auto result = must(session_.claim(asked));
  ASSERT_EQ(result.leads.size(), 2U);
  EXPECT_EQ(result.wish, campaign::CampaignWish::running);
  EXPECT_EQ(result.next_due, std::nullopt);
  for (std::size_t i = 0; i < 2; ++i) {
    const auto& lead = result.leads[i];
    EXPECT_EQ(lead.attempt, asked.attempts[i]);
    EXPECT_EQ(lead.to_number, "010000000" + std::to_string(i + 1));
    ASSERT_EQ(lead.field_values.size(), 2U);
    EXPECT_EQ(lead.field_values[0], "Person " + std::to_string(i + 1));
    EXPECT_EQ(lead.field_values[1], std::nullopt);
    EXPECT_EQ(lead.facts.attempts, 0);
    EXPECT_EQ(attempt_state(lead.attempt), "dialing");
    EXPECT_EQ(lead_state(lead.lead), "active");
  }
  EXPECT_EQ(database_.value(
                "select count(*) from dialerd.attempt a join dialerd.lead_state s using (attempt_id) "
                "where a.account = 'main' and a.campaign_id = s.campaign_id and a.lead_id = s.lead_id and a.epoch = " +
                std::to_string(owner_.epoch)),
            "2");
}

TEST_F(Claim, BringsFieldsOfAnyJsonType) {
  database_.rows(
      "insert into dialerd.lead (campaign_id, to_number, fields) values (1, '0100000001', "
      R"('{"text": "a \"b\", {c}\\", "number": 1.50, "flag": true, "list": [1, "x"], "nothing": null, "NULL": "NULL"}'))");
  auto asked = request(1);
  asked.lead_fields = {"NULL", "list", "flag", "number", "text", "nothing"};
  const auto leads = must(session_.claim(asked)).leads;
  ASSERT_EQ(leads.size(), 1U);
  const std::vector<std::optional<std::string>> expected = {"NULL", R"([1, "x"])",    "true",
                                                            "1.50", R"(a "b", {c}\)", std::nullopt};
  EXPECT_EQ(leads[0].field_values, expected);
}

TEST_F(Claim, FewerLeadsThanAskedForTellWhenTheNextIsDue) {
  EXPECT_EQ(must(session_.claim(request(1))).next_due, std::nullopt) << "no lead at all";
  add_leads(2);
  EXPECT_EQ(must(session_.claim(request(1))).next_due, std::nullopt) << "as many as asked for";
  database_.rows("update dialerd.lead_state set next_at = now() + interval '100 seconds' where state = 'ready'");
  const auto result = must(session_.claim(request(5)));
  EXPECT_TRUE(result.leads.empty());
  ASSERT_TRUE(result.next_due);
  EXPECT_GT(*result.next_due, 90s);
  EXPECT_LE(*result.next_due, 100s);
  database_.rows("update dialerd.lead_state set next_at = 'infinity' where state = 'ready'");
  EXPECT_EQ(must(session_.claim(request(5))).next_due, std::optional<std::chrono::milliseconds>(24h));
}

TEST_F(Claim, ALeadThatSomebodyElseHasLockedIsPassedOver) {
  add_leads(2);
  storage::Session other(database_.settings());
  must(other.run("holding a lock", [&](storage::Transaction& transaction) -> storage::Result<void> {
    transaction.exec("select from dialerd.lead_state where lead_id = 1 for update");
    const auto result = must(session_.claim(request(2)));
    EXPECT_EQ(result.leads.size(), 1U);
    EXPECT_EQ(result.leads[0].lead, campaign::LeadId{2});
    EXPECT_EQ(result.next_due, std::optional(0ms)) << "the other lead is due";
    return {};
  }));
}

TEST_F(Claim, PlainSqlInsertIsEnoughForALeadToBeCalled) {
  database_.rows("insert into dialerd.lead (campaign_id, to_number) values (1, '0212345678')");
  const auto leads = claim(1);
  EXPECT_EQ(leads[0].to_number, "0212345678");
}

TEST_F(Claim, OnlyTheOwnersOwnCampaigns) {
  const auto foreign = must(session_.register_campaign("foreign", "other", "KR"));
  database_.rows("insert into dialerd.lead (campaign_id, to_number) values (2, '0212345678')");
  auto asked = request(1);
  asked.campaign = foreign;
  const auto result = session_.claim(asked);
  ASSERT_TRUE(result.has_error());
  EXPECT_EQ(result.error().kind, ErrorKind::not_owner);
}

TEST_F(Claim, NoLeadIsEverHandedOutTwice) {
  constexpr int leads = 2000;
  add_leads(leads);
  std::mutex mutex;
  std::multiset<campaign::LeadId> handed_out;
  std::atomic<int> failures = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      storage::Session session(database_.settings());
      for (;;) {
        storage::ClaimRequest asked;
        {
          const std::lock_guard lock(mutex);
          asked = request(17);
        }
        const auto result = session.claim(asked);
        if (result.has_error()) {
          ++failures;
          return;
        }
        const std::lock_guard lock(mutex);
        for (const auto& lead : result->leads) handed_out.insert(lead.lead);
        if (result->leads.empty()) return;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(failures, 0);
  EXPECT_EQ(handed_out.size(), static_cast<std::size_t>(leads));
  EXPECT_EQ(std::set(handed_out.begin(), handed_out.end()).size(), static_cast<std::size_t>(leads));
  EXPECT_EQ(database_.value("select count(distinct lead_id) from dialerd.attempt"), std::to_string(leads));
}

TEST_F(Claim, DeletedLeadsAreNotCalled) {
  add_leads(2);
  database_.rows("delete from dialerd.lead where lead_id = 1");
  const auto leads = claim(2);
  ASSERT_EQ(leads.size(), 1U);
  EXPECT_EQ(leads[0].lead, campaign::LeadId{2});
  EXPECT_ANY_THROW(database_.rows("delete from dialerd.lead where lead_id = 2")) << "its call is open";
  must(settle(ended(leads[0])));
  EXPECT_NO_THROW(database_.rows("delete from dialerd.lead where lead_id = 2"));
}

}  // namespace
}  // namespace dialerd::test
