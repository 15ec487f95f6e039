// A small HTTP/1.1 server for requests from outside: TLS or plain, on the daemon's event loop, within bounds that hold
// before anybody is known: of bytes, of time, of connections. Knows no route and no secret; a Handler decides.
//
// A request's head is read first and shown to the handler; only what it admits may send a body. A connection is
// answered one request after the other, in order. What is refused before its body was read ends the connection.
// RFC 9110, RFC 9112. One thread: the loop's. Must be destroyed after the loop has stopped, and before its io_context.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "config/ip_address.h"
#include "config/webhook_config.h"
#include "daemon/http_server/message.h"
#include "daemon/http_server/tls_identity.h"

namespace boost::asio {
class io_context;
}

namespace dialerd::daemon::http_server {

struct Limits {
  std::size_t connections = 256;              // one more waits until one ends; the longest idle one is ended for it
  std::uint32_t header_bytes_max = 8 * 1024;  // request line and header fields; else 431
  std::uint64_t body_bytes_max = 256 * 1024;  // else 413
  std::chrono::milliseconds handshake{10'000};
  std::chrono::milliseconds request{10'000};   // from its first byte to its last, whatever comes in between
  std::chrono::milliseconds idle{30'000};      // between two requests of a connection
  std::chrono::milliseconds response{10'000};  // to write the answer
  std::chrono::milliseconds parting{2'000};    // for the peer to read a last answer and close
};

// Why the server itself refuses something, in words for the log.
namespace reason {
inline constexpr std::string_view tls = "no TLS handshake";
inline constexpr std::string_view malformed = "not HTTP";
inline constexpr std::string_view header_too_large = "header too large";
inline constexpr std::string_view body_too_large = "body too large";
inline constexpr std::string_view too_slow = "too slow";
inline constexpr std::string_view cut_off = "cut off within a request";
inline constexpr std::string_view internal = "a fault of the server";
inline constexpr std::string_view accept_failed = "a connection cannot be accepted";
}  // namespace reason

class Server {
 public:
  // `client` is nobody when no connection came about.
  using Refused = std::function<void(std::string_view reason, const std::optional<config::IpAddress>& client)>;

  // `tls`: null for plain HTTP.
  Server(boost::asio::io_context& io, const Limits& limits, std::unique_ptr<TlsIdentity> tls, Handler& handler,
         Refused refused);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Both throw std::runtime_error, saying which address; TemporaryFailure when the address is in use or this host does
  // not have it, or something ran out. `port` 0 takes any.
  void listen(const config::IpAddress& address, std::uint16_t port);
  // A listening stream socket of IPv4 or IPv6, as systemd hands them over; the server owns it from then on.
  void adopt(int descriptor);

  std::uint16_t port() const;                        // of the first socket
  std::vector<config::IpAddress> addresses() const;  // of each

  // Accepts nothing more, ends idle connections, and lets each request under way be answered.
  void drain();
  // Nothing is being read, handled or answered.
  bool quiet() const;
  // Ends every connection.
  void close();

  std::size_t connections() const;

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace dialerd::daemon::http_server
