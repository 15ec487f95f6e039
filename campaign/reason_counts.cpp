#include "campaign/reason_counts.h"

#include <algorithm>
#include <charconv>

namespace dialerd::campaign {

ReasonCounts parse_reason_counts(std::string_view text) {
  ReasonCounts counts;
  while (!text.empty()) {
    std::string_view item = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(text.size(), item.size() + 1));
    std::size_t equals = item.find('=');
    if (equals == std::string_view::npos) continue;
    int count = 0;
    auto [end, error] = std::from_chars(item.data() + equals + 1, item.data() + item.size(), count);
    if (error == std::errc{} && count > 0) counts[std::string(item.substr(0, equals))] = count;
  }
  return counts;
}

std::string to_string(const ReasonCounts& counts) {
  std::string text;
  for (const auto& [reason, count] : counts) {
    if (!text.empty()) text += ' ';
    text += reason + '=' + std::to_string(count);
  }
  return text;
}

}  // namespace dialerd::campaign
