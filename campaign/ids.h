// The identities of the domain. Distinct types, so that a lead cannot be passed where a campaign is meant.
#pragma once

#include <array>
#include <bit>
#include <compare>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "campaign/time.h"

namespace dialerd::campaign {

enum class CampaignId : std::int64_t {};
enum class LeadId : std::int64_t {};

// A UUIDv7 (RFC 9562, 5.7) that dialerd makes before the call exists: the attempt's primary key, its order in time, and
// the `attempt_id` in the call's metadata by which a POST in doubt is found again.
struct AttemptId {
  std::array<std::uint8_t, 16> bytes{};

  // Half of it as a number, the first byte the highest. Ids are compared and hashed for every call many times, in
  // tables of all that are open.
  std::uint64_t half(std::size_t which) const noexcept {
    static_assert(std::endian::native == std::endian::little);
    std::uint64_t value = 0;
    std::memcpy(&value, bytes.data() + 8 * which, sizeof value);
    return __builtin_bswap64(value);
  }
  friend bool operator==(const AttemptId& a, const AttemptId& b) noexcept {
    return a.half(0) == b.half(0) && a.half(1) == b.half(1);
  }
  friend std::strong_ordering operator<=>(const AttemptId& a, const AttemptId& b) noexcept {
    if (const auto first = a.half(0) <=> b.half(0); first != 0) return first;
    return a.half(1) <=> b.half(1);
  }
};

// `random` supplies the 74 bits that are not time or version; the caller brings them, the core has no random device.
AttemptId make_attempt_id(WallTime created, std::array<std::uint8_t, 10> random);

std::string to_string(const AttemptId& id);                        // 36 characters, lower case
std::optional<AttemptId> parse_attempt_id(std::string_view text);  // accepts any well-formed UUID text
WallTime created_at(const AttemptId& id);

}  // namespace dialerd::campaign

template <>
struct std::hash<dialerd::campaign::AttemptId> {
  // The last eight bytes are random but for two bits: as good as a hash.
  std::size_t operator()(const dialerd::campaign::AttemptId& id) const noexcept { return id.half(1); }
};
