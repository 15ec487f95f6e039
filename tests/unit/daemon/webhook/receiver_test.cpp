// Who is heard, and what each is answered; without sockets, which tests/unit/daemon/http_server has.
#include "daemon/webhook/receiver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/webhook/digest.h"

namespace dialerd::daemon::webhook {
namespace {

using http_server::Request;
using http_server::Response;
using testing::ElementsAre;
using testing::IsEmpty;

const std::string secret = "0123456789abcdef01234567";
const std::string next_secret = "abcdefabcdefabcdefabcdef";
const std::string good_body = R"({"event":"call_ended","webhook_version":"v2","call":{"call_id":"c-1"}})";

config::Account account(const std::string& name) {
  config::Account made;
  made.name = name;
  made.webhook.emplace();
  return made;
}

class Reception : public ::testing::Test {
 protected:
  struct Answer {
    int status = 0;
    bool read_body = false;
    Response response;
  };

  // The accounts `main`, and `signed` with a signature.
  void open(std::vector<config::IpRange> allow_from = {}, std::vector<config::IpRange> proxies = {},
            bool trusted = false) {
    config::Account plain = account("main");
    plain.webhook->allow_from = std::move(allow_from);
    config::Account with_signature = account("signed");
    with_signature.webhook->signature.emplace();
    with_signature.webhook->signature->header = "X-Sig";
    with_signature.webhook->signature->trusted = trusted;
    std::vector<Endpoint> endpoints = {make_endpoint(plain, {{secret, next_secret}, {}}),
                                       make_endpoint(with_signature, {{secret}, {"Jefe", "next"}})};
    receiver_ = std::make_unique<Receiver>(
        std::move(endpoints), std::move(proxies),
        [this](storage::Webhook webhook, Receiver::KeepDone done) {
          kept_.push_back(std::move(webhook));
          done(keeps_);
        },
        [this](std::string_view reason, const std::optional<config::IpAddress>& client) {
          refusals_.emplace_back(reason);
          last_client_ = client ? to_string(*client) : "nobody";
        });
  }

  static Request request(std::string target, std::string body = good_body) {
    Request made;
    made.peer = *config::parse_ip_address("192.0.2.1");
    made.method = "POST";
    made.target = std::move(target);
    made.body = std::move(body);
    return made;
  }

  // As the server does it: the body is there only after the head was admitted.
  Answer ask(Request whole) {
    Answer answer;
    std::string body = std::exchange(whole.body, "");
    const auto admission = receiver_->admit(whole);
    if (admission.refusal) {
      answer.response = *admission.refusal;
    } else {
      answer.read_body = true;
      whole.body = std::move(body);
      receiver_->handle(std::move(whole), admission.route, [&](Response response) { answer.response = response; });
    }
    answer.status = answer.response.status;
    return answer;
  }

  // Of good_body.
  static std::string sign(const std::string& key);

  std::unique_ptr<Receiver> receiver_;
  Keeping keeps_ = Keeping::kept;
  std::vector<storage::Webhook> kept_;
  std::vector<std::string> refusals_;
  std::string last_client_;
};

// printf '%s' "$good_body" | openssl dgst -sha256 -hmac Jefe
std::string Reception::sign(const std::string& key) {
  return key == "Jefe" ? "90d48a312473aa83e0343a8b6214c1574add95befec7761ed7f69167128fcd58"
                       : "b3b745d129c0a95dc3df06b828b67c60d141484864c4a61539055d05c54851d6";
}

TEST_F(Reception, KeepsWhatItIsToldAndSaysSo) {
  open();
  const Answer answer = ask(request("/webhooks/main/" + secret));
  EXPECT_EQ(answer.status, 204);
  ASSERT_EQ(kept_.size(), 1U);
  EXPECT_EQ(kept_[0].account, "main");
  EXPECT_EQ(kept_[0].digest, sha256(good_body));
  EXPECT_EQ(kept_[0].event, "call_ended");
  EXPECT_EQ(kept_[0].version, "v2");
  EXPECT_EQ(kept_[0].call_id, "c-1");
  EXPECT_EQ(kept_[0].attempt, std::nullopt);
  EXPECT_EQ(kept_[0].body, good_body);
  EXPECT_FALSE(kept_[0].trusted);
  EXPECT_THAT(refusals_, IsEmpty());
}

TEST_F(Reception, TakesTheSecretThatComesAndTheOneThatGoes) {
  open();
  EXPECT_EQ(ask(request("/webhooks/main/" + next_secret)).status, 204);
  EXPECT_EQ(ask(request("/webhooks/main/" + secret)).status, 204);
  EXPECT_EQ(ask(request("/webhooks/signed/" + next_secret)).status, 404);
}

TEST_F(Reception, TellsNobodyWhichAccountsThereAre) {
  open({*config::parse_ip_range("203.0.113.0/24")});
  for (const std::string target :
       {"/webhooks/main/wrong", "/webhooks/other/wrong", "/webhooks/signed/wrong", "/", "/metrics"}) {
    const Answer answer = ask(request(target));
    EXPECT_EQ(answer.status, 404) << target;
    EXPECT_EQ(answer.response.body, "") << target;
    EXPECT_FALSE(answer.read_body) << target;
  }
  EXPECT_THAT(refusals_, testing::Each(std::string(reason::path)));
}

TEST_F(Reception, TakesNothingButPost) {
  open();
  for (const std::string method : {"GET", "PUT", "HEAD", "OPTIONS", "post"}) {
    Request asked = request("/webhooks/main/" + secret);
    asked.method = method;
    const Answer answer = ask(asked);
    EXPECT_EQ(answer.status, 405) << method;
    EXPECT_EQ(answer.response.allow, "POST");
  }
}

TEST_F(Reception, HearsOnlyThoseWhoMaySpeak) {
  open({*config::parse_ip_range("203.0.113.0/24"), *config::parse_ip_range("2001:db8::/32")});
  Request asked = request("/webhooks/main/" + secret);
  EXPECT_EQ(ask(asked).status, 403);
  EXPECT_FALSE(ask(asked).read_body);
  asked.peer = *config::parse_ip_address("203.0.113.7");
  EXPECT_EQ(ask(asked).status, 204);
  asked.peer = *config::parse_ip_address("2001:db8::7");
  EXPECT_EQ(ask(asked).status, 204);
  // Who is no proxy of ours may write what it likes.
  asked.peer = *config::parse_ip_address("192.0.2.1");
  asked.headers = {{"x-forwarded-for", "203.0.113.7"}};
  EXPECT_EQ(ask(asked).status, 403);
}

TEST_F(Reception, BelievesItsProxyTheLastHopAndNoOther) {
  open({*config::parse_ip_range("203.0.113.0/24")}, {*config::parse_ip_range("192.0.2.0/24")});
  const auto status_of = [&](std::vector<std::pair<std::string, std::string>> headers) {
    Request asked = request("/webhooks/main/" + secret);
    asked.headers = std::move(headers);
    return ask(asked).status;
  };
  EXPECT_EQ(status_of({{"x-forwarded-for", "203.0.113.7"}}), 204);
  EXPECT_EQ(status_of({{"x-forwarded-for", "198.51.100.1 , 203.0.113.7 "}}), 204);
  EXPECT_EQ(status_of({{"x-forwarded-for", "203.0.113.7, 198.51.100.1"}}), 403);
  EXPECT_EQ(last_client_, "198.51.100.1");
  EXPECT_EQ(status_of({{"x-forwarded-for", "203.0.113.7, 203.0.113.7, 198.51.100.1"}}), 403);
  EXPECT_EQ(status_of({{"x-forwarded-for", "198.51.100.1"}, {"x-forwarded-for", "203.0.113.7"}}), 204);
  EXPECT_EQ(status_of({{"x-forwarded-for", "203.0.113.7"}, {"x-forwarded-for", "198.51.100.1"}}), 403);
  EXPECT_EQ(status_of({}), 403);
  EXPECT_EQ(last_client_, "nobody");
  EXPECT_EQ(status_of({{"x-forwarded-for", "unknown"}}), 403);
}

TEST_F(Reception, WantsASignatureBeforeItReadsABody) {
  open();
  Request asked = request("/webhooks/signed/" + secret);
  Answer answer = ask(asked);
  EXPECT_EQ(answer.status, 401);
  EXPECT_FALSE(answer.read_body);
  asked.headers = {{"x-sig", sign("Jefe")}, {"x-sig", sign("Jefe")}};
  EXPECT_EQ(ask(asked).status, 401) << "two of them";
  EXPECT_THAT(kept_, IsEmpty());
}

TEST_F(Reception, WantsTheRightSignatureBeforeItParsesAnything) {
  open();
  Request asked = request("/webhooks/signed/" + secret, "{ no JSON");
  asked.headers = {{"x-sig", sign("Jefe")}};
  EXPECT_EQ(ask(asked).status, 401);
  asked.body = good_body;
  EXPECT_EQ(ask(asked).status, 204);
  asked.headers = {{"x-sig", sign("next")}};
  EXPECT_EQ(ask(asked).status, 204) << "the secret that comes";
  asked.headers = {{"x-sig", "0" + sign("Jefe").substr(1)}};
  EXPECT_EQ(ask(asked).status, 401);
  ASSERT_EQ(kept_.size(), 2U);
  EXPECT_FALSE(kept_[0].trusted) << "verified, but nobody said that this makes it true";
}

TEST_F(Reception, TrustsWhereItIsToldTo) {
  open({}, {}, true);
  Request asked = request("/webhooks/signed/" + secret);
  asked.headers = {{"x-sig", sign("Jefe")}};
  EXPECT_EQ(ask(asked).status, 204);
  EXPECT_EQ(ask(request("/webhooks/main/" + secret)).status, 204);
  ASSERT_EQ(kept_.size(), 2U);
  EXPECT_TRUE(kept_[0].trusted);
  EXPECT_FALSE(kept_[1].trusted) << "without a signature there is nothing to trust";
}

TEST_F(Reception, RefusesWhatItCannotRead) {
  open();
  EXPECT_EQ(ask(request("/webhooks/main/" + secret, "")).status, 400);
  EXPECT_EQ(ask(request("/webhooks/main/" + secret, "{}")).status, 400);
  EXPECT_EQ(ask(request("/webhooks/main/" + secret, std::string(100'000, '['))).status, 400);
  EXPECT_THAT(refusals_, testing::Each(std::string(reason::unreadable)));
  EXPECT_THAT(kept_, IsEmpty());
}

TEST_F(Reception, AsksForAnotherTryOfWhatWasNotKept) {
  open();
  for (const Keeping one : {Keeping::too_late, Keeping::too_many, Keeping::refused}) {
    keeps_ = one;
    const Answer answer = ask(request("/webhooks/main/" + secret));
    EXPECT_EQ(answer.status, 503);
    EXPECT_TRUE(answer.response.retry_after);
  }
  EXPECT_THAT(refusals_,
              ElementsAre(std::string(reason::too_late), std::string(reason::too_many), std::string(reason::not_taken)))
      << "each by its own name, for whoever looks for the cause";
}

}  // namespace
}  // namespace dialerd::daemon::webhook
