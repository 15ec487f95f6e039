// Whether a body was signed with one of the secrets that are shared with the provider (HMAC, RFC 2104).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/webhook_config.h"

namespace dialerd::daemon::webhook {

class SignatureCheck {
 public:
  // `secrets`: the content of `settings.secrets`, used as bytes as they are.
  SignatureCheck(const config::WebhookSignature& settings, std::vector<std::string> secrets);

  const std::string& header() const { return header_; }  // in lower case

  // `value`: the header's. In a time that tells nothing of where a signature is wrong. Hexadecimal digits may be of
  // either case; Base64 is RFC 4648's, section 4, with its padding.
  bool matches(std::string_view value, std::string_view body) const;

 private:
  std::string signature(const std::string& secret, std::string_view body) const;

  std::string header_;
  config::SignatureAlgorithm algorithm_;
  config::SignatureEncoding encoding_;
  std::string prefix_;
  std::vector<std::string> secrets_;
};

}  // namespace dialerd::daemon::webhook
