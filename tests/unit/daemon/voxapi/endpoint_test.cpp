#include "daemon/voxapi/endpoint.h"

#include <stdexcept>

#include <gtest/gtest.h>

namespace dialerd::daemon::voxapi {
namespace {

TEST(BaseUrl, Accepted) {
  struct Case {
    std::string_view url, host, port, authority;
    bool is_address;
  };
  const Case cases[] = {
      {"https://client-api.tryvox.co", "client-api.tryvox.co", "443", "client-api.tryvox.co", false},
      {"https://api.example:8443/", "api.example", "8443", "api.example:8443", false},
      {"https://api.example:443", "api.example", "443", "api.example", false},
      {"https://127.0.0.1:1", "127.0.0.1", "1", "127.0.0.1:1", true},
      {"https://[::1]:8443", "::1", "8443", "[::1]:8443", true},
      {"https://[2001:db8::1]", "2001:db8::1", "443", "[2001:db8::1]", true},
  };
  for (const Case& c : cases) {
    const Endpoint endpoint = parse_base_url(c.url);
    EXPECT_EQ(endpoint.host, c.host) << c.url;
    EXPECT_EQ(endpoint.port, c.port) << c.url;
    EXPECT_EQ(endpoint.authority, c.authority) << c.url;
    EXPECT_EQ(endpoint.is_address, c.is_address) << c.url;
  }
}

TEST(BaseUrl, Refused) {
  for (const char* url : {"",
                          "https://",
                          "https:///",
                          "http://api.example",
                          "HTTPS://api.example",
                          "ftp://api.example",
                          "api.example",
                          "https://api.example/v3",
                          "https://api.example?x",
                          "https://user@api.example",
                          "https://api.example:",
                          "https://api.example:0",
                          "https://api.example:65536",
                          "https://api.example:1x",
                          "https://api.example:1:2",
                          "https://a b",
                          "https://a\r\nX: 1",
                          "https://[::1",
                          "https://[api.example]",
                          "https://[::1]x",
                          "https://::1"}) {
    EXPECT_THROW(parse_base_url(url), std::runtime_error) << url;
  }
}

}  // namespace
}  // namespace dialerd::daemon::voxapi
