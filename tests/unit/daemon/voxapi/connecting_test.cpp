// Failures before the first byte of a request: each proves that there is no call, and no server sees a request.
#include "client_test.h"
#include <boost/asio/ip/tcp.hpp>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include "daemon/voxapi/tls.h"
#include "tests/support/no_descriptors.h"

namespace dialerd::daemon::voxapi::testing {
namespace {

struct Connecting : ClientTest {
  void expect_not_sent(const CreateAnswer& answer, const std::string& part_of_detail) {
    EXPECT_EQ(answer.kind, AnswerKind::not_sent);
    EXPECT_EQ(answer.http_status, 0);
    EXPECT_NE(answer.detail.find(part_of_detail), std::string::npos) << answer.detail;
    EXPECT_EQ(client().statistics().connections_open, 0);
    EXPECT_EQ(client().statistics().connections_opened, 0);
  }
};

std::uint16_t unused_port() {
  boost::asio::io_context io;
  boost::asio::ip::tcp::acceptor acceptor(io, {boost::asio::ip::address_v4::loopback(), 0});
  return acceptor.local_endpoint().port();
}

TEST_F(Connecting, RefusedPortIsNotSent) {
  start_client(
      [](ClientSettings& settings) { settings.base_url = "https://127.0.0.1:" + std::to_string(unused_port()); });
  expect_not_sent(create(), "refused");
}

TEST_F(Connecting, EachRequestCostsADeadServerOneAttempt) {
  start_client([](ClientSettings& settings) {
    settings.base_url = "https://127.0.0.1:" + std::to_string(unused_port());
    settings.http.connections = 2;
  });
  std::vector<std::shared_ptr<std::optional<CreateAnswer>>> answers;
  for (int i = 0; i < 20; ++i) answers.push_back(begin_create());
  for (const auto& answer : answers) EXPECT_EQ(wait(answer).kind, AnswerKind::not_sent);
}

TEST_F(Connecting, UnknownHostIsNotSent) {
  start_client([](ClientSettings& settings) {
    settings.base_url = "https://no-such-host.invalid";
    settings.http.connect_timeout = 1s;
  });
  expect_not_sent(create(), "name look-up");
}

TEST_F(Connecting, CertificateForAnotherHostIsNotSent) {
  start_server_named("DNS:other.example,IP:127.0.0.2", accepting_calls());
  start_client();
  expect_not_sent(create(), "hostname mismatch");
  EXPECT_TRUE(server().requests().empty());
}

TEST_F(Connecting, CertificateForAnotherAddressIsNotSent) {
  start_server_named("DNS:localhost,IP:127.0.0.2", accepting_calls());
  start_client(
      [&](ClientSettings& settings) { settings.base_url = "https://127.0.0.1:" + std::to_string(server().port()); });
  expect_not_sent(create(), "IP address mismatch");
  EXPECT_TRUE(server().requests().empty());
}

TEST_F(Connecting, CertificateOfAnUntrustedAuthorityIsNotSent) {
  start_server(accepting_calls());
  const Authority other("another authority");
  start_client(
      [&](ClientSettings& settings) { settings.http.ca_file = write_file("other.pem", other.certificate_pem()); });
  expect_not_sent(create(), "certificate verify failed");
  EXPECT_TRUE(server().requests().empty());
}

TEST_F(Connecting, SystemsTrustStoreDoesNotKnowTheTestsAuthority) {
  start_server(accepting_calls());
  start_client([](ClientSettings& settings) { settings.http.ca_file.reset(); });
  expect_not_sent(create(), "certificate verify failed");
}

TEST_F(Connecting, ServerThatNeverShakesHandsIsNotSentAfterTheConnectTimeout) {
  start_server(accepting_calls(), {.handshakes = false});
  start_client([](ClientSettings& settings) { settings.http.connect_timeout = 200ms; });
  const auto begin = std::chrono::steady_clock::now();
  expect_not_sent(create(), "TLS handshake: not done within 200 ms");
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 200ms);
}

TEST_F(Connecting, ServerThatDropsPacketsIsNotSentAfterTheConnectTimeout) {
  // A full accept queue makes Linux ignore further connection requests, as a firewall that drops packets does.
  boost::asio::io_context io;
  boost::asio::ip::tcp::acceptor acceptor(io, boost::asio::ip::tcp::v4());
  acceptor.bind({boost::asio::ip::address_v4::loopback(), 0});
  acceptor.listen(0);
  std::vector<boost::asio::ip::tcp::socket> filling;
  for (int i = 0; i < 4; ++i) {
    filling.emplace_back(io, boost::asio::ip::tcp::v4());
    filling.back().native_non_blocking(true);
    auto address = acceptor.local_endpoint();
    ::connect(filling.back().native_handle(), address.data(), static_cast<socklen_t>(address.size()));
  }
  start_client([&](ClientSettings& settings) {
    settings.base_url = "https://127.0.0.1:" + std::to_string(acceptor.local_endpoint().port());
    settings.http.connect_timeout = 200ms;
  });
  expect_not_sent(create(), "connect: no answer within 200 ms");
}

TEST_F(Connecting, SendDeadlineInThePastIsNotSent) {
  start_server(accepting_calls());
  start_client();
  EXPECT_EQ(create().kind, AnswerKind::accepted);
  const auto answer = wait(begin_create(-1ms));
  EXPECT_EQ(answer.kind, AnswerKind::not_sent);
  EXPECT_EQ(answer.detail, "send deadline passed");
  EXPECT_EQ(server().requests().size(), 1U);
}

TEST_F(Connecting, SendDeadlineHoldsWhileAConnectionIsMade) {
  start_server(accepting_calls(), {.handshakes = false});
  start_client([](ClientSettings& settings) { settings.http.connect_timeout = 5s; });
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(wait(begin_create(100ms)).detail, "send deadline passed");
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 2s);
}

TEST_F(Connecting, NameGoesAsSniAndAddressDoesNot) {
  start_server([](Session& session) {
    session.signal("name:" + session.server_name());
    while (session.read_request()) session.accept_call();
  });
  start_client();
  EXPECT_EQ(create().kind, AnswerKind::accepted);
  EXPECT_TRUE(server().wait_for("name:localhost", 1s));

  start_client(
      [&](ClientSettings& settings) { settings.base_url = "https://127.0.0.1:" + std::to_string(server().port()); });
  EXPECT_EQ(create().kind, AnswerKind::accepted);
  EXPECT_TRUE(server().wait_for("name:", 1s));
}

TEST_F(Connecting, SpeaksTls12ToAServerThatHasNothingNewer) {
  start_server(accepting_calls(), {.tls_version_max = TLS1_2_VERSION});
  start_client();
  EXPECT_EQ(create().kind, AnswerKind::accepted);
  EXPECT_EQ(create().kind, AnswerKind::accepted);
  EXPECT_EQ(server().connections(), 1);
}

TEST_F(Connecting, AcceptsNothingOlderThanTls12AndAlwaysVerifies) {
  auto context = make_tls_context(std::nullopt);
  EXPECT_EQ(SSL_CTX_ctrl(context.native_handle(), SSL_CTRL_GET_MIN_PROTO_VERSION, 0, nullptr), TLS1_2_VERSION);
  EXPECT_EQ(SSL_CTX_get_verify_mode(context.native_handle()), SSL_VERIFY_PEER);
}

TEST_F(Connecting, CaFileThatIsNoneIsRefused) {
  for (const auto& path : {write_file("empty.pem", ""), std::filesystem::path("/nowhere/ca.pem")}) {
    EXPECT_THROW(start_client([&](ClientSettings& settings) {
                   settings.base_url = "https://localhost";
                   settings.http.ca_file = path;
                 }),
                 std::runtime_error);
  }
}

// With exit code 3 no service would be started again.
TEST_F(Connecting, CaFileThatNoDescriptorIsLeftForIsNotToBlame) {
  if (dialerd::testing::sanitizer_needs_descriptors) GTEST_SKIP() << "the sanitizer needs descriptors itself";
  const auto file = write_file("ca.pem", "");
  const dialerd::testing::NoDescriptors none;
  EXPECT_THROW(make_tls_context(file), std::system_error);
}

TEST_F(Connecting, KeyThatCouldForgeAHeaderIsRefusedWithoutBeingQuoted) {
  for (const std::string key : {"", "secret\r\nX-Forged: 1", "secret\n", "two secrets", "secret\x7f",
                                "s\xc3\xa9"
                                "cret"}) {
    try {
      start_client([&](ClientSettings& settings) {
        settings.base_url = "https://localhost";
        settings.api_key = key;
      });
      FAIL() << "accepted";
    } catch (const std::runtime_error& error) {
      EXPECT_NE(std::string(error.what()).find("API key"), std::string::npos);
      EXPECT_EQ(std::string(error.what()).find("cret"), std::string::npos) << error.what();
    }
  }
}

}  // namespace
}  // namespace dialerd::daemon::voxapi::testing
