#include "daemon/http_server/server.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <exception>
#include <list>
#include <stdexcept>
#include <string>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ssl/context.hpp>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon/http_server/conversation.h"
#include "daemon/http_server/net.h"
#include "daemon/http_server/temporary_failure.h"

namespace dialerd::daemon::http_server {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

// No descriptor or memory for one more: others may give theirs back meanwhile.
constexpr std::chrono::milliseconds accept_pause{100};

config::IpAddress address_of(const asio::ip::address& address) {
  const asio::ip::address_v6 wide =
      address.is_v6() ? address.to_v6() : asio::ip::make_address_v6(asio::ip::v4_mapped, address.to_v4());
  config::IpAddress plain;
  const auto bytes = wide.to_bytes();
  std::copy(bytes.begin(), bytes.end(), plain.bytes.begin());
  return plain;
}

asio::ip::address asio_address(const config::IpAddress& address) {
  return asio::ip::make_address(to_string(address));  // an IPv4-mapped one becomes IPv4
}

bool may_pass(const error_code& error) {
  constexpr std::array<int, 6> passing = {EADDRINUSE, EADDRNOTAVAIL, EMFILE, ENFILE, ENOBUFS, ENOMEM};
  return std::any_of(passing.begin(), passing.end(),
                     [&](int one) { return error == error_code(one, boost::system::system_category()); });
}

}  // namespace

class Server::Impl : public std::enable_shared_from_this<Server::Impl> {
 public:
  Impl(asio::io_context& io, const Limits& limits, std::unique_ptr<TlsIdentity> tls, Handler& handler, Refused refused)
      : executor_(io.get_executor()),
        limits_(limits),
        tls_(std::move(tls)),
        handler_(handler),
        refused_(std::move(refused)),
        room_(executor_, Clock::time_point::max()) {}

  void listen(const config::IpAddress& address, std::uint16_t port) {
    const tcp::endpoint endpoint(asio_address(address), port);
    try {
      Acceptor acceptor(executor_);
      acceptor.open(endpoint.protocol());
      acceptor.set_option(tcp::acceptor::reuse_address(true));
      acceptor.bind(endpoint);
      acceptor.listen();
      start(std::move(acceptor));
    } catch (const boost::system::system_error& error) {
      const std::string what =
          "listening on " + to_string(address) + ", port " + std::to_string(port) + ": " + error.code().message();
      if (may_pass(error.code())) throw TemporaryFailure(what);
      throw std::runtime_error(what);
    }
  }

  void adopt(int descriptor) {
    sockaddr_storage bound{};
    socklen_t length = sizeof bound;
    int listens = 0;
    socklen_t listens_length = sizeof listens;
    const bool known = ::getsockname(descriptor, reinterpret_cast<sockaddr*>(&bound), &length) == 0 &&
                       ::getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &listens, &listens_length) == 0;
    if (!known || listens == 0 || (bound.ss_family != AF_INET && bound.ss_family != AF_INET6)) {
      throw std::runtime_error("descriptor " + std::to_string(descriptor) +
                               " is no listening TCP socket; give the socket unit ListenStream=ADDRESS:PORT");
    }
    Acceptor acceptor(executor_);
    acceptor.assign(bound.ss_family == AF_INET ? tcp::v4() : tcp::v6(), descriptor);
    start(std::move(acceptor));
  }

  std::uint16_t port() const { return acceptors_.front().local_endpoint().port(); }

  std::vector<config::IpAddress> addresses() const {
    std::vector<config::IpAddress> bound;
    for (const Acceptor& acceptor : acceptors_) bound.push_back(address_of(acceptor.local_endpoint().address()));
    return bound;
  }

  void drain() {
    draining_ = true;
    error_code ignored;
    for (Acceptor& acceptor : acceptors_) acceptor.close(ignored);
    room_.cancel();
    for (Connection* connection : connections_) {
      if (connection->idle()) connection->close();
    }
  }

  bool quiet() const {
    return std::all_of(connections_.begin(), connections_.end(), [](const Connection* one) { return one->idle(); });
  }

  void close() {
    drain();
    for (Connection* connection : connections_) connection->close();
  }

  std::size_t connections() const { return connections_.size(); }

 private:
  // One open connection; lives on its coroutine's frame.
  class Connection final : public Host {
   public:
    Connection(std::shared_ptr<Impl> server, const config::IpAddress& peer)
        : server_(std::move(server)),
          peer_(peer),
          place_(server_->connections_.insert(server_->connections_.end(), this)) {}
    ~Connection() {
      server_->connections_.erase(place_);
      server_->room_.cancel();
    }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    Awaitable<void> serve(Socket socket) {
      std::shared_ptr<asio::ssl::context> context = server_->tls_ ? server_->tls_->context(Clock::now()) : nullptr;
      PlainStream plain(std::move(socket));
      if (!context) {
        lowest_ = &plain;
        co_await converse(plain, *this);
      } else {
        TlsStream stream(std::move(plain), *context);
        lowest_ = &stream.next_layer();
        set_idle(true);
        lowest_->expires_after(limits().handshake);
        const auto [error] = co_await stream.async_handshake(asio::ssl::stream_base::server, as_values);
        set_idle(false);
        if (error) {
          refused(reason::tls);
        } else {
          co_await converse(stream, *this);
        }
        lowest_->close();
      }
      lowest_ = nullptr;
    }

    bool idle() const { return idle_; }
    // The operation under way ends with an error, and with it the coroutine.
    void close() {
      if (lowest_ != nullptr) lowest_->close();
    }

    const Limits& limits() const override { return server_->limits_; }
    Handler& handler() override { return server_->handler_; }
    bool draining() const override { return server_->draining_; }
    const config::IpAddress& peer() const override { return peer_; }
    void refused(std::string_view reason) override { server_->refused_(reason, peer_); }

    // The list is kept in the order in which connections were last of any use.
    void set_idle(bool idle) override {
      idle_ = idle;
      if (!idle) return;
      server_->connections_.splice(server_->connections_.end(), server_->connections_, place_);
      server_->room_.cancel();
    }

   private:
    std::shared_ptr<Impl> server_;
    config::IpAddress peer_;
    bool idle_ = false;
    PlainStream* lowest_ = nullptr;
    std::list<Connection*>::iterator place_;
  };

  void start(Acceptor acceptor) {
    acceptors_.push_back(std::move(acceptor));
    asio::co_spawn(executor_, accept(shared_from_this(), acceptors_.back()), asio::detached);
  }

  Awaitable<void> accept([[maybe_unused]] std::shared_ptr<Impl> self, Acceptor& acceptor) {
    for (;;) {
      auto [error, socket] = co_await acceptor.async_accept(as_values);
      if (!acceptor.is_open()) co_return;
      if (error == asio::error::connection_aborted) continue;
      if (error) {
        refused_(reason::accept_failed, std::nullopt);
        Timer pause(executor_, accept_pause);
        co_await pause.async_wait(as_values);
        if (!acceptor.is_open()) co_return;
        continue;
      }
      while (connections_.size() >= limits_.connections) {
        end_longest_idle();
        co_await room_.async_wait(as_values);
        if (!acceptor.is_open()) co_return;
      }
      error_code unknown;
      const tcp::endpoint peer = socket.remote_endpoint(unknown);
      if (unknown) continue;  // gone already
      error_code ignored;
      socket.set_option(tcp::no_delay(true), ignored);
      asio::co_spawn(executor_, serve(shared_from_this(), std::move(socket), address_of(peer.address())),
                     asio::detached);
    }
  }

  // A fault of ours, met by one strange request, must not end the daemon.
  Awaitable<void> serve(std::shared_ptr<Impl> self, Socket socket, config::IpAddress peer) {
    Connection connection(self, peer);
    try {
      co_await connection.serve(std::move(socket));
    } catch (const std::exception&) {
      connection.refused(reason::internal);
    }
  }

  void end_longest_idle() {
    for (Connection* connection : connections_) {
      if (connection->idle()) return connection->close();
    }
  }

  Executor executor_;
  Limits limits_;
  std::unique_ptr<TlsIdentity> tls_;
  Handler& handler_;
  Refused refused_;
  std::list<Acceptor> acceptors_;  // a list: coroutines refer to them
  std::list<Connection*> connections_;
  Timer room_;  // cancelled when there may be room for one more connection
  bool draining_ = false;
};

Server::Server(asio::io_context& io, const Limits& limits, std::unique_ptr<TlsIdentity> tls, Handler& handler,
               Refused refused)
    : impl_(std::make_shared<Impl>(io, limits, std::move(tls), handler, std::move(refused))) {}

Server::~Server() { impl_->close(); }

void Server::listen(const config::IpAddress& address, std::uint16_t port) { impl_->listen(address, port); }
void Server::adopt(int descriptor) { impl_->adopt(descriptor); }
std::uint16_t Server::port() const { return impl_->port(); }
std::vector<config::IpAddress> Server::addresses() const { return impl_->addresses(); }
void Server::drain() { impl_->drain(); }
bool Server::quiet() const { return impl_->quiet(); }
void Server::close() { impl_->close(); }
std::size_t Server::connections() const { return impl_->connections(); }

}  // namespace dialerd::daemon::http_server
