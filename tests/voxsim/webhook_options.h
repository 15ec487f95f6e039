#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace dialerd::voxsim {

// An inclusive range of milliseconds from which a duration is drawn uniformly.
struct MillisecondRange {
  std::uint32_t lowest = 0;
  std::uint32_t highest = 0;
};

enum class WebhookVersion { kV1, kV2 };

// What is sent for a call that never connects; the provider does not document it.
enum class UnconnectedWebhooks { kNone, kEnded };

// Where the events of one account's calls go.
struct WebhookTarget {
  std::string api_key;  // empty: every key that has no URL of its own
  std::string url;      // http:// or https://
};

// How a delivery is signed. The provider signs, but publishes neither header nor algorithm, so all of it can be chosen.
struct WebhookSigningOptions {
  std::string header = "X-Vox-Signature";
  std::string algorithm = "hmac-sha256";  // or hmac-sha1, hmac-sha512; over the body as sent
  std::string encoding = "hex";           // or base64
  std::string prefix = "sha256=";         // stands before the encoded value
  std::string secret_file;                // empty: nothing is signed; a final newline is not part of the secret
};

// Probabilities are of each event, drawn from the seed.
struct WebhookOptions {
  std::vector<WebhookTarget> targets;  // empty: no webhooks
  std::string authority_file;          // whom https:// targets are verified by; empty: the system's authorities
  WebhookVersion version = WebhookVersion::kV2;
  UnconnectedWebhooks unconnected = UnconnectedWebhooks::kNone;
  WebhookSigningOptions signing;

  MillisecondRange delay_ms{0, 0};
  double duplicate = 0;
  double reorder = 0;
  double drop = 0;
  double forge = 0;
  double unknown = 0;
  double early = 0;                      // of each call: call_started leaves before the POST is answered
  std::uint32_t early_hold_ms = 200;     // how much later than call_started the answer then leaves
  std::uint32_t retries = 0;             // after an answer that is not 2xx, or none
  std::uint32_t backoff_ms = 200;        // before the first retry; doubles with each
  std::uint32_t timeout_ms = 5000;       // of one attempt, from connecting to the answer
  std::uint32_t connections = 4;         // to each target; events of one call share one
  std::uint32_t waiting_most = 100'000;  // events that may wait; what comes on top is lost, and logged as such
  std::string log_file;
};

}  // namespace dialerd::voxsim
