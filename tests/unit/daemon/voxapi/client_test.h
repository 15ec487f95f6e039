// A client and a scripted server on one machine, with a loop that the test runs by hand.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "certificates.h"
#include "tls_server.h"
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "daemon/voxapi/client.h"

namespace dialerd::daemon::voxapi::testing {

using namespace std::chrono_literals;
using campaign::AnswerKind;
using campaign::CreateAnswer;

inline constexpr const char* api_key = "vx-secret/Key+0123456789abcdef==";

class ClientTest : public ::testing::Test {
 protected:
  ClientTest();
  // Every test's last word: whatever happened, no request was sent twice.
  ~ClientTest() override;

  TlsServer& start_server(Script script, TlsServer::Options options = {});
  TlsServer& start_server_named(const std::string& names, Script script);
  TlsServer& start_server_with(const Certificate& certificate, Script script, TlsServer::Options options = {});
  void stop_server() { server_.reset(); }

  // `change` adjusts the settings: one account at https://localhost:<the server's port>, the test's authority trusted.
  Client& start_client(const std::function<void(ClientSettings&)>& change = [](ClientSettings&) {});

  // Runs the loop until `done`, at most for ten seconds.
  void run_until(const std::function<bool()>& done);
  void run_for(std::chrono::milliseconds time);

  // Starts a call; the answer appears later, in the order of the starts.
  std::shared_ptr<std::optional<CreateAnswer>> begin_create(std::chrono::milliseconds send_within = 30s);
  CreateAnswer wait(const std::shared_ptr<std::optional<CreateAnswer>>& answer);
  CreateAnswer create() { return wait(begin_create()); }
  ListAnswer list(const ListQuery& query);
  GetAnswer get(const std::string& call_id);

  boost::asio::io_context& io() { return io_; }
  Client& client() { return *client_; }
  TlsServer& server() { return *server_; }
  static const Authority& authority();
  std::filesystem::path write_file(const std::string& name, const std::string& text) const;

 private:
  std::filesystem::path folder_;
  std::unique_ptr<TlsServer> server_;
  boost::asio::io_context io_{1};
  std::unique_ptr<Client> client_;
  int created_ = 0;
};

// Serves requests with `answer` until the client leaves.
Script serving(std::function<void(Session&)> answer);
Script accepting_calls();

}  // namespace dialerd::daemon::voxapi::testing
