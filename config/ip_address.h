// IP addresses and ranges of them, as plain bytes. IPv4 addresses are kept as IPv4-mapped IPv6 addresses (RFC 4291,
// 2.5.5.2), so that a client that reaches a dual-stack socket by IPv4 is the same however the kernel tells it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace dialerd::config {

struct IpAddress {
  std::array<std::uint8_t, 16> bytes{};  // network order

  friend bool operator==(const IpAddress&, const IpAddress&) = default;
};

// "192.0.2.1" or "2001:db8::1", without brackets, port or zone.
std::optional<IpAddress> parse_ip_address(std::string_view text);

// The shortest usual text; an IPv4-mapped one as IPv4.
std::string to_string(const IpAddress& address);

struct IpRange {
  IpAddress first;   // all bits past the prefix are zero
  int prefix = 128;  // in bits of the IPv6 form: 96 more than an IPv4 prefix says

  bool contains(const IpAddress& address) const;
  friend bool operator==(const IpRange&, const IpRange&) = default;
};

// An address, or ADDRESS/BITS (RFC 4632, RFC 4291). Absent for anything else, bits set past the prefix among it: who
// writes 10.0.0.1/8 has most likely meant something smaller.
std::optional<IpRange> parse_ip_range(std::string_view text);

bool any_contains(std::span<const IpRange> ranges, const IpAddress& address);

}  // namespace dialerd::config
