// What editors show for each key of a file; the documentation says more (docs/configuration.md, docs/campaigns.md).
#pragma once

#include <span>
#include <string_view>

namespace dialerd::config {

struct Description {
  std::string_view key;  // a whole path, "accounts.*.limits", or its last two parts, "limits.per_hour"
  std::string_view text;
};

std::span<const Description> descriptions();

// The text for the key with this path; empty if there is none.
std::string_view describe(std::string_view path);

}  // namespace dialerd::config
