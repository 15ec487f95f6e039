#include "daemon/voxapi/endpoint.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <stdexcept>

#include <arpa/inet.h>

namespace dialerd::daemon::voxapi {
namespace {

constexpr std::string_view scheme = "https://";
constexpr std::string_view default_port = "443";

[[noreturn]] void refuse(std::string_view url, const char* why) {
  throw std::runtime_error("the voice API's base URL '" + std::string(url) + "' " + why);
}

bool is_ip_address(int family, const std::string& text) {
  std::array<unsigned char, sizeof(in6_addr)> address{};
  return inet_pton(family, text.c_str(), address.data()) == 1;
}

bool is_host_name(std::string_view text) {
  return !text.empty() && text.size() <= 253 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
           c == '_';
  });
}

bool is_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc{} && end == text.data() + text.size() && port != 0;
}

}  // namespace

Endpoint parse_base_url(std::string_view url) {
  std::string_view rest = url;
  if (!rest.starts_with(scheme)) refuse(url, "does not start with https://");
  rest.remove_prefix(scheme.size());
  if (rest.ends_with('/')) rest.remove_suffix(1);

  Endpoint endpoint;
  std::string_view port;
  bool has_port = false;
  if (rest.starts_with('[')) {
    const auto bracket = rest.find(']');
    if (bracket == std::string_view::npos) refuse(url, "has a '[' without its ']'");
    endpoint.host = rest.substr(1, bracket - 1);
    endpoint.is_address = true;
    if (!is_ip_address(AF_INET6, endpoint.host)) refuse(url, "has no IPv6 address between its brackets");
    rest.remove_prefix(bracket + 1);
    has_port = !rest.empty();
    if (has_port && rest.front() != ':') refuse(url, "has something else than a port after its host");
    port = has_port ? rest.substr(1) : default_port;
    endpoint.authority = "[" + endpoint.host + "]";
  } else {
    const auto colon = rest.find(':');
    has_port = colon != std::string_view::npos;
    endpoint.host = rest.substr(0, colon);
    if (!is_host_name(endpoint.host)) refuse(url, "has no host, or more than a host and a port");
    endpoint.is_address = is_ip_address(AF_INET, endpoint.host);
    port = has_port ? rest.substr(colon + 1) : default_port;
    endpoint.authority = endpoint.host;
  }
  if (!is_port(port)) refuse(url, "has a port that is none");
  endpoint.port = port;
  if (endpoint.port != default_port) endpoint.authority += ":" + endpoint.port;
  return endpoint;
}

}  // namespace dialerd::daemon::voxapi
