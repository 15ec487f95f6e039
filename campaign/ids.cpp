#include "campaign/ids.h"

#include <cstring>

namespace dialerd::campaign {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";

bool is_hyphen_position(std::size_t i) { return i == 8 || i == 13 || i == 18 || i == 23; }

std::optional<std::uint8_t> hex_value(char c) {
  if (c >= '0' && c <= '9') return static_cast<std::uint8_t>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<std::uint8_t>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<std::uint8_t>(c - 'A' + 10);
  return std::nullopt;
}

}  // namespace

AttemptId make_attempt_id(WallTime created, std::array<std::uint8_t, 10> random) {
  AttemptId id;
  auto ms = static_cast<std::uint64_t>(created.time_since_epoch().count());
  for (std::size_t i = 0; i < 6; ++i) id.bytes[i] = static_cast<std::uint8_t>(ms >> (8 * (5 - i)));
  std::memcpy(id.bytes.data() + 6, random.data(), random.size());
  id.bytes[6] = static_cast<std::uint8_t>(0x70 | (id.bytes[6] & 0x0F));  // version 7
  id.bytes[8] = static_cast<std::uint8_t>(0x80 | (id.bytes[8] & 0x3F));  // variant 10
  return id;
}

std::string to_string(const AttemptId& id) {
  std::string text(36, '-');
  std::size_t at = 0;
  for (std::uint8_t byte : id.bytes) {
    if (is_hyphen_position(at)) ++at;
    text[at++] = hex_digits[byte >> 4];
    text[at++] = hex_digits[byte & 0x0F];
  }
  return text;
}

std::optional<AttemptId> parse_attempt_id(std::string_view text) {
  if (text.size() != 36) return std::nullopt;
  AttemptId id;
  std::size_t nibble = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_hyphen_position(i)) {
      if (text[i] != '-') return std::nullopt;
      continue;
    }
    auto value = hex_value(text[i]);
    if (!value) return std::nullopt;
    std::uint8_t& byte = id.bytes[nibble / 2];
    byte = static_cast<std::uint8_t>(byte << 4 | *value);
    ++nibble;
  }
  return id;
}

WallTime created_at(const AttemptId& id) {
  std::int64_t ms = 0;
  for (std::size_t i = 0; i < 6; ++i) ms = ms << 8 | id.bytes[i];
  return WallTime{std::chrono::milliseconds{ms}};
}

}  // namespace dialerd::campaign
