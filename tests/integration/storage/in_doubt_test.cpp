// The COMMIT's answer is lost: what was committed is found out before anything else happens.
#include "storage_fixture.h"

#include "storage/transaction.h"
#include "tests/support/lossy_proxy.h"

namespace dialerd::test {
namespace {

using namespace std::chrono_literals;
using storage::ErrorKind;

class InDoubt : public StorageTest {
 protected:
  InDoubt() { add_leads(5); }

  storage::SessionSettings through_proxy() const {
    auto settings = database_.settings();
    settings.conninfo = proxy_.conninfo();
    return settings;
  }
  std::string attempts() const { return database_.value("select count(*) from dialerd.attempt"); }

  LossyProxy proxy_{database_.conninfo()};
  storage::Session lossy_{through_proxy()};
};

TEST_F(InDoubt, ACommittedClaimIsAnsweredAsIfNothingHadHappened) {
  auto asked = request(3);
  asked.lead_fields = {"name"};
  proxy_.at_next_commit(LossyProxy::Fault::answer_lost);
  const auto result = must(lossy_.claim(asked));
  ASSERT_EQ(result.leads.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(result.leads[i].attempt, asked.attempts[i]);
    EXPECT_EQ(result.leads[i].lead, campaign::LeadId{static_cast<std::int64_t>(i) + 1});
    EXPECT_EQ(result.leads[i].field_values.at(0), "Person " + std::to_string(i + 1));
  }
  EXPECT_EQ(attempts(), "3");
}

TEST_F(InDoubt, AClaimWhoseCommitNeverArrivedClaimedNothing) {
  proxy_.at_next_commit(LossyProxy::Fault::commit_lost);
  const auto result = must(lossy_.claim(request(3)));
  EXPECT_TRUE(result.leads.empty());
  EXPECT_EQ(result.next_due, std::optional(0ms)) << "claim anew";
  EXPECT_EQ(attempts(), "0");
  EXPECT_EQ(must(lossy_.claim(request(3))).leads.size(), 3U);
}

TEST_F(InDoubt, ReadingBackWaitsForACommitThatIsStillUnderWay) {
  proxy_.at_next_commit(LossyProxy::Fault::commit_delayed);
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(must(lossy_.claim(request(3))).leads.size(), 3U);
  EXPECT_GE(std::chrono::steady_clock::now() - begin, LossyProxy::delay - 50ms);
}

TEST_F(InDoubt, IsReportedWhenTheServerCannotBeAskedAndReadBackLater) {
  const auto asked = request(3);
  must(lossy_.check_schema());
  proxy_.at_next_commit(LossyProxy::Fault::answer_lost);
  proxy_.refuse_connections(true);
  const auto result = lossy_.claim(asked);
  ASSERT_TRUE(result.has_error());
  EXPECT_EQ(result.error().kind, ErrorKind::in_doubt) << result.error().message;
  const auto still_away = lossy_.read_back(asked);
  ASSERT_TRUE(still_away.has_error());
  EXPECT_EQ(still_away.error().kind, ErrorKind::unavailable);

  proxy_.refuse_connections(false);
  const auto found = must(lossy_.read_back(asked));
  ASSERT_EQ(found.leads.size(), 3U);
  EXPECT_EQ(found.leads[2].attempt, asked.attempts[2]);
  EXPECT_EQ(found.next_due, std::nullopt);
}

TEST_F(InDoubt, TheSameClaimAgainGivesTheSameLeads) {
  const auto asked = request(3);
  const auto first = must(session_.claim(asked));
  const auto again = must(session_.claim(asked));
  ASSERT_EQ(again.leads.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(again.leads[i].lead, first.leads[i].lead);
    EXPECT_EQ(again.leads[i].attempt, first.leads[i].attempt);
  }
  EXPECT_EQ(attempts(), "3");
}

TEST_F(InDoubt, AWriteIsSimplyMadeAgain) {
  const auto lead = claim(1).at(0);
  const storage::WriteBatch batch{owner_, {accepted(lead)}, {ended(lead)}};
  proxy_.at_next_commit(LossyProxy::Fault::answer_lost);
  const auto first = lossy_.write(batch);
  ASSERT_TRUE(first.has_error());
  EXPECT_EQ(first.error().kind, ErrorKind::unavailable);
  EXPECT_EQ(attempt_state(lead.attempt), "ended");
  must(lossy_.write(batch));
}

// And no other connection takes its place, where the COMMIT would succeed without the transaction.
TEST_F(InDoubt, ABackendThatDiesBeforeTheCommitIsNoSuccess) {
  must(session_.check_schema());
  const auto result = session_.run(
      "dying",
      [&](storage::Transaction& transaction) -> storage::Result<void> {
        const std::string pid = storage::text_at(transaction.exec("select pg_backend_pid()")[0], 0);
        transaction.exec("insert into dialerd.campaign (name, account) values ('lost', 'main')");
        database_.value("select pg_terminate_backend(" + pid + ", 5000)");
        return {};
      },
      storage::Session::Repeat::harmful);
  ASSERT_TRUE(result.has_error());
  EXPECT_EQ(result.error().kind, ErrorKind::in_doubt);
  EXPECT_EQ(must(session_.find_campaign("lost")), std::nullopt);
}

}  // namespace
}  // namespace dialerd::test
