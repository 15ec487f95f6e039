// Receiving webhooks, and being asked how the daemon is: the keys `webhook` (of the daemon and of an account) and
// `monitoring` as plain validated values.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "config/ip_address.h"
#include "config/secret_reference.h"

namespace dialerd::config {

struct ListenAddress {
  IpAddress address;
  std::uint16_t port = 0;

  friend bool operator==(const ListenAddress&, const ListenAddress&) = default;
};

struct TlsFiles {
  std::filesystem::path certificate;  // PEM, the server's own first, then what leads to a known authority
  std::filesystem::path key;          // PEM

  friend bool operator==(const TlsFiles&, const TlsFiles&) = default;
};

// The daemon's `webhook`: where it listens.
struct WebhookListener {
  std::optional<ListenAddress> address;  // absent: sockets that systemd hands over (sd_listen_fds(3))
  std::optional<TlsFiles> tls;           // absent: plain HTTP, behind a proxy or on loopback
  std::int64_t connections = 256;        // open at once, at most
  // Who may say in X-Forwarded-For whom it speaks for.
  std::vector<IpRange> trusted_proxies;

  friend bool operator==(const WebhookListener&, const WebhookListener&) = default;
};

enum class SignatureAlgorithm { hmac_sha256, hmac_sha1, hmac_sha512 };
enum class SignatureEncoding { hex, base64 };

// How a webhook's body is signed. The provider publishes neither header nor algorithm, so all of it is configured.
struct WebhookSignature {
  std::string header;
  SignatureAlgorithm algorithm = SignatureAlgorithm::hmac_sha256;
  SignatureEncoding encoding = SignatureEncoding::hex;
  std::string prefix;                    // stands before the signature in the header: "sha256="
  std::vector<SecretReference> secrets;  // one, or two while one is replaced by the other
  // A webhook with such a signature is the provider's word, as if the API had been asked. Otherwise it is a hint.
  bool trusted = false;

  friend bool operator==(const WebhookSignature&, const WebhookSignature&) = default;
};

// An account's `webhook`. Its URL: /webhooks/ACCOUNT/PATHSECRET.
struct AccountWebhook {
  std::vector<SecretReference> path_secrets;  // one, or two while one is replaced by the other
  std::optional<WebhookSignature> signature;
  std::vector<IpRange> allow_from;  // empty: from everywhere

  friend bool operator==(const AccountWebhook&, const AccountWebhook&) = default;
};

// Who may see the status page (RFC 7617).
struct BasicAuth {
  std::string user;  // without ':'
  SecretReference password;

  friend bool operator==(const BasicAuth&, const BasicAuth&) = default;
};

struct Monitoring {
  ListenAddress address;
  std::optional<BasicAuth> basic_auth{};  // absent: whoever reaches the address

  friend bool operator==(const Monitoring&, const Monitoring&) = default;
};

}  // namespace dialerd::config
