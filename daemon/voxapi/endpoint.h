// Where the API is: the parts of `https://host[:port]` (RFC 3986, 3.2) that connecting, TLS and the Host header need.
#pragma once

#include <string>
#include <string_view>

namespace dialerd::daemon::voxapi {

struct Endpoint {
  std::string host;         // a name or an IP address, an IPv6 address without brackets
  std::string port;         // decimal; 443 when the URL names none
  std::string authority;    // the Host header's value: without the port when it is 443
  bool is_address = false;  // `host` is an IP address: no SNI (RFC 6066, 3), the certificate must name the address
};

// Throws std::runtime_error for anything but https://host[:port] with at most a trailing slash.
Endpoint parse_base_url(std::string_view url);

}  // namespace dialerd::daemon::voxapi
