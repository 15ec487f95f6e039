// Servers that cannot prove who they are: nothing is ever said to them, so each is not_sent.
#include <string>
#include <vector>

#include "client_test.h"
#include <openssl/ssl.h>

namespace dialerd::daemon::voxapi::testing {
namespace {

constexpr const char* our_name = "DNS:localhost,IP:127.0.0.1";

struct UntrustworthyServer : ClientTest {
  void expect_not_sent(const std::string& part_of_detail) {
    const CreateAnswer answer = create();
    EXPECT_EQ(answer.kind, AnswerKind::not_sent);
    EXPECT_NE(answer.detail.find(part_of_detail), std::string::npos) << answer.detail;
    EXPECT_TRUE(server().requests().empty());
    EXPECT_TRUE(list({}).failure) << "a page from someone else proves nothing";
    EXPECT_TRUE(server().requests().empty());
  }
};

TEST_F(UntrustworthyServer, ExpiredCertificate) {
  start_server_with(authority().issue(our_name, {.from = -7200, .to = -60}), accepting_calls());
  start_client();
  expect_not_sent("certificate has expired");
}

TEST_F(UntrustworthyServer, CertificateNotYetValid) {
  start_server_with(authority().issue(our_name, {.from = 3600, .to = 7200}), accepting_calls());
  start_client();
  expect_not_sent("certificate is not yet valid");
}

TEST_F(UntrustworthyServer, CertificateOfAnotherHost) {
  start_server_named("DNS:voxapi.example", accepting_calls());
  start_client();
  expect_not_sent("hostname mismatch");
}

TEST_F(UntrustworthyServer, CertificateOfAHostThatOnlyBeginsLikeOurs) {
  start_server_named("DNS:localhost.example,DNS:*.localhost,DNS:l*host", accepting_calls());
  start_client();
  expect_not_sent("hostname mismatch");
}

TEST_F(UntrustworthyServer, SelfSignedCertificate) {
  start_server_with(self_signed(our_name), accepting_calls());
  start_client();
  expect_not_sent("self-signed certificate");
}

TEST_F(UntrustworthyServer, CertificateOfAnUnknownAuthority) {
  start_server_with(Authority("an authority of somebody's own").issue(our_name), accepting_calls());
  start_client();
  expect_not_sent("unable to get local issuer certificate");
}

TEST_F(UntrustworthyServer, OlderTlsThanWeSpeak) {
  for (const int version : {TLS1_VERSION, TLS1_1_VERSION}) {
    start_server_with(authority().issue(our_name), accepting_calls(), {.tls_version_max = version});
    start_client();
    expect_not_sent("TLS handshake");
  }
}

TEST_F(UntrustworthyServer, CertificateIsJudgedAnewOnEachConnection) {
  start_server(serving([](Session& session) { session.respond(201, R"({"id":"c"})", "Connection: close\r\n"); }));
  start_client();
  EXPECT_EQ(create().kind, AnswerKind::accepted);

  server().present(authority().issue("DNS:other.example"));
  EXPECT_EQ(create().kind, AnswerKind::not_sent);
  server().present(self_signed(our_name));
  EXPECT_EQ(create().kind, AnswerKind::not_sent);
  EXPECT_EQ(server().requests().size(), 1U);

  server().present(authority().issue(our_name));  // renewed
  EXPECT_EQ(create().kind, AnswerKind::accepted);
  EXPECT_EQ(server().requests().size(), 2U);
}

// Whoever speaks first answers nothing, however right it sounds.
TEST_F(UntrustworthyServer, AnswerThatWasThereBeforeTheRequestIsUnknown) {
  for (const char* greeting :
       {"HTTP/1.1 201 Created\r\nContent-Length: 12\r\n\r\n{\"id\":\"c-1\"}",
        "HTTP/1.1 429 Too Many Requests\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 422 Unprocessable\r\nContent-Length: 0\r\n\r\n", "220 mail.example ESMTP\r\n"}) {
    start_server_with(authority().issue(our_name), [](Session& session) { session.wait_for_peer(); },
                      {.tls_version_max = TLS1_2_VERSION, .greeting = greeting});
    start_client();
    const CreateAnswer answer = create();
    EXPECT_EQ(answer.kind, AnswerKind::unknown) << greeting;
    EXPECT_EQ(answer.detail, "reading the answer: it was there before the request");
    EXPECT_TRUE(answer.call_id.empty());
  }
}

}  // namespace
}  // namespace dialerd::daemon::voxapi::testing
