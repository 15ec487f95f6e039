// Where a setting stands in the text of a file that was read already: settings do not carry their places with them, so
// the text is read once more when somebody asks. Pure.
#pragma once

#include <initializer_list>
#include <span>
#include <string_view>

#include "config/diagnostics.h"

namespace dialerd::config {

// `path`: the keys from the document's root down, {"accounts", "main", "api_key"}. The place of a scalar is the
// value's, that of a list or a map its key's. Where the text lacks a key, the place of the deepest that it has; {0, 0}
// if it has none of them.
Position place_of(std::string_view text, std::span<const std::string_view> path);
inline Position place_of(std::string_view text, std::initializer_list<std::string_view> path) {
  return place_of(text, std::span(path.begin(), path.size()));
}

}  // namespace dialerd::config
