#include "storage/migrate.h"

#include <thread>

#include "storage_fixture.h"

#include "storage/preflight.h"

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

// A database that has been dialled from under 0001 alone.
TEST_F(Migrate, LeadsAndAttemptsFromBeforeTheRulesGetThem) {
  const auto all = storage::migrations();
  database_.rows(std::string(all[0].sql));
  database_.rows(
      "create table dialerd.schema_migration (number int primary key, name text not null, sha256 text not null, "
      "  applied_at timestamptz not null default now())");
  database_.rows(
      "insert into dialerd.schema_migration (number, name, sha256) select 1, 'foundation', "
      "encode(sha256(convert_to($dialerd$" +
      std::string(all[0].sql) + "$dialerd$, 'UTF8')), 'hex')");
  database_.rows(R"sql(
insert into dialerd.campaign (name, account) values ('kr', 'main'), ('us', 'main');
insert into dialerd.campaign_revision (campaign_id, revision, source) values
  (2, 1, E'campaign: us\nregion: FR\n'), (2, 2, E'campaign: us\n  region: GB\nregion: "US"  # here\n');
insert into dialerd.campaign_control (campaign_id, paused, changed_by) values (1, false, 'test'), (2, false, 'test');
insert into dialerd.lead (campaign_id, to_number) values (1, '1001'), (1, '1002'), (2, '1003');
update dialerd.lead_state set state = 'active', attempt_id = dialerd.uuid7_floor(now()) where lead_id = 1;
insert into dialerd.attempt (attempt_id, account, campaign_id, lead_id, epoch, state, disposition, counted) values
  (dialerd.uuid7_floor(now()), 'main', 1, 1, 1, 'in_progress', null, null),
  (dialerd.uuid7_floor(now() - interval '1 hour'), 'main', 2, 3, 1, 'ended', 'user_hangup', true),
  (dialerd.uuid7_floor(now() - interval '90 days'), 'main', 2, 3, 1, 'ended', 'dial_busy', true);
)sql");
  EXPECT_EQ(must(migrate()), static_cast<int>(all.size()) - 1);
  must(session_.check_schema());
  EXPECT_EQ(database_.value("select string_agg(region, ' ' order by campaign_id) from dialerd.campaign"), "KR US");
  const std::vector<std::vector<std::string>> attempts = {
      {"US1003", "US1003", "f"}, {"US1003", "US1003", "t"}, {"KR1001", "KR1001", ""}};
  EXPECT_EQ(database_.rows("select person, dialled, conversation from dialerd.attempt order by attempt_id"), attempts);

  // And dialling goes on.
  const auto owner = must(session_.acquire("main", "test", std::chrono::seconds(60)));
  storage::ClaimRequest asked{owner, campaign::CampaignId{1}, {""}, {}, new_attempts(5), {}};
  const auto leads = must(session_.claim(asked)).leads;
  ASSERT_EQ(leads.size(), 1U);
  EXPECT_EQ(leads[0].to_number, "1002");
  EXPECT_EQ(must(session_.history("main")).open.size(), 2U);
}

// docs/database.md: the daemon's own role, which may change no schema. What it may, it may after a migration too.
TEST_F(Migrate, TheDaemonsRoleKeepsWhatItNeeds) {
  const std::string role = "r" + database_.name();
  database_.rows(std::string(storage::migrations()[0].sql));
  database_.rows("create role " + role + " login; grant usage on schema dialerd to " + role +
                 "; grant select, insert, update on all tables in schema dialerd to " + role +
                 "; alter default privileges in schema dialerd grant select, insert, update on tables to " + role);
  database_.rows(std::string(storage::migrations()[1].sql));
  EXPECT_EQ(database_.value("select bool_and(has_table_privilege('" + role +
                            "', 'dialerd.' || t, 'delete')) "
                            "from unnest(array['suppression', 'suppression_list', 'condition']) t"),
            "t");
  EXPECT_EQ(database_.value("select has_table_privilege('" + role + "', 'dialerd.attempt', 'delete')"), "f");
  EXPECT_EQ(database_.value("select has_table_privilege('" + role + "', 'dialerd.gate_decision', 'insert')"), "t");
  database_.rows("drop owned by " + role + "; drop role " + role);
}

// Also where the database's administrator has set no default privileges.
TEST_F(Migrate, TheDaemonsRoleMayWriteOutcomesAndDeleteNone) {
  const std::string role = "r" + database_.name();
  database_.rows(std::string(storage::migrations()[0].sql));
  database_.rows("create role " + role + " login; grant select, insert, update on all tables in schema dialerd to " +
                 role);
  for (std::size_t i = 1; i <= 4; ++i) database_.rows(std::string(storage::migrations()[i].sql));
  const auto may = [&](const std::string& privileges) {
    return database_.value(
        "select string_agg(has_table_privilege('" + role + "', 'dialerd.' || t, '" + privileges +
        "')::text, ' ') from unnest(array['call_detail', 'late_news', 'resolution', 'webhook_event']) t");
  };
  for (const char* privilege : {"select", "insert", "update"})
    EXPECT_EQ(may(privilege), "true true true true") << privilege;
  EXPECT_EQ(may("delete"), "false false false false");
  database_.rows("drop owned by " + role + "; drop role " + role);
}

// docs/database.md: on a new installation too, the daemon's role has what it needs and cannot change what is on
// record.
TEST_F(Migrate, TheDaemonsRoleOfANewInstallationMayDialAndNotRewriteTheRecord) {
  must(storage::migrate(session_, [](const storage::Migration&) {}));
  const std::string role = "r" + database_.name();
  database_.rows("create role " + role + " login; select dialerd.grant_daemon_role('" + role + "')");
  storage::SessionSettings settings = database_.settings();
  settings.conninfo += " user=" + role;
  storage::Session session(settings);
  EXPECT_EQ(must(storage::missing_rights(session)), std::vector<std::string>{});
  must(session.register_campaign("spring", "main", "KR"));
  for (const char* sql :
       {"insert into dialerd.campaign_change (campaign_id, to_wish, reason, changed_by, db_user) "
        "select campaign_id, 'draft', '', '', '' from dialerd.campaign",
        "update dialerd.daemon_revision set applied_by = 'somebody'",
        "update dialerd.campaign_revision set applied_by = 'somebody'",
        "insert into dialerd.retention_log (action, done_by, reason, removed) values ('prune', '', '', '{}')",
        "delete from dialerd.attempt", "delete from dialerd.lead"}) {
    EXPECT_ANY_THROW(database_.rows("set role " + role + "; " + sql)) << sql;
  }
  database_.rows("drop owned by " + role + "; drop role " + role);
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
      "insert into dialerd.attempt (attempt_id, account, campaign_id, lead_id, epoch, person, dialled) "
      "values (dialerd.uuid7_floor('2035-03-05'), 'main', 1, 1, 1, 'KR1001', 'KR1001')");
  EXPECT_EQ(database_.value("select tableoid = 'dialerd.attempt_other'::regclass from dialerd.attempt"), "t");
  EXPECT_EQ(database_.value("select dialerd.ensure_attempt_partitions('2035-02-15')"), "2") << "February and April";
}

// Its rules would hold for nobody: a daemon that was not stopped for the migration may claim nothing any more.
TEST_F(Migrate, AnOlderDaemonsClaimsFail) {
  must(migrate());
  EXPECT_THROW(database_.rows("insert into dialerd.attempt (attempt_id, account, campaign_id, lead_id, epoch) "
                              "values (dialerd.uuid7_floor(now()), 'main', 1, 1, 1)"),
               std::exception);
  EXPECT_EQ(database_.value("select count(*) from dialerd.attempt"), "0");
}

}  // namespace
}  // namespace dialerd::test
