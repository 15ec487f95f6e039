#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <boost/json.hpp>

#include "tests/voxsim/options.h"
#include "tests/voxsim/server.h"
#include "tests/voxsim/tests/client.h"

namespace dialerd::voxsim {

// A folder of its own that goes away with the test.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  std::string operator/(const std::string& name) const { return path_ / name; }
  std::string path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// A running server with a certificate of its own and a ledger; calls ring and talk for no time unless told otherwise.
class Simulation {
 public:
  explicit Simulation(Options options = instant());
  ~Simulation() { server_->stop(); }

  static Options instant();

  Client client() const { return {folder_ / "ca.pem", server_->port()}; }
  std::vector<boost::json::object> ledger() const;
  std::string authority_file() const { return folder_ / "ca.pem"; }
  std::uint16_t port() const { return server_->port(); }

 private:
  TemporaryFolder folder_;
  std::unique_ptr<Server> server_;
};

std::vector<boost::json::object> read_json_lines(const std::string& path);

// A valid body for POST /v3/calls; the number called ends in `number`.
std::string call_body(int number, const std::string& attempt_id = {});

// The text at a path such as "error/code"; fails with an exception when it is not there.
std::string text(const boost::json::value& value, const std::string& path);
const boost::json::value& at(const boost::json::value& value, const std::string& path);

// Ids of all items on all pages of a listing; `query` starts with '?' or is empty.
std::vector<std::string> list_all(Client& client, const std::string& query);

}  // namespace dialerd::voxsim
