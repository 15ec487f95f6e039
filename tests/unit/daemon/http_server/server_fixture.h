// A server on a loop of its own, and clients that send what they like byte by byte.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include "daemon/http_server/server.h"

namespace dialerd::daemon::http_server::testing {

using namespace std::chrono_literals;

// One blocking connection. Whatever takes longer than five seconds fails the test.
class Client {
 public:
  // `version`: of TLS, at most; 0 for the newest.
  explicit Client(std::uint16_t port, bool tls = false, int version = 0);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  bool connected() const { return connected_; }  // with TLS: the handshake is done
  bool send(std::string_view bytes);
  void finish_sending();  // FIN

  struct Answer {
    int status = 0;
    std::string head;
    std::string body;
  };
  // The next answer as a whole; status 0 when the connection ended before.
  Answer read(bool to_head = false);
  // True when the server closes the connection, having sent nothing more.
  bool closed();

  bool renegotiate();     // another handshake within the connection
  std::string subject();  // of the server's certificate

 private:
  bool more();

  int socket_ = -1;
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_{nullptr, SSL_CTX_free};
  std::unique_ptr<SSL, decltype(&SSL_free)> tls_{nullptr, SSL_free};
  bool connected_ = false;
  std::string input_;
};

std::string post(std::string_view target, std::string_view body, std::string_view more_headers = {});

// Admits what does not go to /refused, and answers 200 with what it was sent, at once or when the test says so.
class EchoHandler : public Handler {
 public:
  Admission admit(const Request& head) override;
  void handle(Request request, std::size_t route, std::function<void(Response)> respond) override;

  // From now on answers wait; later: those that wait are given, oldest first.
  std::atomic<bool> holds = false;
  std::vector<std::function<void()>> held;  // of the loop's thread
  std::vector<Request> handled() const;

 private:
  mutable std::mutex mutex_;
  std::vector<Request> handled_;
};

class ServerTest : public ::testing::Test {
 protected:
  ~ServerTest() override;

  // Called once, before anything else. With a folder that holds cert.pem and key.pem: TLS.
  void start(const Limits& limits = {}, std::optional<config::TlsFiles> tls = std::nullopt);
  // On the loop's thread, and waits for it.
  void on_loop(const std::function<void()>& work);
  void release();  // what the handler holds
  // Waits for that; fails after five seconds.
  void wait_for(const std::function<bool()>& condition, std::string_view what);
  int refused(std::string_view reason);
  std::size_t connections();

  std::uint16_t port() const { return port_; }
  EchoHandler handler_;
  std::vector<std::string> warnings_;
  std::unique_ptr<Server> server_;

 private:
  std::mutex mutex_;
  std::map<std::string, int, std::less<>> refused_;
  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{io_.get_executor()};
  std::thread thread_;
  std::uint16_t port_ = 0;
};

}  // namespace dialerd::daemon::http_server::testing
