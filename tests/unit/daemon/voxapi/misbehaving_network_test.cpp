// A network that misbehaves between us and the API: names, addresses, descriptors, connections that go away.
#include <algorithm>
#include <array>
#include <atomic>
#include <filesystem>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "client_test.h"
#include "name_service.h"
#include <boost/asio/ip/tcp.hpp>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/support/no_descriptors.h"

namespace dialerd::daemon::voxapi::testing {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

constexpr const char* host = "api.dialerd.test";

std::vector<int> open_descriptors() {
  std::vector<int> found;
  for (int descriptor = 0; descriptor < 4096; ++descriptor) {
    if (::fcntl(descriptor, F_GETFD) >= 0) found.push_back(descriptor);
  }
  return found;
}

// This process's sockets that are connected to that port.
std::vector<int> sockets_to(std::uint16_t port) {
  std::vector<int> found;
  for (const int descriptor : open_descriptors()) {
    sockaddr_in peer{};
    socklen_t size = sizeof(peer);
    if (::getpeername(descriptor, reinterpret_cast<sockaddr*>(&peer), &size) == 0 && peer.sin_family == AF_INET &&
        ntohs(peer.sin_port) == port) {
      found.push_back(descriptor);
    }
  }
  return found;
}

int tcp_state(int socket) {
  tcp_info info{};
  socklen_t size = sizeof(info);
  return ::getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &size) == 0 ? info.tcpi_state : -1;
}

// Accepts and closes at once.
class SlammingServer {
 public:
  SlammingServer() : acceptor_(io_, {asio::ip::address_v4::loopback(), 0}), port_(acceptor_.local_endpoint().port()) {
    thread_ = std::thread([this] {
      for (;;) {
        boost::system::error_code error;
        const tcp::socket socket = acceptor_.accept(error);
        if (error) return;
        ++accepted_;
      }
    });
  }
  ~SlammingServer() {
    ::shutdown(acceptor_.native_handle(), SHUT_RDWR);
    thread_.join();
  }
  std::uint16_t port() const { return port_; }
  int accepted() const { return accepted_; }

 private:
  asio::io_context io_;
  tcp::acceptor acceptor_;
  std::uint16_t port_;
  std::atomic<int> accepted_ = 0;
  std::thread thread_;
};

struct MisbehavingNetwork : ClientTest {
  // `names` of the server as in its certificate.
  TlsServer& start_named_server(TlsServer::Options options = {}) {
    return start_server_with(authority().issue(std::string("DNS:") + host), accepting_calls(), std::move(options));
  }
  void start_named_client(std::uint16_t port, std::chrono::milliseconds connect_timeout = 2s) {
    start_client([&](ClientSettings& settings) {
      settings.base_url = "https://" + std::string(host) + ":" + std::to_string(port);
      settings.http.connect_timeout = connect_timeout;
    });
  }
};

// ---- names

TEST_F(MisbehavingNetwork, NameThatFailsIsNotSent) {
  start_named_server();
  start_named_client(server().port());
  for (const int error : {EAI_NONAME, EAI_AGAIN, EAI_FAIL, EAI_MEMORY}) {
    const KnownName name(host, {{.error = error}});
    const CreateAnswer answer = create();
    EXPECT_EQ(answer.kind, AnswerKind::not_sent);
    EXPECT_NE(answer.detail.find("name look-up"), std::string::npos) << answer.detail;
  }
  EXPECT_TRUE(server().requests().empty());
}

TEST_F(MisbehavingNetwork, NameThatFlapsIsFoundAsSoonAsItIsBack) {
  start_named_server();
  const KnownName name(
      host, {{.error = EAI_AGAIN}, {.error = EAI_NONAME}, {.addresses = {"127.0.0.1"}}, {.error = EAI_AGAIN}});
  start_named_client(server().port());
  EXPECT_EQ(create().kind, AnswerKind::not_sent);
  EXPECT_EQ(create().kind, AnswerKind::not_sent);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(create().kind, AnswerKind::accepted);  // a connection needs no name
  EXPECT_EQ(server().requests().size(), 5U);
  EXPECT_EQ(name.times_asked(), 3);
}

TEST_F(MisbehavingNetwork, NameServiceThatHangsIsNotSentAfterTheConnectTimeout) {
  const KnownName name(host, {{.hangs = true}});
  start_named_client(443, 200ms);
  const auto begin = std::chrono::steady_clock::now();
  const auto first = begin_create(), second = begin_create();
  for (const auto& answer : {wait(first), wait(second)}) {
    EXPECT_EQ(answer.kind, AnswerKind::not_sent);
    EXPECT_NE(answer.detail.find("name look-up: no answer within 200 ms"), std::string::npos) << answer.detail;
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 2s);
  EXPECT_EQ(name.times_asked(), 1);  // by however many connections
}

TEST_F(MisbehavingNetwork, NameWithoutAnAddressIsNotSent) {
  const KnownName name(host, {{.addresses = {}}});
  start_named_client(443);
  EXPECT_EQ(create().kind, AnswerKind::not_sent);
}

TEST_F(MisbehavingNetwork, NextAddressIsTriedWhenOneRefuses) {
  start_named_server();
  const KnownName name(host, {{.addresses = {"127.0.0.3", "127.0.0.2", "127.0.0.1"}}});
  start_named_client(server().port());
  EXPECT_EQ(create().kind, AnswerKind::accepted);
  EXPECT_EQ(server().requests().size(), 1U);
}

TEST_F(MisbehavingNetwork, AddressThatChangesIsFound) {
  start_named_server();
  const std::uint16_t port = server().port();
  KnownName name(host, {{.addresses = {"127.0.0.1"}}});
  start_named_client(port);
  EXPECT_EQ(create().kind, AnswerKind::accepted);

  stop_server();
  name.answer_from_now_on({{.addresses = {"127.0.0.2"}}});
  start_named_server({.address = "127.0.0.2", .port = port});
  const auto begin = std::chrono::steady_clock::now();
  CreateAnswer answer;
  do {
    answer = create();
    EXPECT_TRUE(answer.kind == AnswerKind::accepted || answer.kind == AnswerKind::not_sent) << answer.detail;
  } while (answer.kind != AnswerKind::accepted && std::chrono::steady_clock::now() - begin < 5s);
  EXPECT_EQ(answer.kind, AnswerKind::accepted);
  EXPECT_EQ(server().requests().size(), 1U);
}

// ---- connections that come to nothing

TEST_F(MisbehavingNetwork, StormOfConnectionsThatAreClosedAtOnce) {
  const SlammingServer slamming;
  start_client([&](ClientSettings& settings) {
    settings.base_url = "https://127.0.0.1:" + std::to_string(slamming.port());
    settings.http.connections = 8;
  });
  EXPECT_EQ(create().kind, AnswerKind::not_sent);  // whatever is opened once, such as the resolver's own
  const auto descriptors = open_descriptors().size();

  std::vector<std::shared_ptr<std::optional<CreateAnswer>>> answers;
  for (int i = 0; i < 500; ++i) answers.push_back(begin_create());
  std::size_t sockets_max = 0;
  run_until([&] {
    sockets_max = std::max(sockets_max, sockets_to(slamming.port()).size());
    return std::all_of(answers.begin(), answers.end(), [](const auto& answer) { return answer->has_value(); });
  });
  for (const auto& answer : answers) EXPECT_EQ((*answer)->kind, AnswerKind::not_sent);
  EXPECT_LE(sockets_max, 8U);
  EXPECT_LE(slamming.accepted(), 501) << "more than one connection for a request";
  EXPECT_EQ(client().statistics().connections_open, 0);
  EXPECT_EQ(open_descriptors().size(), descriptors);

  const int accepted = slamming.accepted();
  run_for(100ms);
  EXPECT_EQ(slamming.accepted(), accepted) << "connects although nothing waits";
}

TEST_F(MisbehavingNetwork, StormOfConnectionsThatAreClosedAfterTheHandshake) {
  start_server([](Session& session) { session.finish(); });
  start_client([](ClientSettings& settings) { settings.http.connections = 8; });
  std::vector<std::shared_ptr<std::optional<CreateAnswer>>> answers;
  for (int i = 0; i < 200; ++i) answers.push_back(begin_create());
  for (const auto& answer : answers) {
    const CreateAnswer given = wait(answer);
    // By then the request was on its way, or it was not.
    EXPECT_TRUE(given.kind == AnswerKind::unknown || given.kind == AnswerKind::not_sent) << given.detail;
  }
  EXPECT_LE(server().connections(), 200);
  EXPECT_EQ(client().statistics().connections_open, 0);
  EXPECT_TRUE(sockets_to(server().port()).empty());
}

TEST_F(MisbehavingNetwork, NoDescriptorLeftIsNotSent) {
  if (dialerd::testing::sanitizer_needs_descriptors) GTEST_SKIP() << "the sanitizer needs descriptors itself";
  start_server(accepting_calls());
  start_client([&](ClientSettings& settings) {
    settings.base_url = "https://127.0.0.1:" + std::to_string(server().port());
    settings.http.connections = 4;
  });
  std::vector<CreateAnswer> given;
  {
    const dialerd::testing::NoDescriptors none;
    std::vector<std::shared_ptr<std::optional<CreateAnswer>>> answers;
    for (int i = 0; i < 50; ++i) answers.push_back(begin_create());
    for (const auto& answer : answers) given.push_back(wait(answer));
  }

  for (const CreateAnswer& answer : given) {
    EXPECT_EQ(answer.kind, AnswerKind::not_sent);
    EXPECT_NE(answer.detail.find("Too many open files"), std::string::npos) << answer.detail;
  }
  EXPECT_TRUE(server().requests().empty());
  const CreateAnswer after = create();  // it is over when it is over
  EXPECT_EQ(after.kind, AnswerKind::accepted) << after.detail;
}

// ---- connections that go away under a request

TEST_F(MisbehavingNetwork, ConnectionThatClosesWhileItIsWrittenToNeverMakesASecondPost) {
  std::atomic<int> pause_us = 0;
  start_server([&pause_us](Session& session) {
    if (session.read_request()) session.accept_call();
    std::this_thread::sleep_for(std::chrono::microseconds(pause_us));
    switch (session.number() % 3) {
      case 0:
        return session.finish();
      case 1:
        return session.cut();
      default:
        return session.reset();
    }
  });
  start_client([](ClientSettings& settings) { settings.http.connections = 1; });
  std::mt19937 random(4);
  int in_doubt = 0;
  for (int round = 0; round < 200; ++round) {
    pause_us = static_cast<int>(random() % 300);
    EXPECT_EQ(create().kind, AnswerKind::accepted);
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 300));
    const CreateAnswer answer = create();
    EXPECT_TRUE(answer.kind == AnswerKind::accepted || answer.kind == AnswerKind::unknown) << answer.detail;
    if (answer.kind == AnswerKind::unknown) ++in_doubt;
    // The server closes after each answer; the next round begins on a connection of its own.
    run_until([&] { return client().statistics().connections_open == 0; });
  }
  EXPECT_GT(in_doubt, 0) << "never hit the moment";
  EXPECT_TRUE(sockets_to(server().port()).empty());
}

// The process does nothing at all here, as if it were stopped: only the kernel can let go of the POST.
TEST_F(MisbehavingNetwork, KernelGivesUpAPostThatEverybodyHasGivenUp) {
  start_server([](Session& session) {
    if (session.read_request()) session.accept_call();
    session.stop_hearing();
    session.signal("deaf");
    session.wait_for("hear again");
    session.hear_again();
    session.wait_for_peer();
  });
  start_client([](ClientSettings& settings) {
    settings.http.write_timeout = 200ms;
    settings.http.response_timeout = 400ms;
  });
  ASSERT_EQ(create().kind, AnswerKind::accepted);
  ASSERT_TRUE(server().wait_for("deaf"));
  const auto sockets = sockets_to(server().port());
  ASSERT_EQ(sockets.size(), 1U);
  unsigned int limit_ms = 0;
  socklen_t size = sizeof(limit_ms);
  ASSERT_EQ(::getsockopt(sockets[0], IPPROTO_TCP, TCP_USER_TIMEOUT, &limit_ms, &size), 0);
  EXPECT_EQ(limit_ms, 600U);

  const auto answer = begin_create();  // written to the socket, and never acknowledged
  const auto begin = std::chrono::steady_clock::now();
  while (tcp_state(sockets[0]) != TCP_CLOSE && std::chrono::steady_clock::now() - begin < 5s) {
    std::this_thread::sleep_for(10ms);
  }
  EXPECT_EQ(tcp_state(sockets[0]), TCP_CLOSE);
  EXPECT_FALSE(answer->has_value());
  server().signal("hear again");
  EXPECT_EQ(wait(answer).kind, AnswerKind::unknown);
  run_for(300ms);
  EXPECT_EQ(server().requests().size(), 1U) << "delivered after all";
}

}  // namespace
}  // namespace dialerd::daemon::voxapi::testing
