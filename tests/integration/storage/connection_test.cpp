#include "storage_fixture.h"

#include "storage/backoff.h"
#include "storage/connection_string.h"
#include "storage/migrate.h"
#include "storage/transaction.h"
#include "tests/support/private_postgres.h"

namespace dialerd::test {
namespace {

using namespace std::chrono_literals;
using storage::ErrorKind;

std::string setting(storage::Session& session, const std::string& name) {
  std::string value;
  must(session.run("reading a setting", [&](storage::Transaction& transaction) -> storage::Result<void> {
    value = storage::text_at(transaction.exec("select current_setting($1)", name)[0], 0);
    return {};
  }));
  return value;
}

class Connection : public ::testing::Test {
 protected:
  std::string uri() const {  // of the same database
    const std::string& conninfo = database_.conninfo();
    const auto host = conninfo.substr(conninfo.find("host=") + 5);
    return "postgresql://dialerd@/" + database_.name() +
           "?port=5432&options=-c%20work_mem%3D5MB&host=" + host.substr(0, host.find(' '));
  }

  TestDatabase database_{TestDatabase::Schema::none};
};

TEST_F(Connection, CarriesItsSettingsInBothForms) {
  for (const std::string& conninfo : {database_.conninfo() + " options='-c work_mem=5MB'", uri()}) {
    storage::SessionSettings settings = database_.settings();
    settings.conninfo = conninfo;
    settings.statement_timeout = 1234ms;
    settings.lock_timeout = 567ms;
    storage::Session session(settings);
    EXPECT_EQ(setting(session, "statement_timeout"), "1234ms");
    EXPECT_EQ(setting(session, "lock_timeout"), "567ms");
    EXPECT_EQ(setting(session, "plan_cache_mode"), "force_custom_plan");
    EXPECT_EQ(setting(session, "default_transaction_isolation"), "read committed");
    EXPECT_EQ(setting(session, "synchronous_commit"), "on");
    EXPECT_EQ(setting(session, "TimeZone"), "UTC");
    EXPECT_EQ(setting(session, "client_encoding"), "UTF8");
    EXPECT_EQ(setting(session, "application_name"), "dialerd-test");
    EXPECT_EQ(setting(session, "work_mem"), "5MB") << "the operator's own options stay";
  }
}

TEST_F(Connection, TheOperatorsOwnKeywordsWin) {
  storage::SessionSettings settings;
  settings.conninfo =
      R"(host=a,b connect_timeout=9 target_session_attrs=any password='it\'s \\' application_name=mine)";
  const std::string text = must(storage::connection_string(settings));
  EXPECT_NE(text.find("connect_timeout='9'"), std::string::npos);
  EXPECT_NE(text.find("target_session_attrs='any'"), std::string::npos);
  EXPECT_NE(text.find("application_name='mine'"), std::string::npos);
  EXPECT_NE(text.find(R"(password='it\'s \\')"), std::string::npos);
  EXPECT_NE(text.find("host='a,b'"), std::string::npos);
}

TEST_F(Connection, APasswordJoinsBothFormsWhateverIsInIt) {
  for (const char* conninfo : {"host=a user=b", "postgresql://b@a/db?sslmode=require", "postgresql://b@a/db"}) {
    storage::SessionSettings settings;
    settings.conninfo = conninfo;
    settings.password = R"(it's & 한 \ ?)";
    const std::string text = must(storage::connection_string(settings));
    EXPECT_NE(text.find(R"(password='it\'s & 한 \\ ?')"), std::string::npos) << text;
  }
}

TEST_F(Connection, AnUnreadableStringIsRefusedWithoutShowingIt) {
  storage::SessionSettings settings;
  settings.conninfo = "password=secret nonsense";
  storage::Session session(settings);
  const auto time = session.database_time();
  ASSERT_TRUE(time.has_error());
  EXPECT_EQ(time.error().kind, ErrorKind::refused);
  EXPECT_EQ(time.error().message.find("secret"), std::string::npos);
}

TEST_F(Connection, NobodyThereIsUnavailable) {
  storage::SessionSettings settings;
  settings.conninfo = "host=/nonexistent dbname=dialerd";
  storage::Session session(settings);
  const auto time = session.database_time();
  ASSERT_TRUE(time.has_error());
  EXPECT_EQ(time.error().kind, ErrorKind::unavailable);
}

TEST_F(Connection, StatementAndLockTimeoutsAreUnavailable) {
  storage::SessionSettings settings = database_.settings();
  settings.statement_timeout = 100ms;
  settings.lock_timeout = 50ms;
  storage::Session session(settings);
  const auto slow = session.run("sleeping", [](storage::Transaction& transaction) -> storage::Result<void> {
    transaction.exec("select pg_sleep(5)");
    return {};
  });
  ASSERT_TRUE(slow.has_error());
  EXPECT_EQ(slow.error().kind, ErrorKind::unavailable);
  EXPECT_NE(slow.error().message.find("sleeping: canceling statement due to statement timeout"), std::string::npos)
      << slow.error().message;

  database_.rows("create table busy (x int)");
  storage::Session holder(database_.settings());
  must(holder.run("holding", [&](storage::Transaction& transaction) -> storage::Result<void> {
    transaction.exec("lock table busy");
    const auto locked = session.run("waiting", [](storage::Transaction& other) -> storage::Result<void> {
      other.exec("select from busy");
      return {};
    });
    EXPECT_TRUE(locked.has_error() && locked.error().kind == ErrorKind::unavailable);
    return {};
  }));
}

TEST_F(Connection, AnIdleConnectionThatWasCutIsReplacedUnnoticed) {
  storage::Session session(database_.settings());
  const std::string pid = [&] {
    std::string value;
    must(session.run("pid", [&](storage::Transaction& transaction) -> storage::Result<void> {
      value = storage::text_at(transaction.exec("select pg_backend_pid()")[0], 0);
      return {};
    }));
    return value;
  }();
  database_.value("select pg_terminate_backend(" + pid + ", 5000)");
  must(session.database_time());
}

TEST_F(Connection, WithoutASchemaItSaysSo) {
  storage::Session session(database_.settings());
  const auto found = session.find_campaign("x");
  ASSERT_TRUE(found.has_error());
  EXPECT_EQ(found.error().kind, ErrorKind::schema);
}

TEST(ServerRestart, TheSameSessionRecovers) {
  PrivatePostgres server;
  TestDatabase database(TestDatabase::Schema::migrated, server.conninfo());
  storage::Session session(database.settings());
  const auto campaign = must(session.register_campaign("spring", "main", "KR"));
  const auto owner = must(session.acquire("main", "test", 60s));
  database.rows("insert into dialerd.lead (campaign_id, to_number) values (1, '0100000001'), (1, '0100000002')");
  const auto first = must(session.claim({owner, campaign, {""}, {}, new_attempts(1), {}}));
  ASSERT_EQ(first.leads.size(), 1U);

  server.crash();
  for (int i = 0; i < 2; ++i) {
    const auto down = session.claim({owner, campaign, {""}, {}, new_attempts(1), {}});
    ASSERT_TRUE(down.has_error());
    EXPECT_EQ(down.error().kind, ErrorKind::unavailable) << down.error().message;
  }
  server.start();

  must(session.write({owner, {accepted(first.leads[0])}, {ended(first.leads[0])}}));
  const auto second = must(session.claim({owner, campaign, {""}, {}, new_attempts(5), {}}));
  ASSERT_EQ(second.leads.size(), 1U);
  EXPECT_NE(second.leads[0].lead, first.leads[0].lead);

  server.stop();
  EXPECT_TRUE(session.database_time().has_error());
  server.start();
  must(session.database_time());
}

TEST(Backoff, DoublesUpToItsCeilingAndStartsOver) {
  storage::Backoff backoff;
  EXPECT_EQ(backoff.next(0.5), 25ms);
  EXPECT_EQ(backoff.next(0.5), 50ms);
  for (int i = 0; i < 20; ++i) backoff.next(0);
  EXPECT_EQ(backoff.next(0.999), 4995ms);
  EXPECT_EQ(backoff.next(0), 0ms);
  backoff.reset();
  EXPECT_EQ(backoff.next(0.5), 25ms);
}

}  // namespace
}  // namespace dialerd::test
