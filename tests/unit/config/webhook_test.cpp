#include "file_fixture.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dialerd::config {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::string_view path = "path_secrets: [{credential: p}]";

// Line 4 holds the account's webhook, line 5 what else there is.
Loaded<DaemonConfig> load(std::string_view webhook, std::string_view more = "webhook: {listen: systemd}") {
  return load_daemon_text(
      "database: {conninfo: dbname=dialerd}\ncampaigns: []\naccounts: {main: {api_key: "
      "{credential: k},\n webhook: {" +
      std::string(webhook) + "}}}\n" + std::string(more) + "\n");
}

SecretReference credential(std::string name) { return {SecretReference::Kind::credential, std::move(name)}; }

TEST(Webhook, TakesEveryKey) {
  const auto loaded = load(R"(path_secrets: [{credential: new}, {file: /run/old}], signature: {header: X-Signature,
    algorithm: hmac-sha512, encoding: base64, prefix: "v1=", secrets: [{credential: s1}, {credential: s2}],
    trusted: true}, allow_from: [203.0.113.0/24, "2001:db8::/32"])",
                           R"(webhook: {listen: "[::1]:8443", tls: {certificate: /etc/c.pem, key: /etc/k.pem},
  connections: 7, trusted_proxies: [127.0.0.1]}
monitoring: {listen: "127.0.0.1:9464"})");
  ASSERT_THAT(messages(loaded.diagnostics), IsEmpty());
  const AccountWebhook& account = *loaded.value->accounts.at(0).webhook;
  EXPECT_THAT(account.path_secrets,
              ElementsAre(credential("new"), SecretReference{SecretReference::Kind::file, "/run/old"}));
  EXPECT_EQ(account.signature->header, "X-Signature");
  EXPECT_EQ(account.signature->algorithm, SignatureAlgorithm::hmac_sha512);
  EXPECT_EQ(account.signature->encoding, SignatureEncoding::base64);
  EXPECT_EQ(account.signature->prefix, "v1=");
  EXPECT_THAT(account.signature->secrets, ElementsAre(credential("s1"), credential("s2")));
  EXPECT_TRUE(account.signature->trusted);
  EXPECT_THAT(account.allow_from, ElementsAre(*parse_ip_range("203.0.113.0/24"), *parse_ip_range("2001:db8::/32")));

  const WebhookListener& listener = *loaded.value->webhook;
  EXPECT_EQ(listener.address, (ListenAddress{*parse_ip_address("::1"), 8443}));
  EXPECT_EQ(listener.tls->certificate, "/etc/c.pem");
  EXPECT_EQ(listener.tls->key, "/etc/k.pem");
  EXPECT_EQ(listener.connections, 7);
  EXPECT_THAT(listener.trusted_proxies, ElementsAre(*parse_ip_range("127.0.0.1")));
  EXPECT_EQ(loaded.value->monitoring->address, (ListenAddress{*parse_ip_address("127.0.0.1"), 9464}));
}

TEST(Webhook, TrustsNothingAndNobodyUnlessSaid) {
  const auto loaded = load("path_secrets: [{credential: p}], signature: {header: X-S, secrets: [{credential: s}]}");
  ASSERT_THAT(messages(loaded.diagnostics), IsEmpty());
  const AccountWebhook& account = *loaded.value->accounts.at(0).webhook;
  EXPECT_FALSE(account.signature->trusted);
  EXPECT_EQ(account.signature->algorithm, SignatureAlgorithm::hmac_sha256);
  EXPECT_EQ(account.signature->encoding, SignatureEncoding::hex);
  EXPECT_EQ(account.signature->prefix, "");
  EXPECT_THAT(account.allow_from, IsEmpty());
  EXPECT_EQ(loaded.value->webhook->address, std::nullopt);
  EXPECT_EQ(loaded.value->webhook->connections, 256);
  EXPECT_THAT(loaded.value->webhook->trusted_proxies, IsEmpty());
  EXPECT_FALSE(loaded.value->webhook->tls);
  EXPECT_FALSE(loaded.value->monitoring);
}

TEST(Webhook, NeedsItsOtherHalf) {
  EXPECT_THAT(messages(load(path, "").diagnostics),
              ElementsAre("d.yaml:4:2: error: account 'main' has a 'webhook', but nothing listens; add 'webhook: "
                          "{listen: \"127.0.0.1:8443\"}' at the top level (docs/webhooks.md)"));
  EXPECT_THAT(messages(load_daemon_text("database: {conninfo: dbname=dialerd}\ncampaigns: []\naccounts: {main: "
                                        "{api_key: {credential: k}}}\nwebhook: {listen: systemd}\n")
                           .diagnostics),
              ElementsAre("d.yaml:4:1: error: 'webhook' listens, but no account has one; add 'webhook: "
                          "{path_secrets: [{credential: NAME}]}' to an account, or remove it"));
}

struct Bad {
  std::string_view webhook;
  std::string_view message;
};

TEST(Webhook, SaysWhatIsWrongWithAnAccounts) {
  const Bad cases[] = {
      {"allow_from: [10.0.0.0/8]",
       "4:11: error: missing key 'path_secrets' in 'webhook'; add it, for example 'path_secrets: [{credential: "
       "vox-webhook-path}]'"},
      {"path_secrets: [hunter2]",
       "4:27: error: 'path_secrets' holds a secret written in the file; write 'path_secrets: {credential: NAME}' or "
       "'path_secrets: {file: /absolute/path}' and keep the secret there"},
      {"path_secrets: [{credential: a}, {credential: b}, {credential: c}]",
       "4:61: error: 'path_secrets' has more than two secrets; keep the one that is used and the one that comes after "
       "it"},
      {"path_secrets: [{credential: a}, {credential: a}]",
       "4:44: error: 'path_secrets' names the same secret twice; remove one of them"},
      {"path_secrets: [{credential: p}], allow_from: [10.0.0.1/8]",
       "4:58: error: 'allow_from' has no range of addresses in '10.0.0.1/8'; write an address or ADDRESS/BITS, IPv4 or "
       "IPv6, with no bit set past the first BITS"},
      {"path_secrets: [{credential: p}], signature: {header: \"X Y\", secrets: [{credential: s}]}",
       "4:65: error: 'header' is no name of a header: 'X Y'; write the name alone, for example X-Signature"},
      {"path_secrets: [{credential: p}], signature: {header: X, algorithm: hmac-md5, secrets: [{credential: s}]}",
       "4:79: error: 'algorithm' cannot be 'hmac-md5'; write one of: hmac-sha256, hmac-sha1, hmac-sha512"},
      {"path_secrets: [{credential: p}], signature: {header: X}",
       "4:56: error: missing key 'secrets' in 'signature'; add it, for example 'secrets: [{credential: "
       "vox-webhook-key}]'"},
  };
  for (const Bad& bad : cases) {
    EXPECT_THAT(messages(load(bad.webhook).diagnostics), ElementsAre("d.yaml:" + std::string(bad.message)))
        << bad.webhook;
  }
}

TEST(Webhook, SaysWhatIsWrongWithTheListener) {
  const Bad cases[] = {
      {"webhook: {connections: 3}",
       "5:10: error: missing key 'listen' in 'webhook'; add it, for example 'listen: \"127.0.0.1:8443\"'"},
      {"webhook: {listen: \"localhost:8443\"}",
       "5:19: error: 'listen' is no address with a port: 'localhost:8443'; write an IP address and a port, such as "
       "\"127.0.0.1:8443\" or \"[::]:8443\", or systemd for its sockets"},
      {"webhook: {listen: \"::1:8443\"}",
       "5:19: error: 'listen' is no address with a port: '::1:8443'; write an IP address and a port, such as "
       "\"127.0.0.1:8443\" or \"[::]:8443\", or systemd for its sockets"},
      {"webhook: {listen: systemd, connections: 0}",
       "5:41: error: 'connections' is out of range: 0; use a value from 1 to 10000"},
      {"webhook: {listen: systemd, tls: {certificate: c.pem, key: /k.pem}}",
       "5:47: error: 'certificate' is no absolute path: 'c.pem'; write the whole path, from '/'"},
      {"webhook: {listen: systemd, tls: {certificate: /c.pem}}",
       "5:33: error: missing key 'key' in 'tls'; add it, for example 'key: /etc/dialerd/tls/privkey.pem'"},
      {"webhook: {listen: systemd}\nmonitoring: {listen: systemd}",
       "6:22: error: 'listen' is no address with a port: 'systemd'; write an IP address and a port, such as "
       "\"127.0.0.1:9464\""},
  };
  for (const Bad& bad : cases) {
    EXPECT_THAT(messages(load(path, bad.webhook).diagnostics), ElementsAre("d.yaml:" + std::string(bad.message)))
        << bad.webhook;
  }
}

}  // namespace
}  // namespace dialerd::config
