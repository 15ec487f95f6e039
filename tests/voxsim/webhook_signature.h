#pragma once

#include <string>
#include <string_view>

#include "tests/voxsim/webhook_options.h"

namespace dialerd::voxsim {

// Signs what is delivered: an HMAC (RFC 2104) over the body. Thread-safe: immutable.
class WebhookSigner {
 public:
  // Throws std::invalid_argument for an unknown algorithm or encoding, std::runtime_error for an unreadable or empty
  // secret. Without a secret file it signs nothing.
  explicit WebhookSigner(const WebhookSigningOptions& options);

  bool signs() const { return !secret_.empty(); }
  const std::string& header() const { return options_.header; }
  // The header's value.
  std::string sign(std::string_view body) const;
  // What somebody without the secret would make of it: well-formed, and wrong.
  std::string forge(std::string_view body) const;

 private:
  std::string value_with(std::string_view secret, std::string_view body) const;

  WebhookSigningOptions options_;
  std::string secret_;
};

std::string sha256_hex(std::string_view text);

}  // namespace dialerd::voxsim
