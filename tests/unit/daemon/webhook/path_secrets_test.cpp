#include "daemon/webhook/path_secrets.h"

#include <gtest/gtest.h>

namespace dialerd::daemon::webhook {
namespace {

const std::string first = "0123456789abcdef01234567";
const std::string second = "abcdefghijklmnopqrst-_XY";

TEST(PathSecrets, MatchEachLiveOneAndNothingElse) {
  const PathSecrets two({first, second});
  EXPECT_TRUE(two.match(first));
  EXPECT_TRUE(two.match(second));
  EXPECT_FALSE(two.match(""));
  EXPECT_FALSE(two.match(first.substr(0, 23)));
  EXPECT_FALSE(two.match(first + "x"));
  const PathSecrets one({first});
  EXPECT_TRUE(one.match(first));
  EXPECT_FALSE(one.match(second));
  EXPECT_FALSE(PathSecrets({}).match(""));
}

TEST(PathSecrets, MustBeLongAndPlain) {
  EXPECT_EQ(path_secret_fault(first), std::nullopt);
  EXPECT_EQ(path_secret_fault(second), std::nullopt);
  EXPECT_EQ(path_secret_fault(first.substr(1)), "is shorter than 24 characters; make one with `openssl rand -hex 24`");
  EXPECT_EQ(path_secret_fault(std::string(257, 'x')),
            "is longer than 256 characters; make one with `openssl rand -hex 24`");
  for (const char c : {'/', '%', ' ', '?', '.', '\n', '\0'}) {
    EXPECT_EQ(path_secret_fault(first + c),
              "has characters other than letters, digits, '-' and '_'; make one with `openssl rand -hex 24`")
        << c;
  }
}

TEST(WebhookPath, IsAnAccountAndASecret) {
  const auto path = parse_webhook_path("/webhooks/main/secret");
  ASSERT_TRUE(path);
  EXPECT_EQ(path->account, "main");
  EXPECT_EQ(path->secret, "secret");
  EXPECT_EQ(parse_webhook_path("/webhooks/main/secret?source=console")->secret, "secret");
}

TEST(WebhookPath, IsNothingElse) {
  for (const std::string_view target :
       {"", "/", "/webhooks", "/webhooks/", "/webhooks/main", "/webhooks/main/", "/webhooks//secret",
        "/webhooks/main/secret/", "/webhooks/main/a/b", "webhooks/main/secret", "/Webhooks/main/secret",
        "/webhooks?/main/secret", "http://host/webhooks/main/secret"}) {
    EXPECT_FALSE(parse_webhook_path(target)) << target;
  }
}

}  // namespace
}  // namespace dialerd::daemon::webhook
