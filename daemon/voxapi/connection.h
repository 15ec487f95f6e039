// One connection to the API for its whole life: resolve, connect, TLS handshake, then one request after another.
//
//   connecting --> idle <--> writing --> reading
//        |          |           |           |        the owner hears ready() each time a request may be given,
//        +----------+-----------+-----------+--> ended      and ended() once
//
// It always reads, also while idle: that is how the peer's leaving is noticed before a request is written into the
// void. Every state has a deadline. A connection never sends anything twice and never reconnects; when it has ended it
// is done.
//
// On the loop only. Kept alive by its own pending operations; the owner must outlive it (it holds a share).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "config/daemon_config.h"
#include "daemon/voxapi/address_lookup.h"
#include "daemon/voxapi/exchange.h"
#include "daemon/voxapi/net.h"
#include "daemon/voxapi/response_reader.h"

namespace dialerd::daemon::voxapi {

class Connection;

class ConnectionOwner {
 public:
  // A request may be given now, with start(). Otherwise the connection is idle.
  virtual void ready(Connection& connection) = 0;
  // Gone, whatever the state. `failure` is what prevented it from ever getting ready, else empty.
  virtual void ended(Connection& connection, const std::string& failure) = 0;

 protected:
  ~ConnectionOwner() = default;
};

// What all connections of one account share.
struct ConnectionSettings {
  boost::asio::io_context& io;
  boost::asio::ssl::context tls;
  Endpoint endpoint;
  config::Http http;
};

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(ConnectionSettings& settings, std::shared_ptr<AddressLookup> addresses,
             std::shared_ptr<ConnectionOwner> owner);

  void connect();

  // Writes the job's request and answers it. False, with the job untouched and the connection ended, when the peer has
  // left or the connection has been idle for too long. Only after ready(), once for each.
  bool start(Job& job);

  // Ends the connection unless a request is under way; then it ends after that one's answer.
  void retire();

 private:
  enum class State : std::uint8_t { connecting, idle, writing, reading, ended };

  Awaitable<void> run(std::shared_ptr<Connection> self);
  Awaitable<std::string> resolve(Clock::time_point deadline);
  Awaitable<std::string> connect_to_any(Clock::time_point deadline);
  Awaitable<std::string> shake_hands(Clock::time_point deadline);
  Awaitable<std::string> open();

  void become_idle();
  bool may_have_left();
  void written(const boost::system::error_code& error);
  void received(std::size_t bytes);
  bool came_before_request();
  void stopped_reading(const boost::system::error_code& error);
  void complete(bool reusable);
  void fail(const std::string& failure);
  void say_goodbye();
  void end(const std::string& connect_failure);

  void set_deadline(Clock::time_point deadline);
  void arm_deadline_timer();
  void deadline_passed();

  ConnectionSettings& settings_;  // the owner's, which outlives the connection
  std::shared_ptr<AddressLookup> addresses_;
  std::shared_ptr<ConnectionOwner> owner_;
  TlsStream stream_;
  Timer resolved_;  // never expires; cancelled when the addresses are known or waiting for them is over

  // The timer is only moved when the deadline comes nearer; a later one is looked at when the timer fires. So a busy
  // connection touches its timer once in some seconds and not at every request.
  Timer deadline_timer_;
  Clock::time_point deadline_{};
  Clock::time_point timer_expiry_ = Clock::time_point::max();

  State state_ = State::connecting;
  bool retiring_ = false;
  bool fresh_ = false;           // the handshake has just ended: nothing can have happened since
  bool step_timed_out_ = false;  // of resolving, connecting or the handshake
  bool write_pending_ = false;   // request_ is in use
  std::optional<Addresses> found_;
  std::uint64_t received_before_request_ = 0;  // bytes of TLS; 0: nothing to look at
  std::string request_;
  std::optional<Job> job_;
  ResponseReader reader_;
};

}  // namespace dialerd::daemon::voxapi
