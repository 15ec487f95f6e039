#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>

#include "tests/voxsim/request_parser.h"
#include "tests/voxsim/service.h"

namespace dialerd::voxsim {

// One client connection: TLS, HTTP/1.1 with keep-alive and pipelining, and whatever end a fault chooses for it. Keeps
// itself alive while an operation is pending; runs on the one thread of its socket's event loop. `service` must outlive
// it.
class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(boost::asio::ip::tcp::socket socket, boost::asio::ssl::context& tls, Service& service,
          std::uint32_t close_idle_ms);

  void start();

 private:
  enum class AfterWrite { kRead, kClose };

  void read();
  void on_read(boost::system::error_code error, std::size_t size);
  // Takes every request that is complete in the buffer, then writes their answers.
  void handle_received();
  // Whether more requests of this connection may be looked at.
  bool handle_one();
  void append_response(const Answer& answer, bool keep_alive);
  void refuse_unreadable(const boost::system::error_code& error);
  void write_later();
  void write();
  void on_written(boost::system::error_code error);
  void wait_in_silence();
  void reset();
  void close();
  void watch_idle();

  boost::asio::ssl::stream<boost::asio::ip::tcp::socket> stream_;
  Service& service_;
  std::chrono::milliseconds close_idle_;
  boost::beast::flat_buffer received_;
  std::optional<RequestParser> parser_;
  std::string output_;
  AfterWrite after_write_ = AfterWrite::kRead;
  std::optional<Delivery> end_;  // a fault that ends the connection once the answers before it are written
  std::uint32_t delay_ms_ = 0;
  boost::asio::steady_timer delay_;
  boost::asio::steady_timer idle_;
  bool waiting_for_request_ = false;
  std::chrono::steady_clock::time_point idle_since_;
};

}  // namespace dialerd::voxsim
