// A database of its own for one test, in the cluster that ctest started (fixture `postgres`,
// tests/support/CMakeLists.txt). To run a test program by hand: deploy/private-postgres start DIR, and
// DIALERD_TEST_POSTGRES="$(deploy/private-postgres conninfo DIR)".
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "storage/session.h"

namespace dialerd::test {

// The cluster's connection string; throws when DIALERD_TEST_POSTGRES is not set.
std::string cluster_conninfo();

// SQL outside every storage function: to arrange and to look. NULL is an empty text.
std::vector<std::vector<std::string>> sql_rows(const std::string& conninfo, const std::string& sql);
std::string sql_value(const std::string& conninfo, const std::string& sql);  // of the first row's first column

class TestDatabase {
 public:
  enum class Schema { migrated, none };

  explicit TestDatabase(Schema schema = Schema::migrated, const std::string& cluster = cluster_conninfo());
  ~TestDatabase();  // drops it, whoever is still connected
  TestDatabase(const TestDatabase&) = delete;
  TestDatabase& operator=(const TestDatabase&) = delete;

  const std::string& name() const { return name_; }
  const std::string& conninfo() const { return conninfo_; }
  storage::SessionSettings settings() const;

  std::vector<std::vector<std::string>> rows(const std::string& sql) const { return sql_rows(conninfo_, sql); }
  std::string value(const std::string& sql) const { return sql_value(conninfo_, sql); }

 private:
  std::string cluster_;
  std::string name_;
  std::string conninfo_;
};

}  // namespace dialerd::test
