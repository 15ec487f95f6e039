#include "config/base_url.h"

#include <algorithm>
#include <charconv>
#include <string_view>

#include "config/schema.h"
#include "config/values.h"

namespace dialerd::config {
namespace {

struct Fault {
  std::string_view what;
  std::string_view remedy;
};

bool is_alphanumeric(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

bool is_port(std::string_view text) {
  unsigned port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc{} && end == text.data() + text.size() && port >= 1 && port <= 65535;
}

// RFC 1123 labels, which an IPv4 address is made of too.
bool is_host_name(std::string_view host) {
  if (host.empty() || host.size() > 253) return false;
  while (true) {
    const std::string_view label = host.substr(0, host.find('.'));
    const bool good = !label.empty() && label.size() <= 63 && is_alphanumeric(label.front()) &&
                      is_alphanumeric(label.back()) &&
                      std::ranges::all_of(label, [](char c) { return is_alphanumeric(c) || c == '-'; });
    if (!good) return false;
    if (label.size() == host.size()) return true;
    host.remove_prefix(label.size() + 1);
  }
}

bool is_bracketed_address(std::string_view host) {
  return host.size() > 2 && host.front() == '[' && host.back() == ']' &&
         std::ranges::all_of(host.substr(1, host.size() - 2), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == ':' || c == '.';
         });
}

std::optional<Fault> examine(std::string_view url) {
  constexpr std::string_view scheme = "https://";
  if (url.starts_with("http://"))
    return Fault{"'base_url' is not encrypted", "use https://; the API key travels with every request"};
  if (!url.starts_with(scheme)) return Fault{"'base_url' has no https://", "write https://HOST or https://HOST:PORT"};
  const std::string_view rest = url.substr(scheme.size());
  if (rest.find('@') != std::string_view::npos) {
    return Fault{"'base_url' holds a user name or password", "remove it; the key belongs in 'api_key'"};
  }
  if (rest.find_first_of("/?#") != std::string_view::npos) {
    return Fault{"'base_url' goes on after the host",
                 "write https://HOST or https://HOST:PORT alone, without '/' at the end"};
  }
  const std::size_t bracket = rest.rfind(']');
  const std::size_t colon = rest.find(':', bracket == std::string_view::npos ? 0 : bracket);
  const std::string_view host = rest.substr(0, colon);
  if (!is_host_name(host) && !is_bracketed_address(host)) {
    return Fault{"'base_url' has no valid host", "write https://HOST or https://HOST:PORT"};
  }
  if (colon != std::string_view::npos && !is_port(rest.substr(colon + 1))) {
    return Fault{"'base_url' has no valid port", "use a port from 1 to 65535, or leave it out for 443"};
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> read_base_url(const Node& node, Diagnostics& diagnostics) {
  if (node.schema != nullptr) {
    node.schema->quoted_text("^https://[^/?#@]+$");
    return std::nullopt;
  }
  auto url = read_text(node, "base_url", diagnostics);
  if (!url) return std::nullopt;
  if (const auto fault = examine(*url)) {
    if (url->find('@') != std::string::npos) diagnostics.conceal(node.at);
    diagnostics.add(node.at, std::string(fault->what), std::string(fault->remedy));
    return std::nullopt;
  }
  return url;
}

}  // namespace dialerd::config
