// What happens to a session whose server goes away, fills up, or becomes a standby.
#include <thread>

#include "storage_fixture.h"

#include "storage/transaction.h"
#include "tests/support/private_postgres.h"

namespace dialerd::test {
namespace {

using namespace std::chrono_literals;
using storage::ErrorKind;

class Failover : public StorageTest {
 protected:
  // Whatever is written from now on fails as it would with that condition on the server.
  void break_writes(const std::string& sqlstate, const std::string& words) const {
    database_.rows("create function fail() returns trigger language plpgsql as $$ begin raise exception '" + words +
                   "' using errcode = '" + sqlstate +
                   "'; end $$; create trigger fail before insert or update on dialerd.attempt execute function fail()");
  }
  void mend_writes() const { database_.rows("drop function fail() cascade"); }
};

TEST_F(Failover, AFullDiskIsWaitedForAndNothingIsLost) {
  add_leads(2);
  const auto lead = claim(1).at(0);
  break_writes("53100", "could not extend file: No space left on device");
  const auto claimed = session_.claim(request(1));
  ASSERT_TRUE(claimed.has_error());
  EXPECT_EQ(claimed.error().kind, ErrorKind::unavailable) << claimed.error().message;
  for (int i = 0; i < 2; ++i) {
    const auto written = record(accepted(lead));
    ASSERT_TRUE(written.has_error());
    EXPECT_EQ(written.error().kind, ErrorKind::unavailable) << written.error().message;
  }
  mend_writes();
  must(record(accepted(lead)));
  EXPECT_EQ(attempt_state(lead.attempt), "in_progress");
  EXPECT_EQ(claim(1).size(), 1U) << "the lead that could not be claimed is free";
}

TEST_F(Failover, WhatIsTransientIsTriedAgainAndWhatIsNotIsSaid) {
  add_leads(1);
  const auto lead = claim(1).at(0);
  const std::vector<std::pair<std::string, ErrorKind>> expected = {
      {"53000", ErrorKind::unavailable}, {"53100", ErrorKind::unavailable}, {"53200", ErrorKind::unavailable},
      {"53300", ErrorKind::unavailable}, {"53400", ErrorKind::unavailable}, {"25006", ErrorKind::unavailable},
      {"40001", ErrorKind::unavailable}, {"40P01", ErrorKind::unavailable}, {"57P01", ErrorKind::unavailable},
      {"57P02", ErrorKind::unavailable}, {"57P03", ErrorKind::unavailable}, {"57014", ErrorKind::unavailable},
      {"58030", ErrorKind::unavailable}, {"25P03", ErrorKind::unavailable}, {"08006", ErrorKind::unavailable},
      {"55P03", ErrorKind::unavailable}, {"22003", ErrorKind::refused},     {"23514", ErrorKind::refused},
      {"42501", ErrorKind::refused},     {"3F000", ErrorKind::schema},
  };
  for (const auto& [state, kind] : expected) {
    break_writes(state, "as it is said");
    const auto written = record(accepted(lead));
    ASSERT_TRUE(written.has_error()) << state;
    EXPECT_EQ(written.error().kind, kind) << state << ": " << written.error().message;
    mend_writes();
  }
}

// The server ends the session of a process that was stopped within a transaction; the process finds out much later.
TEST_F(Failover, ASessionThatSleptInATransactionIsReplaced) {
  int runs = 0;
  const auto sleep_in_the_first = [&](storage::Transaction& transaction) -> storage::Result<void> {
    transaction.exec("set local idle_in_transaction_session_timeout = 100");
    if (++runs == 1) std::this_thread::sleep_for(500ms);
    transaction.exec("select 1");
    return {};
  };

  // A session that was there before may have died long ago: the work is done again at once, in a new one.
  must(session_.database_time());
  must(session_.run("sleeping", sleep_in_the_first));
  EXPECT_EQ(runs, 2);

  // One that was made for it has no such excuse: that is said, and the next use makes another.
  runs = 0;
  storage::Session fresh(database_.settings());
  const auto done = fresh.run("sleeping", sleep_in_the_first);
  ASSERT_TRUE(done.has_error());
  EXPECT_EQ(done.error().kind, ErrorKind::unavailable) << done.error().message;
  EXPECT_EQ(runs, 1);
  must(fresh.database_time());
}

// Two servers in the connection string, as independent clusters.
class TwoServers : public ::testing::Test {
 protected:
  static std::string host_of(const std::string& conninfo) {
    const auto at = conninfo.find("host=") + 5;
    return conninfo.substr(at, conninfo.find(' ', at) - at);
  }
  storage::SessionSettings both() const {
    storage::SessionSettings settings;
    settings.conninfo = "host=" + host_of(first_.conninfo()) + "," + host_of(second_.conninfo()) +
                        " port=5432,5432 user=dialerd dbname=dialerd";
    return settings;
  }
  static std::string socket_of(storage::Session& session) {
    std::string value;
    must(session.run("looking", [&](storage::Transaction& transaction) -> storage::Result<void> {
      value = storage::text_at(transaction.exec("select current_setting('unix_socket_directories')")[0], 0);
      return {};
    }));
    return value;
  }
  static void write_something(storage::Session& session, const std::function<void(const storage::Error&)>& failed) {
    const auto done = session.run("writing", [&](storage::Transaction& transaction) -> storage::Result<void> {
      transaction.exec("create table something (x int)");
      return {};
    });
    if (done.has_error()) failed(done.error());
  }

  PrivatePostgres first_;
  PrivatePostgres second_;
};

TEST_F(TwoServers, TheOneThatTakesWritesIsFound) {
  storage::Session session(both());
  EXPECT_EQ(socket_of(session), host_of(first_.conninfo()));

  // The first becomes a standby under the open connection.
  sql_rows(first_.conninfo(), "alter system set default_transaction_read_only = on");
  sql_rows(first_.conninfo(), "select pg_reload_conf()");
  storage::Session looker(both());
  std::string where;
  for (int i = 0; i < 100 && where != host_of(second_.conninfo()); ++i) {
    storage::Session fresh(both());
    where = socket_of(fresh);
    std::this_thread::sleep_for(20ms);
  }
  EXPECT_EQ(where, host_of(second_.conninfo()));
  int failures = 0;
  write_something(session, [&](const storage::Error& error) {
    ++failures;
    EXPECT_EQ(error.kind, ErrorKind::unavailable) << error.message;
  });
  EXPECT_EQ(failures, 1) << "it is not silently done elsewhere";
  write_something(session, [&](const storage::Error& error) { FAIL() << error.message; });
  EXPECT_EQ(socket_of(session), host_of(second_.conninfo()));

  // And back, when the second one crashes.
  sql_rows(first_.conninfo() + " options='-c default_transaction_read_only=off'",
           "alter system reset default_transaction_read_only");
  sql_rows(first_.conninfo(), "select pg_reload_conf()");
  second_.crash();
  bool found = false;
  for (int i = 0; i < 100 && !found; ++i) {
    found = session.database_time().has_value() && socket_of(session) == host_of(first_.conninfo());
    if (!found) std::this_thread::sleep_for(20ms);
  }
  EXPECT_TRUE(found);
}

TEST_F(TwoServers, OneThatMayLoseCommitsIsNoRefuge) {
  storage::SessionSettings settings = both();
  settings.must_be_durable = true;
  sql_rows(first_.conninfo(), "alter system set fsync = on");
  sql_rows(first_.conninfo(), "select pg_reload_conf()");
  storage::Session session(settings);
  bool found = false;
  for (int i = 0; i < 100 && !found; ++i) {
    found = session.database_time().has_value();
    if (!found) std::this_thread::sleep_for(20ms);
  }
  ASSERT_TRUE(found);
  first_.crash();
  for (int i = 0; i < 3; ++i) {
    const auto time = session.database_time();
    ASSERT_TRUE(time.has_error());
    EXPECT_EQ(time.error().kind, ErrorKind::unavailable);
  }
  EXPECT_NE(session.database_time().error().message.find("fsync is off"), std::string::npos);
}

}  // namespace
}  // namespace dialerd::test
