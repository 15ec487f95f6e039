#include "config/ip_address.h"

#include <gtest/gtest.h>

namespace dialerd::config {
namespace {

IpAddress address(std::string_view text) {
  const auto parsed = parse_ip_address(text);
  EXPECT_TRUE(parsed) << text;
  return parsed.value_or(IpAddress{});
}

bool contains(std::string_view range, std::string_view text) {
  const auto parsed = parse_ip_range(range);
  EXPECT_TRUE(parsed) << range;
  return parsed && parsed->contains(address(text));
}

TEST(IpAddress, IsOneAndTheSameHoweverItIsWritten) {
  EXPECT_EQ(address("192.0.2.1"), address("::ffff:192.0.2.1"));
  EXPECT_EQ(address("2001:DB8:0:0::1"), address("2001:db8::1"));
  EXPECT_EQ(to_string(address("::ffff:192.0.2.1")), "192.0.2.1");
  EXPECT_EQ(to_string(address("2001:DB8:0:0::1")), "2001:db8::1");
}

TEST(IpAddress, IsNothingElse) {
  for (const std::string_view text : {"", "192.0.2", "192.0.2.256", "192.0.2.1:80", "[::1]", "fe80::1%eth0", "host",
                                      " 192.0.2.1", "2001:db8::1::2"}) {
    EXPECT_EQ(parse_ip_address(text), std::nullopt) << text;
  }
  EXPECT_EQ(parse_ip_address(std::string("192.0.2.1\0x", 11)).has_value(), false);
  EXPECT_EQ(parse_ip_address(std::string(1000, '1')), std::nullopt);
}

TEST(IpRange, HoldsWhatItsPrefixSays) {
  EXPECT_TRUE(contains("192.0.2.0/24", "192.0.2.255"));
  EXPECT_FALSE(contains("192.0.2.0/24", "192.0.3.0"));
  EXPECT_TRUE(contains("192.0.2.128/25", "192.0.2.129"));
  EXPECT_FALSE(contains("192.0.2.128/25", "192.0.2.127"));
  EXPECT_TRUE(contains("192.0.2.7", "192.0.2.7"));
  EXPECT_FALSE(contains("192.0.2.7", "192.0.2.6"));
  EXPECT_TRUE(contains("2001:db8::/33", "2001:db8:7fff::1"));
  EXPECT_FALSE(contains("2001:db8::/33", "2001:db8:8000::1"));
  EXPECT_TRUE(contains("::1/128", "::1"));
}

// "Everybody by IPv4" must not let anybody in by IPv6, and the other way round all IPv6 addresses hold the mapped ones.
TEST(IpRange, KeepsTheTwoKindsApart) {
  EXPECT_TRUE(contains("0.0.0.0/0", "203.0.113.9"));
  EXPECT_FALSE(contains("0.0.0.0/0", "2001:db8::1"));
  EXPECT_TRUE(contains("::/0", "203.0.113.9"));
  EXPECT_TRUE(contains("::/0", "2001:db8::1"));
}

TEST(IpRange, IsRefusedWhenItIsNotClear) {
  for (const std::string_view text : {"192.0.2.1/24", "192.0.2.0/33", "192.0.2.0/-1", "192.0.2.0/", "192.0.2.0/2x",
                                      "2001:db8::/129", "2001:db8::1/32", "/8", "10/8"}) {
    EXPECT_EQ(parse_ip_range(text), std::nullopt) << text;
  }
}

TEST(IpRange, ListsAreSearched) {
  const IpRange ranges[] = {*parse_ip_range("192.0.2.0/24"), *parse_ip_range("2001:db8::/32")};
  EXPECT_TRUE(any_contains(ranges, address("2001:db8::1")));
  EXPECT_TRUE(any_contains(ranges, address("192.0.2.1")));
  EXPECT_FALSE(any_contains(ranges, address("198.51.100.1")));
  EXPECT_FALSE(any_contains({}, address("198.51.100.1")));
}

}  // namespace
}  // namespace dialerd::config
