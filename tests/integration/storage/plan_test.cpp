// The plans of the hot statements over large tables, seen by what they read: a batch finds its rows by index, whatever
// the statistics say of the tables.
#include "storage_fixture.h"

#include "storage/transaction.h"

namespace dialerd::test {
namespace {

constexpr std::size_t batch = 500;  // the largest that the daemon makes

class Plan : public StorageTest, public ::testing::WithParamInterface<bool> {
 protected:
  Plan() {
    // No autovacuum here: with it the statistics would come at a moment of their own.
    for (const std::string table : {"lead", "lead_state", "attempt_other"}) no_autovacuum(table);
    for (const auto& row : database_.rows("select inhrelid::regclass::text from pg_inherits "
                                          "where inhparent = 'dialerd.attempt'::regclass")) {
      database_.rows("alter table " + row[0] + " set (autovacuum_enabled = off)");
    }
    add_leads(100'000);
    // Finished attempts of this month and of one that is over.
    database_.rows(
        "select dialerd.ensure_attempt_partitions(now() - interval '3 months');"
        "insert into dialerd.attempt (attempt_id, account, campaign_id, lead_id, epoch, state, person, dialled) "
        "select overlay(dialerd.uuid7_floor(now() - age * interval '75 days' - n * interval '1 ms')::text "
        "               placing lpad(to_hex(n), 12, '0') from 25)::uuid, 'main', 1, n, 1, 'ended', 'KR' || n, 'KR' || "
        "n "
        "from generate_series(1, 100000) n, generate_series(0, 1) age");
    if (GetParam()) database_.rows("analyze dialerd.lead; analyze dialerd.lead_state; analyze dialerd.attempt");
    reset();
  }

  void no_autovacuum(const std::string& table) const {
    database_.rows("alter table dialerd." + table + " set (autovacuum_enabled = off)");
  }
  void reset() const { database_.rows("select pg_stat_reset()"); }

  // Of the attempt partitions, lead and lead_state, since reset(). Flushes the session's own counters first.
  std::int64_t counted(const std::string& column) {
    must(session_.run("flushing statistics", [](storage::Transaction& transaction) -> storage::Result<void> {
      transaction.exec("select pg_stat_force_next_flush()");
      return {};
    }));
    return std::stoll(database_.value("select coalesce(sum(" + column +
                                      "), 0) from pg_stat_user_tables "
                                      "where relname like 'attempt_%' or relname in ('lead', 'lead_state')"));
  }
};

TEST_P(Plan, ABatchReadsNoTableFromEndToEnd) {
  const auto leads = claim(batch);
  ASSERT_EQ(leads.size(), batch);
  EXPECT_EQ(counted("seq_tup_read"), 0) << "claim";
  EXPECT_LE(counted("idx_tup_fetch"), 4 * static_cast<std::int64_t>(batch)) << "claim";

  storage::WriteBatch records{owner_, {}, {}};
  for (const auto& lead : leads) records.records.push_back(accepted(lead));
  reset();
  must(session_.write(records));
  EXPECT_EQ(counted("seq_tup_read"), 0) << "record";
  EXPECT_GE(counted("n_tup_hot_upd"), static_cast<std::int64_t>(batch) * 9 / 10) << "record";

  storage::WriteBatch settlements{owner_, {}, {}};
  for (const auto& lead : leads) settlements.settlements.push_back(ended(lead));
  reset();
  must(session_.write(settlements));
  EXPECT_EQ(counted("seq_tup_read"), 0) << "settle";
  EXPECT_LE(counted("idx_tup_fetch"), 3 * static_cast<std::int64_t>(batch)) << "settle";

  storage::WriteBatch after{owner_, {}, {}, {}, {}};
  for (const auto& lead : leads) {
    after.details.push_back({lead.attempt, {"1.5", "summary", "", "[1]", ""}});
    after.late_news.push_back({lead.attempt, "call", "error", "flow_error", {}, {}, wall_now()});
  }
  reset();
  must(session_.write(after));
  EXPECT_EQ(counted("seq_tup_read"), 0) << "details and late news";
  EXPECT_LE(counted("idx_tup_fetch"), 2 * static_cast<std::int64_t>(batch)) << "details and late news";

  reset();
  must(session_.read_back(request(batch)));
  EXPECT_EQ(counted("seq_tup_read"), 0) << "read back";
}

// Leads of clocks that are closed are due in masses, and cost nothing: neither are they read, nor are more leads locked
// than are taken. Of the open clocks each is walked no further than the claim's limit.
TEST_P(Plan, ClosedClocksAreNotReadAndOpenOnesAreMerged) {
  database_.rows(
      "update dialerd.lead_state set clock = (array['', 'Asia/Tokyo', 'Europe/Paris', 'Europe/London'])[1 + lead_id % "
      "4], "
      "callback = lead_id % 100 < 4");
  if (GetParam()) database_.rows("vacuum analyze dialerd.lead_state");
  reset();
  auto asked = request(batch);
  asked.clocks = {"Europe/London", "Asia/Tokyo"};
  const auto leads = must(session_.claim(asked)).leads;
  ASSERT_EQ(leads.size(), batch);
  for (std::size_t i = 1; i < leads.size(); ++i)
    EXPECT_LT(leads[i - 1].lead, leads[i].lead) << "in due order over both";
  EXPECT_EQ(counted("seq_tup_read"), 0);
  // Each lead: the walk, the lock, the payload, the update; and of each walk one that was not taken.
  EXPECT_LE(counted("idx_tup_fetch"), 5 * static_cast<std::int64_t>(batch));
  EXPECT_EQ(database_.value("select count(*) from dialerd.lead_state where xmax <> 0 and state = 'ready'"), "0");

  reset();
  EXPECT_EQ(must(session_.clocks({campaign_})).at(0).size(), 4U);
  EXPECT_LE(counted("idx_tup_fetch"), 20) << "from clock to clock";

  reset();
  asked = request(10);
  asked.clocks = {"Australia/Perth"};
  const auto none = must(session_.claim(asked));
  EXPECT_TRUE(none.leads.empty());
  EXPECT_TRUE(none.any_ready);
  EXPECT_LE(counted("idx_tup_fetch"), 20);
}

TEST_P(Plan, CapsAreCountedByIndex) {
  // Everybody has been called, twice.
  database_.rows(
      "alter table dialerd.attempt disable trigger attempt_terminal_is_final;"
      "update dialerd.attempt a set person = 'KR' || l.to_number, dialled = 'KR' || l.to_number, "
      "  counted = true from dialerd.lead l where l.lead_id = a.lead_id");
  if (GetParam()) database_.rows("vacuum analyze dialerd.attempt");
  storage::ClaimRules rules;
  rules.frequency_caps = {{config::FrequencyCap::Counts::attempts, 3, std::chrono::hours(24 * 90)},
                          {config::FrequencyCap::Counts::conversations, 1, std::chrono::hours(24 * 7)}};
  rules.lock_outs = {{"orphaned_no_agent_pickup", std::chrono::hours(72)}};
  reset();
  auto asked = request(250);
  asked.rules = rules;
  const auto leads = must(session_.claim(asked)).leads;
  ASSERT_EQ(leads.size(), 250U);
  EXPECT_EQ(counted("seq_tup_read"), 0);
  EXPECT_LE(counted("idx_tup_fetch"), 250 * 12);

  storage::RecheckRequest recheck{owner_, campaign_, {}, rules};
  for (const auto& lead : leads) recheck.attempts.push_back(lead.attempt);
  reset();
  EXPECT_TRUE(must(session_.recheck(recheck)).empty());
  EXPECT_EQ(counted("seq_tup_read"), 0);
  EXPECT_LE(counted("idx_tup_fetch"), 250 * 6);
}

INSTANTIATE_TEST_SUITE_P(Statistics, Plan, ::testing::Values(true, false),
                         [](const auto& variant) { return variant.param ? "Analyzed" : "NeverAnalyzed"; });

}  // namespace
}  // namespace dialerd::test
