#include "config/ip_address.h"

#include <algorithm>
#include <charconv>

#include <arpa/inet.h>
#include <netinet/in.h>

namespace dialerd::config {
namespace {

constexpr std::array<std::uint8_t, 12> ipv4_mapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
constexpr int ipv4_prefix = 96;

bool is_ipv4(const IpAddress& address) {
  return std::equal(ipv4_mapped.begin(), ipv4_mapped.end(), address.bytes.begin());
}

// The address with every bit past the prefix cleared.
IpAddress masked(const IpAddress& address, int prefix) {
  IpAddress result = address;
  for (int i = 0; i < 16; ++i) {
    const int kept = std::clamp(prefix - 8 * i, 0, 8);
    result.bytes[static_cast<std::size_t>(i)] &= static_cast<std::uint8_t>(0xFF00U >> static_cast<unsigned>(kept));
  }
  return result;
}

}  // namespace

std::optional<IpAddress> parse_ip_address(std::string_view text) {
  if (text.size() >= INET6_ADDRSTRLEN || text.find('\0') != std::string_view::npos) return std::nullopt;
  const std::string terminated(text);
  IpAddress address;
  if (inet_pton(AF_INET6, terminated.c_str(), address.bytes.data()) == 1) return address;
  std::copy(ipv4_mapped.begin(), ipv4_mapped.end(), address.bytes.begin());
  if (inet_pton(AF_INET, terminated.c_str(), address.bytes.data() + ipv4_mapped.size()) == 1) return address;
  return std::nullopt;
}

std::string to_string(const IpAddress& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const bool short_form = is_ipv4(address);
  const std::uint8_t* from = address.bytes.data() + (short_form ? ipv4_mapped.size() : 0);
  inet_ntop(short_form ? AF_INET : AF_INET6, from, text.data(), text.size());
  return text.data();
}

bool IpRange::contains(const IpAddress& address) const { return masked(address, prefix) == first; }

std::optional<IpRange> parse_ip_range(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto address = parse_ip_address(text.substr(0, slash));
  if (!address) return std::nullopt;
  IpRange range{*address, 128};
  if (slash == std::string_view::npos) return range;
  const bool short_form = text.substr(0, slash).find(':') == std::string_view::npos;
  const std::string_view bits = text.substr(slash + 1);
  const auto [end, error] = std::from_chars(bits.data(), bits.data() + bits.size(), range.prefix);
  if (error != std::errc{} || end != bits.data() + bits.size() || range.prefix < 0) return std::nullopt;
  if (range.prefix > (short_form ? 32 : 128)) return std::nullopt;
  if (short_form) range.prefix += ipv4_prefix;
  if (masked(*address, range.prefix) != *address) return std::nullopt;
  return range;
}

bool any_contains(std::span<const IpRange> ranges, const IpAddress& address) {
  return std::any_of(ranges.begin(), ranges.end(), [&](const IpRange& range) { return range.contains(address); });
}

}  // namespace dialerd::config
