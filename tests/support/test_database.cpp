#include "tests/support/test_database.h"

#include <cstdlib>
#include <random>
#include <stdexcept>

#include <pqxx/connection>
#include <pqxx/nontransaction>
#include <pqxx/result>

#include "storage/migrate.h"

namespace dialerd::test {

std::string cluster_conninfo() {
  const char* conninfo = std::getenv("DIALERD_TEST_POSTGRES");
  if (conninfo == nullptr) {
    throw std::runtime_error(
        "DIALERD_TEST_POSTGRES is not set: run this test by ctest, or see tests/support/test_database.h");
  }
  return conninfo;
}

std::vector<std::vector<std::string>> sql_rows(const std::string& conninfo, const std::string& sql) {
  pqxx::connection connection(conninfo +
                              " client_encoding=UTF8 options='-c timezone=UTC -c client_min_messages=warning'");
  pqxx::nontransaction statement(connection);
  const pqxx::result result = statement.exec(sql);
  std::vector<std::vector<std::string>> rows;
  for (const auto& row : result) {
    std::vector<std::string>& cells = rows.emplace_back();
    for (const auto& field : row) cells.emplace_back(field.is_null() ? "" : field.c_str());
  }
  return rows;
}

std::string sql_value(const std::string& conninfo, const std::string& sql) {
  return sql_rows(conninfo, sql).at(0).at(0);
}

TestDatabase::TestDatabase(Schema schema, const std::string& cluster)
    : cluster_(cluster),
      name_("dialerd_test_" + std::to_string(std::random_device{}()) + "_" + std::to_string(std::random_device{}())),
      conninfo_(cluster + " dbname=" + name_) {
  sql_rows(cluster_, "create database " + name_);
  if (schema == Schema::none) return;
  storage::Session session(settings());
  const storage::Result<int> migrated = storage::migrate(session, [](const storage::Migration&) {});
  if (migrated.has_error()) throw std::runtime_error("test database: " + migrated.error().message);
}

TestDatabase::~TestDatabase() {
  try {
    sql_rows(cluster_, "drop database " + name_ + " with (force)");
  } catch (const std::exception&) {
    // The cluster is thrown away after the run anyway, and a test may have stopped it.
  }
}

storage::SessionSettings TestDatabase::settings() const {
  storage::SessionSettings settings;
  settings.conninfo = conninfo_;
  settings.application_name = "dialerd-test";
  return settings;
}

}  // namespace dialerd::test
