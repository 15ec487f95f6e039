#include "tls_server.h"

#include <algorithm>
#include <array>

#include <boost/asio/error.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <linux/filter.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

namespace dialerd::daemon::voxapi::testing {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

std::size_t content_length(std::string_view head) {
  constexpr std::string_view name = "\r\nContent-Length: ";
  const auto at = head.find(name);
  return at == std::string_view::npos ? 0 : std::stoul(std::string(head.substr(at + name.size(), 10)));
}

}  // namespace

Session::Session(TlsServer& server, tcp::socket socket, asio::ssl::context& tls, int number)
    : server_(server), stream_(std::move(socket), tls), number_(number) {}

bool Session::handshake(const std::string& greeting) {
  const auto hold_back = [this](int on) {
    ::setsockopt(stream_.next_layer().native_handle(), IPPROTO_TCP, TCP_CORK, &on, sizeof(on));
  };
  error_code error;
  stream_.next_layer().set_option(tcp::no_delay(true), error);
  if (!greeting.empty()) hold_back(1);
  stream_.handshake(asio::ssl::stream_base::server, error);
  if (error) return false;
  if (!greeting.empty()) {
    write(greeting);
    hold_back(0);
  }
  return true;
}

std::string Session::server_name() {
  const char* name = SSL_get_servername(stream_.native_handle(), TLSEXT_NAMETYPE_host_name);
  return name == nullptr ? std::string() : std::string(name);
}

bool Session::read_request() {
  std::array<char, 4096> chunk{};
  for (;;) {
    const auto head_end = input_.find("\r\n\r\n");
    if (head_end != std::string::npos) {
      const auto size = head_end + 4 + content_length(std::string_view(input_).substr(0, head_end + 2));
      if (input_.size() >= size) {
        request_ = input_.substr(0, size);
        input_.erase(0, size);
        const std::lock_guard lock(server_.mutex_);
        server_.requests_.push_back(request_);
        ++server_.requests_by_connection_[number_];
        server_.changed_.notify_all();
        return true;
      }
    }
    error_code error;
    const auto bytes = stream_.read_some(asio::buffer(chunk), error);
    if (error) {
      goodbye_ = error == asio::error::eof;
      return false;
    }
    input_.append(chunk.data(), bytes);
  }
}

void Session::write(std::string_view bytes) {
  error_code ignored;
  asio::write(stream_, asio::buffer(bytes), ignored);
}

void Session::write_slowly(std::string_view bytes, std::chrono::milliseconds pause) {
  for (const char& byte : bytes) {
    error_code error;
    asio::write(stream_, asio::buffer(&byte, 1), error);
    if (error) return;
    std::this_thread::sleep_for(pause);
  }
}

void Session::respond(int status, std::string_view body, std::string_view more_headers) {
  std::string response = "HTTP/1.1 " + std::to_string(status) + " Something\r\nContent-Type: application/json\r\n";
  response += more_headers;
  response += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n";
  response += body;
  write(response);
}

void Session::accept_call() { respond(201, R"({"id":"call-)" + std::to_string(number_) + R"(","status":"queued"})"); }

void Session::say_goodbye() {
  // As if the peer's goodbye had come already: OpenSSL then sends ours and does not wait.
  SSL_set_shutdown(stream_.native_handle(), SSL_RECEIVED_SHUTDOWN);
  error_code ignored;
  stream_.shutdown(ignored);
}

void Session::finish() {
  say_goodbye();
  cut();
}

void Session::half_close() {
  say_goodbye();
  ::shutdown(stream_.next_layer().native_handle(), SHUT_WR);
}

void Session::cut() { ::shutdown(stream_.next_layer().native_handle(), SHUT_RDWR); }

void Session::reset() {
  const std::lock_guard lock(server_.mutex_);
  error_code ignored;
  stream_.next_layer().set_option(asio::socket_base::linger(true, 0), ignored);
  stream_.next_layer().close(ignored);
}

void Session::stop_hearing() {
  sock_filter drop_all = {BPF_RET | BPF_K, 0, 0, 0};
  const sock_fprog program = {1, &drop_all};
  ::setsockopt(stream_.next_layer().native_handle(), SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program));
}

void Session::hear_again() {
  const int unused = 0;
  ::setsockopt(stream_.next_layer().native_handle(), SOL_SOCKET, SO_DETACH_FILTER, &unused, sizeof(unused));
}

void Session::wait_for_peer() {
  while (read_request()) {
  }
}

void Session::signal(const std::string& event) { server_.signal(event); }

void Session::wait_for(const std::string& event) { server_.wait_for(event); }

TlsServer::TlsServer(const Certificate& certificate, Script script, Options options)
    : script_(std::move(script)),
      options_(std::move(options)),
      acceptor_(io_, tcp::endpoint(asio::ip::make_address(options_.address), options_.port)) {
  present(certificate);
  port_ = acceptor_.local_endpoint().port();
  accepting_ = std::thread([this] { accept(); });
}

void TlsServer::present(const Certificate& certificate) {
  auto tls = std::make_unique<asio::ssl::context>(asio::ssl::context::tls_server);
  tls->use_certificate_chain(asio::buffer(certificate.certificate_pem));
  tls->use_private_key(asio::buffer(certificate.private_key_pem), asio::ssl::context::pem);
  if (options_.tls_version_max != 0) {
    SSL_CTX_set_min_proto_version(tls->native_handle(), 0);
    SSL_CTX_set_max_proto_version(tls->native_handle(), options_.tls_version_max);
    SSL_CTX_set_security_level(tls->native_handle(), 0);
  }
  const std::lock_guard lock(mutex_);
  tls_ = std::move(tls);  // connections made with the old one keep what they need of it
}

TlsServer::~TlsServer() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    for (const auto& session : sessions_) {
      if (session->stream_.next_layer().is_open()) {
        ::shutdown(session->stream_.next_layer().native_handle(), SHUT_RDWR);
      }
    }
    changed_.notify_all();
  }
  ::shutdown(acceptor_.native_handle(), SHUT_RDWR);  // ends the blocking accept
  accepting_.join();
  for (auto& thread : threads_) thread.join();
}

void TlsServer::accept() {
  for (int number = 1;; ++number) {
    error_code error;
    tcp::socket socket = acceptor_.accept(error);
    if (error) std::this_thread::sleep_for(std::chrono::milliseconds(5));  // no descriptor left: a test's doing
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
    if (error) continue;
    sessions_.push_back(std::make_unique<Session>(*this, std::move(socket), *tls_, number));
    threads_.emplace_back([this, session = sessions_.back().get()] { serve(*session); });
  }
}

void TlsServer::serve(Session& session) {
  if (!options_.handshakes) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return stopping_; });
    return;
  }
  if (!session.handshake(options_.greeting)) return;
  {
    const std::lock_guard lock(mutex_);
    ++connections_;
    connections_open_max_ = std::max(connections_open_max_, ++connections_open_);
  }
  script_(session);
  const std::lock_guard lock(mutex_);
  --connections_open_;
  session.cut();
}

int TlsServer::connections() const {
  const std::lock_guard lock(mutex_);
  return connections_;
}

int TlsServer::connections_open_max() const {
  const std::lock_guard lock(mutex_);
  return connections_open_max_;
}

std::vector<std::string> TlsServer::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

std::map<int, int> TlsServer::requests_by_connection() const {
  const std::lock_guard lock(mutex_);
  return requests_by_connection_;
}

void TlsServer::signal(const std::string& event) {
  const std::lock_guard lock(mutex_);
  events_.push_back(event);
  changed_.notify_all();
}

bool TlsServer::wait_for(const std::string& event, std::chrono::milliseconds time) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(
      lock, time, [&] { return stopping_ || std::find(events_.begin(), events_.end(), event) != events_.end(); });
}

}  // namespace dialerd::daemon::voxapi::testing
