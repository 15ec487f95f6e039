#include "daemon/online_check/provider_verdict.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dialerd::daemon::online_check {
namespace {

using testing::AllOf;
using testing::HasSubstr;

config::Account account() {
  config::Account account;
  account.name = "main";
  account.base_url = "https://api.example";
  account.api_key = {config::SecretReference::Kind::credential, "vox-main"};
  return account;
}

Verdict judged(int status, std::string detail, std::optional<std::chrono::seconds> retry_after = std::nullopt) {
  voxapi::ListAnswer answer;
  answer.failure = voxapi::ReadFailure{status, std::move(detail), retry_after};
  return judge(account(), config::Http{}, answer).value();
}

TEST(ProviderVerdict, NothingIsWrongWithAKeyThatIsAccepted) {
  voxapi::ListAnswer answer;
  answer.page = voxapi::ListPage{};
  EXPECT_FALSE(judge(account(), config::Http{}, answer));
}

TEST(ProviderVerdict, TellsRefusalsOfTheKeyFromAnotherAddress) {
  EXPECT_TRUE(judged(401, "UNAUTHORIZED: no").of_key);
  EXPECT_THAT(judged(401, "").what, HasSubstr("does not accept the API key (401)"));
  EXPECT_THAT(judged(401, "").remedy, HasSubstr("credential 'vox-main'"));
  EXPECT_TRUE(judged(402, "").of_key);
  EXPECT_TRUE(judged(403, "").of_key);
  EXPECT_THAT(judged(403, "FORBIDDEN: no").what, HasSubstr("may not list calls (403, FORBIDDEN: no)"));
  EXPECT_FALSE(judged(404, "").of_key);
  EXPECT_THAT(judged(404, "").what, HasSubstr("https://api.example has no /v3/calls"));
  EXPECT_FALSE(judged(301, "").of_key);
  EXPECT_FALSE(judged(200, "the answer is not what was asked for").of_key);
}

TEST(ProviderVerdict, TroublesThatPassAreNotTheKeysFault) {
  EXPECT_THAT(judged(429, "", std::chrono::seconds{7}).what, HasSubstr("its key is not proved"));
  EXPECT_EQ(judged(429, "", std::chrono::seconds{7}).remedy, "try again in 7 seconds");
  EXPECT_EQ(judged(503, "").remedy, "try again in a few minutes");
  EXPECT_THAT(judged(500, "").what, HasSubstr("the key is not proved"));
}

TEST(ProviderVerdict, TellsWhyNothingWasAnswered) {
  EXPECT_THAT(judged(0, "api.example:443: name look-up: Host not found").what, HasSubstr("is not found"));
  EXPECT_THAT(judged(0, "api.example:443: connect: Connection refused").what, HasSubstr("cannot be reached"));
  EXPECT_THAT(judged(0, "no whole answer within 500 ms").what, HasSubstr("does not answer"));
  const Verdict tls = judged(0, "api.example:443: TLS handshake: certificate verify failed");
  EXPECT_THAT(tls.what, HasSubstr("does not prove who it is"));
  EXPECT_THAT(tls.remedy, HasSubstr("the system's trust store must have the authority"));
}

}  // namespace
}  // namespace dialerd::daemon::online_check
