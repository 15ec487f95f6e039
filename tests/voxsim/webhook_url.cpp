#include "tests/voxsim/webhook_url.h"

#include <algorithm>
#include <stdexcept>

namespace dialerd::voxsim {

namespace {

bool take_prefix(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

bool is_port(std::string_view text) {
  return !text.empty() && text.size() <= 5 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::string WebhookUrl::authority() const {
  const std::string name = host.find(':') == std::string::npos ? host : '[' + host + ']';
  return name + ':' + port;
}

WebhookUrl parse_webhook_url(std::string_view text) {
  WebhookUrl url;
  if (take_prefix(text, "https://")) {
    url.tls = true;
  } else if (!take_prefix(text, "http://")) {
    throw std::invalid_argument("webhook URL: expected http:// or https://");
  }
  const std::size_t slash = text.find('/');
  std::string_view authority = text.substr(0, slash);
  url.path = slash == std::string_view::npos ? "/" : std::string(text.substr(slash));
  url.port = url.tls ? "443" : "80";

  const std::size_t host_end = authority.starts_with('[') ? authority.find(']') : std::string_view::npos;
  const std::size_t colon = authority.find(':', host_end == std::string_view::npos ? 0 : host_end);
  if (colon != std::string_view::npos) {
    url.port = authority.substr(colon + 1);
    authority = authority.substr(0, colon);
    if (!is_port(url.port)) throw std::invalid_argument("webhook URL: the port is not a number");
  }
  if (authority.starts_with('[') && authority.ends_with(']')) authority = authority.substr(1, authority.size() - 2);
  if (authority.empty() || authority.find('@') != std::string_view::npos) {
    throw std::invalid_argument("webhook URL: expected a host name or address");
  }
  url.host = authority;
  return url;
}

}  // namespace dialerd::voxsim
