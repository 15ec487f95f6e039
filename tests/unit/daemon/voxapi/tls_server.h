// A server over real TLS that plays a script on each connection: blocking sockets, one thread a connection, so that a
// script reads from top to bottom like what happens on the wire.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "certificates.h"
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>

namespace dialerd::daemon::voxapi::testing {

class TlsServer;

// The server's end of one connection. A peer that has gone makes reads return false and writes do nothing.
class Session {
 public:
  Session(TlsServer& server, boost::asio::ip::tcp::socket socket, boost::asio::ssl::context& tls, int number);

  int number() const { return number_; }               // of the connection, from 1
  std::string server_name();                           // SNI, as the client sent it
  bool peer_said_goodbye() const { return goodbye_; }  // after a failed read: by close_notify and not by a cut

  bool read_request();  // a head and the body that its Content-Length announces
  const std::string& request() const { return request_; }

  void write(std::string_view bytes);
  void write_slowly(std::string_view bytes, std::chrono::milliseconds pause);  // byte by byte, until the peer has gone
  void respond(int status, std::string_view body, std::string_view more_headers = {});
  void accept_call();    // 201 with a call id of its own
  void say_goodbye();    // close_notify
  void finish();         // close_notify, then FIN
  void half_close();     // close_notify and FIN, but goes on listening
  void cut();            // FIN without close_notify
  void reset();          // RST
  void wait_for_peer();  // until the client has closed
  void signal(const std::string& event);
  void wait_for(const std::string& event);

  // From now on this end hears nothing: what the peer sends is dropped before the kernel acknowledges it, as by a
  // network that has gone dark. Or it hears again.
  void stop_hearing();
  void hear_again();

 private:
  friend class TlsServer;
  bool handshake(const std::string& greeting);

  TlsServer& server_;
  boost::asio::ssl::stream<boost::asio::ip::tcp::socket> stream_;
  int number_;
  bool goodbye_ = false;
  std::string input_;
  std::string request_;
};

using Script = std::function<void(Session&)>;

class TlsServer {
 public:
  struct Options {
    bool handshakes = true;   // false: accepts TCP and then says nothing
    int tls_version_max = 0;  // 0: the newest. What OpenSSL would not speak by itself is allowed when it is named here
    std::string address = "127.0.0.1";
    std::uint16_t port = 0;  // 0: any
    std::string greeting{};  // sent before anything is asked, in one packet with the end of the handshake (TLS 1.2)
  };

  TlsServer(const Certificate& certificate, Script script) : TlsServer(certificate, std::move(script), Options{}) {}
  TlsServer(const Certificate& certificate, Script script, Options options);
  ~TlsServer();

  std::uint16_t port() const { return port_; }

  // What the next connections are shown.
  void present(const Certificate& certificate);

  int connections() const;           // whose handshake succeeded
  int connections_open_max() const;  // at the same time
  std::vector<std::string> requests() const;
  std::map<int, int> requests_by_connection() const;

  // A script's way to say how far it has come, and a test's way to wait for it without running the client's loop.
  void signal(const std::string& event);
  bool wait_for(const std::string& event, std::chrono::milliseconds time = std::chrono::seconds(10)) const;

 private:
  friend class Session;
  void accept();
  void serve(Session& session);

  Script script_;
  Options options_;
  boost::asio::io_context io_;  // only ever used for blocking calls
  std::unique_ptr<boost::asio::ssl::context> tls_;
  boost::asio::ip::tcp::acceptor acceptor_;
  std::uint16_t port_ = 0;

  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  bool stopping_ = false;
  std::list<std::unique_ptr<Session>> sessions_;
  std::vector<std::thread> threads_;
  int connections_ = 0;
  int connections_open_ = 0;
  int connections_open_max_ = 0;
  std::vector<std::string> requests_;
  std::map<int, int> requests_by_connection_;
  std::vector<std::string> events_;
  std::thread accepting_;
};

}  // namespace dialerd::daemon::voxapi::testing
