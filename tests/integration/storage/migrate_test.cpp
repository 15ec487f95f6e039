#include "storage/migrate.h"

#include <thread>

#include "storage_fixture.h"

namespace dialerd::test {
namespace {

using storage::ErrorKind;

class Migrate : public ::testing::Test {
 protected:
  storage::Result<int> migrate() {
    return storage::migrate(session_, [&](const storage::Migration& m) { applied_.push_back(m.number); });
  }
  void expect_schema_error(const storage::Result<void>& result, const std::string& words) {
    ASSERT_TRUE(result.has_error());
    EXPECT_EQ(result.error().kind, ErrorKind::schema);
    EXPECT_NE(result.error().message.find(words), std::string::npos) << result.error().message;
  }

  TestDatabase database_{TestDatabase::Schema::none};
  storage::Session session_{database_.settings()};
  std::vector<int> applied_;
};

TEST_F(Migrate, AppliesAllOnceInOrder) {
  expect_schema_error(session_.check_schema(), "run `dialerd migrate`");
  const auto count = static_cast<int>(storage::migrations().size());
  EXPECT_EQ(must(migrate()), count);
  for (int i = 0; i < count; ++i) EXPECT_EQ(applied_.at(static_cast<std::size_t>(i)), i + 1);
  must(session_.check_schema());
  EXPECT_EQ(must(migrate()), 0);
}

TEST_F(Migrate, TwoAtOnceShareTheWork) {
  std::atomic<int> total = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      storage::Session session(database_.settings());
      const auto result = storage::migrate(session, [](const storage::Migration&) {});
      total += result.has_error() ? 1000 : *result;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(total, static_cast<int>(storage::migrations().size()));
  must(session_.check_schema());
}

TEST_F(Migrate, ANewerSchemaIsRefused) {
  must(migrate());
  database_.rows(
      "insert into dialerd.schema_migration (number, name, sha256) "
      "select max(number) + 1, 'future', '' from dialerd.schema_migration");
  expect_schema_error(session_.check_schema(), "newer than this program");
  const auto result = migrate();
  ASSERT_TRUE(result.has_error());
  EXPECT_EQ(result.error().kind, ErrorKind::schema);
}

TEST_F(Migrate, AnOlderSchemaIsRefused) {
  must(migrate());
  database_.rows(
      "delete from dialerd.schema_migration where number = (select max(number) from dialerd.schema_migration)");
  expect_schema_error(session_.check_schema(), "run `dialerd migrate`");
}

TEST_F(Migrate, AnEditedMigrationIsRefused) {
  must(migrate());
  database_.rows("update dialerd.schema_migration set sha256 = 'other' where number = 1");
  expect_schema_error(session_.check_schema(), "another text");
}

TEST_F(Migrate, PartitionsAreMadeAheadAndOnce) {
  must(migrate());
  must(session_.ensure_partitions());
  const std::string partitions = "select count(*) from pg_inherits where inhparent = 'dialerd.attempt'::regclass";
  EXPECT_EQ(database_.value(partitions), "4") << "three months and the rest";
  EXPECT_EQ(database_.value("select dialerd.ensure_attempt_partitions(now() + interval '1 month')"), "1");
  EXPECT_EQ(database_.value("select dialerd.ensure_attempt_partitions(now() + interval '1 month')"), "0");
  EXPECT_EQ(database_.value(partitions), "5");
}

TEST_F(Migrate, AMonthThatHasRowsAmongTheOthersDoesNotStopTheRest) {
  must(migrate());
  database_.rows(
      "insert into dialerd.attempt (attempt_id, account, campaign_id, lead_id, epoch) "
      "values (dialerd.uuid7_floor('2035-03-05'), 'main', 1, 1, 1)");
  EXPECT_EQ(database_.value("select tableoid = 'dialerd.attempt_other'::regclass from dialerd.attempt"), "t");
  EXPECT_EQ(database_.value("select dialerd.ensure_attempt_partitions('2035-02-15')"), "2") << "February and April";
}

}  // namespace
}  // namespace dialerd::test
