// A whole PostgreSQL server of one test's own, for tests that stop and start it (deploy/private-postgres).
#pragma once

#include <filesystem>
#include <string>

namespace dialerd::test {

class PrivatePostgres {
 public:
  PrivatePostgres();   // made and started
  ~PrivatePostgres();  // stopped and removed
  PrivatePostgres(const PrivatePostgres&) = delete;
  PrivatePostgres& operator=(const PrivatePostgres&) = delete;

  void start();
  void stop();   // as a system administrator would: open transactions are rolled back
  void crash();  // without a shutdown; the next start recovers
  const std::string& conninfo() const { return conninfo_; }

 private:
  void control(const std::string& arguments) const;

  std::filesystem::path directory_;
  std::string conninfo_;
};

}  // namespace dialerd::test
