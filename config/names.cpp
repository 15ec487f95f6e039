#include "config/names.h"

#include <algorithm>

namespace dialerd::config {
namespace {

bool is_name(std::string_view text) {
  const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return !text.empty() && text.size() <= 63 && plain(text.front()) &&
         std::ranges::all_of(text, [&](char c) { return plain(c) || c == '_' || c == '-'; });
}

}  // namespace

bool check_name(std::string_view text, Position at, std::string_view what, Diagnostics& diagnostics) {
  if (is_name(text)) return true;
  diagnostics.add(at, quote(text) + " is no name for " + std::string(what),
                  "use lower-case letters, digits, '-' and '_', at most 63, the first a letter or digit");
  return false;
}

}  // namespace dialerd::config
