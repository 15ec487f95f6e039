#pragma once

#include <string>
#include <string_view>

namespace dialerd::voxsim {

// The parts of a webhook's URL (RFC 3986; no user information, no fragment).
struct WebhookUrl {
  bool tls = false;
  std::string host;  // without the brackets of an IPv6 address
  std::string port;  // digits
  std::string path;  // with the query; starts with '/'

  // As a Host header field has it.
  std::string authority() const;
};

// Throws std::invalid_argument. The text of the URL is not in its message: the path may be a secret.
WebhookUrl parse_webhook_url(std::string_view text);

}  // namespace dialerd::voxsim
