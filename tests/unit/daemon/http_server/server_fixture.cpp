#include "server_fixture.h"

#include <algorithm>
#include <future>
#include <utility>

#include <arpa/inet.h>
#include <boost/asio/post.hpp>
#include <netinet/in.h>
#include <openssl/x509.h>
#include <sys/socket.h>
#include <unistd.h>

namespace dialerd::daemon::http_server::testing {

Client::Client(std::uint16_t port, bool tls, int version) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  const timeval patience{5, 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  connected_ = ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  if (!tls || !connected_) return;
  context_.reset(SSL_CTX_new(TLS_client_method()));
  SSL_CTX_set_max_proto_version(context_.get(), version);
  tls_.reset(SSL_new(context_.get()));
  SSL_set_fd(tls_.get(), socket_);
  connected_ = SSL_connect(tls_.get()) == 1;
}

Client::~Client() { ::close(socket_); }

bool Client::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = tls_ ? static_cast<ssize_t>(SSL_write(tls_.get(), bytes.data(), static_cast<int>(bytes.size())))
                           : ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

void Client::finish_sending() { ::shutdown(socket_, SHUT_WR); }

bool Client::more() {
  char bytes[4096];
  const auto got =
      tls_ ? static_cast<ssize_t>(SSL_read(tls_.get(), bytes, sizeof bytes)) : ::recv(socket_, bytes, sizeof bytes, 0);
  if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) ADD_FAILURE() << "the server said nothing for five seconds";
  if (got <= 0) return false;
  input_.append(bytes, static_cast<std::size_t>(got));
  return true;
}

Client::Answer Client::read(bool to_head) {
  std::size_t end = 0;
  while ((end = input_.find("\r\n\r\n")) == std::string::npos) {
    if (!more()) return {};
  }
  Answer answer;
  answer.head = input_.substr(0, end + 4);
  input_.erase(0, end + 4);
  answer.status = std::stoi(answer.head.substr(9, 3));
  const std::string name = "Content-Length: ";
  const std::size_t at = answer.head.find(name);
  const std::size_t length = at == std::string::npos || to_head ? 0 : std::stoul(answer.head.substr(at + name.size()));
  while (input_.size() < length) {
    if (!more()) return {};
  }
  answer.body = input_.substr(0, length);
  input_.erase(0, length);
  return answer;
}

bool Client::closed() { return input_.empty() && !more(); }

bool Client::renegotiate() { return SSL_renegotiate(tls_.get()) == 1 && SSL_do_handshake(tls_.get()) == 1; }

std::string Client::subject() {
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(SSL_get1_peer_certificate(tls_.get()), X509_free);
  const int size = i2d_X509(certificate.get(), nullptr);
  std::string bytes(static_cast<std::size_t>(size), '\0');
  auto* out = reinterpret_cast<unsigned char*>(bytes.data());
  i2d_X509(certificate.get(), &out);
  return bytes;
}

std::string post(std::string_view target, std::string_view body, std::string_view more_headers) {
  return "POST " + std::string(target) + " HTTP/1.1\r\nHost: here\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n" + std::string(more_headers) + "\r\n" + std::string(body);
}

Admission EchoHandler::admit(const Request& head) {
  if (head.target == "/refused") return {Response{404}};
  return {std::nullopt, 7};
}

void EchoHandler::handle(Request request, std::size_t route, std::function<void(Response)> respond) {
  EXPECT_EQ(route, 7U);
  {
    const std::lock_guard lock(mutex_);
    handled_.push_back(request);
  }
  auto answer = [respond = std::move(respond), body = std::move(request.body)] {
    respond(Response{200, "text/plain", body});
  };
  if (holds) {
    held.push_back(std::move(answer));
  } else {
    answer();
  }
}

std::vector<Request> EchoHandler::handled() const {
  const std::lock_guard lock(mutex_);
  return handled_;
}

ServerTest::~ServerTest() {
  if (server_) on_loop([this] { server_->close(); });
  work_.reset();
  io_.stop();
  if (thread_.joinable()) thread_.join();
  server_.reset();
}

void ServerTest::start(const Limits& limits, std::optional<config::TlsFiles> tls) {
  std::unique_ptr<TlsIdentity> identity;
  if (tls) {
    identity =
        std::make_unique<TlsIdentity>(*tls, [this](const std::string& warning) { warnings_.push_back(warning); });
  }
  server_ = std::make_unique<Server>(io_, limits, std::move(identity), handler_,
                                     [this](std::string_view reason, const std::optional<config::IpAddress>&) {
                                       const std::lock_guard lock(mutex_);
                                       ++refused_[std::string(reason)];
                                     });
  server_->listen(*config::parse_ip_address("127.0.0.1"), 0);
  port_ = server_->port();
  thread_ = std::thread([this] { io_.run(); });
}

void ServerTest::on_loop(const std::function<void()>& work) {
  std::promise<void> done;
  boost::asio::post(io_, [&] {
    work();
    done.set_value();
  });
  done.get_future().wait();
}

void ServerTest::release() {
  on_loop([this] {
    for (auto& answer : std::exchange(handler_.held, {})) answer();
  });
}

void ServerTest::wait_for(const std::function<bool()>& condition, std::string_view what) {
  const auto deadline = std::chrono::steady_clock::now() + 5s;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) {
      ADD_FAILURE() << "not within five seconds: " << what;
      return;
    }
    std::this_thread::sleep_for(2ms);
  }
}

int ServerTest::refused(std::string_view reason) {
  const std::lock_guard lock(mutex_);
  const auto at = refused_.find(reason);
  return at == refused_.end() ? 0 : at->second;
}

std::size_t ServerTest::connections() {
  std::size_t open = 0;
  on_loop([&] { open = server_->connections(); });
  return open;
}

}  // namespace dialerd::daemon::http_server::testing
