#include "daemon/webhook/signature_check.h"

#include <algorithm>
#include <cctype>

#include <gtest/gtest.h>

namespace dialerd::daemon::webhook {
namespace {

using config::SignatureAlgorithm;
using config::SignatureEncoding;

// RFC 4231, 4.3 and RFC 2202, 3: key "Jefe".
constexpr std::string_view body = "what do ya want for nothing?";
const std::string sha256_hex = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
const std::string sha1_hex = "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79";
const std::string sha512_hex =
    "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b63"
    "6e070a38bce737";
const std::string sha256_base64 = "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM=";

SignatureCheck check(SignatureAlgorithm algorithm, SignatureEncoding encoding, std::string prefix = "",
                     std::vector<std::string> secrets = {"Jefe"}) {
  config::WebhookSignature settings;
  settings.header = "X-Vox-Signature";
  settings.algorithm = algorithm;
  settings.encoding = encoding;
  settings.prefix = std::move(prefix);
  return {settings, std::move(secrets)};
}

std::string upper_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::toupper(c); });
  return text;
}

TEST(SignatureCheck, AgreesWithTheStandardsExamples) {
  EXPECT_TRUE(check(SignatureAlgorithm::hmac_sha256, SignatureEncoding::hex).matches(sha256_hex, body));
  EXPECT_TRUE(check(SignatureAlgorithm::hmac_sha1, SignatureEncoding::hex).matches(sha1_hex, body));
  EXPECT_TRUE(check(SignatureAlgorithm::hmac_sha512, SignatureEncoding::hex).matches(sha512_hex, body));
  EXPECT_TRUE(check(SignatureAlgorithm::hmac_sha256, SignatureEncoding::base64).matches(sha256_base64, body));
  EXPECT_TRUE(check(SignatureAlgorithm::hmac_sha256, SignatureEncoding::hex).matches(upper_case(sha256_hex), body));
  EXPECT_EQ(check(SignatureAlgorithm::hmac_sha1, SignatureEncoding::hex).header(), "x-vox-signature");
}

TEST(SignatureCheck, TakesNothingElse) {
  const SignatureCheck hex = check(SignatureAlgorithm::hmac_sha256, SignatureEncoding::hex);
  EXPECT_FALSE(hex.matches(sha256_hex, "what do ya want for nothing!"));
  EXPECT_FALSE(hex.matches("", body));
  EXPECT_FALSE(hex.matches(sha256_hex.substr(1), body));
  EXPECT_FALSE(hex.matches(sha256_hex + "0", body));
  EXPECT_FALSE(hex.matches("0" + sha256_hex.substr(1), body));
  EXPECT_FALSE(hex.matches(sha256_base64, body));
  EXPECT_FALSE(hex.matches(sha1_hex, body));
  const SignatureCheck base64 = check(SignatureAlgorithm::hmac_sha256, SignatureEncoding::base64);
  EXPECT_FALSE(base64.matches(upper_case(sha256_base64), body));
  EXPECT_FALSE(base64.matches(sha256_hex, body));
}

TEST(SignatureCheck, WantsItsPrefix) {
  const SignatureCheck prefixed = check(SignatureAlgorithm::hmac_sha256, SignatureEncoding::hex, "sha256=");
  EXPECT_TRUE(prefixed.matches("sha256=" + sha256_hex, body));
  EXPECT_FALSE(prefixed.matches(sha256_hex, body));
  EXPECT_FALSE(prefixed.matches("SHA256=" + sha256_hex, body));
  EXPECT_FALSE(prefixed.matches("sha256=", body));
}

TEST(SignatureCheck, TakesBothSecretsWhileOneReplacesTheOther) {
  const SignatureCheck both = check(SignatureAlgorithm::hmac_sha256, SignatureEncoding::hex, "", {"next", "Jefe"});
  EXPECT_TRUE(both.matches(sha256_hex, body));
  EXPECT_FALSE(check(SignatureAlgorithm::hmac_sha256, SignatureEncoding::hex, "", {"next"}).matches(sha256_hex, body));
  EXPECT_FALSE(check(SignatureAlgorithm::hmac_sha256, SignatureEncoding::hex, "", {}).matches(sha256_hex, body));
}

}  // namespace
}  // namespace dialerd::daemon::webhook
