#include "config/suggestion.h"

#include <algorithm>
#include <numeric>
#include <vector>

namespace dialerd::config {
namespace {

// Longer texts are not slips of a key; this bounds the work on a hostile file.
constexpr std::size_t longest_text = 64;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), [](char c) { return lower(c); });
  return result;
}

// Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours, each one edit.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before_last(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(last.begin(), last.end(), 0U);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0U : 1U)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before_last[j - 2] + 1);
      }
    }
    std::swap(before_last, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

}  // namespace

std::optional<std::string_view> nearest(std::string_view text, std::span<const std::string_view> candidates) {
  if (text.empty() || text.size() > longest_text) return std::nullopt;
  const std::string wanted = lower(text);

  std::optional<std::string_view> best;
  std::size_t best_distance = std::max<std::size_t>(1, wanted.size() / 3) + 1;
  for (const std::string_view candidate : candidates) {
    const std::size_t edits = distance(wanted, lower(candidate));
    // A candidate that keeps none of the letters is no suggestion, however short.
    if (edits < best_distance && edits < std::max(wanted.size(), candidate.size())) {
      best = candidate;
      best_distance = edits;
    }
  }
  if (best) return best;

  for (const std::string_view candidate : candidates) {
    const std::string name = lower(candidate);
    const bool contains = wanted.size() >= 4 && name.find(wanted) != std::string::npos;
    const bool begins = name.size() >= 3 && wanted.starts_with(name);
    if ((contains || begins) && (!best || candidate.size() < best->size())) best = candidate;
  }
  return best;
}

std::string suggest(std::string_view text, std::span<const std::string_view> candidates, std::string otherwise) {
  const auto candidate = nearest(text, candidates);
  return candidate ? "did you mean '" + std::string(*candidate) + "'?" : std::move(otherwise);
}

std::string join(std::span<const std::string_view> words) {
  std::string text;
  for (const std::string_view word : words) {
    if (!text.empty()) text += ", ";
    text += word;
  }
  return text;
}

}  // namespace dialerd::config
