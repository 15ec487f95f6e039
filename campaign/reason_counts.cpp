#include "campaign/reason_counts.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

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

int count_of(const ReasonCounts& counts, std::string_view key) {
  auto found = counts.find(key);
  return found == counts.end() ? 0 : found->second;
}

int attempts_on(const ReasonCounts& counts, int day) {
  return count_of(counts, count_key::today) == day ? count_of(counts, count_key::today_attempts) : 0;
}

void count_attempt_on(ReasonCounts& counts, int day) {
  int attempts = attempts_on(counts, day) + 1;
  counts[std::string(count_key::today)] = day;
  counts[std::string(count_key::today_attempts)] = attempts;
}

int caller_mark(std::string_view number) {
  // FNV-1a, 32 bits (draft-eastlake-fnv): the same in every process, unlike std::hash.
  std::uint32_t hash = 2166136261;
  for (char c : number) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  return static_cast<int>(hash & 0x7FFFFFFF) | 1;
}

}  // namespace dialerd::campaign
