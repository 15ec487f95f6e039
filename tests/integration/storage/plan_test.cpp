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
        "insert into dialerd.attempt (attempt_id, account, campaign_id, lead_id, epoch, state) "
        "select overlay(dialerd.uuid7_floor(now() - age * interval '75 days' - n * interval '1 ms')::text "
        "               placing lpad(to_hex(n), 12, '0') from 25)::uuid, 'main', 1, n, 1, 'ended' "
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

  reset();
  must(session_.read_back(request(batch)));
  EXPECT_EQ(counted("seq_tup_read"), 0) << "read back";
}

INSTANTIATE_TEST_SUITE_P(Statistics, Plan, ::testing::Values(true, false),
                         [](const auto& variant) { return variant.param ? "Analyzed" : "NeverAnalyzed"; });

}  // namespace
}  // namespace dialerd::test
