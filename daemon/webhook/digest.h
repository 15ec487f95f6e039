#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace dialerd::daemon::webhook {

using Digest = std::array<std::uint8_t, 32>;

Digest sha256(std::string_view bytes);

// In a time that tells nothing of where they differ.
bool equal(const Digest& a, const Digest& b);

}  // namespace dialerd::daemon::webhook
