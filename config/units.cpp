#include "config/units.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace dialerd::config {
namespace {

using std::chrono::milliseconds;

struct Unit {
  std::string_view name;
  std::int64_t size;
};

constexpr std::array<Unit, 5> duration_units = {
    {{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}}};
constexpr std::int64_t longest_duration = 100'000LL * 86'400'000;

constexpr std::array<Unit, 4> size_units = {{{"GiB", 1LL << 30}, {"MiB", 1LL << 20}, {"KiB", 1LL << 10}, {"B", 1}}};
constexpr std::int64_t largest_size = 1024LL << 30;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Takes "<digits><letters>" off the front of `text` as count and unit; the unit's place in `units`, absent if there is
// none.
template <std::size_t N>
std::optional<std::size_t> take(std::string_view& text, const std::array<Unit, N>& units, std::int64_t most,
                                std::int64_t& total) {
  std::int64_t count = 0;
  const auto [digits_end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc{} || count < 0 || !is_digit(text.front())) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(digits_end - text.data()));
  const auto name_end = std::ranges::find_if(text, is_digit);
  const std::string_view name = text.substr(0, static_cast<std::size_t>(name_end - text.begin()));
  const auto unit = std::ranges::find(units, name, &Unit::name);
  if (unit == units.end() || count > (most - total) / unit->size) return std::nullopt;
  text.remove_prefix(name.size());
  total += count * unit->size;
  return static_cast<std::size_t>(unit - units.begin());
}

}  // namespace

std::optional<milliseconds> parse_duration(std::string_view text) {
  if (text.empty()) return std::nullopt;
  std::int64_t total = 0;
  std::optional<std::size_t> previous;
  while (!text.empty()) {
    const auto unit = take(text, duration_units, longest_duration, total);
    if (!unit || (previous && *unit <= *previous)) return std::nullopt;
    previous = unit;
  }
  return milliseconds(total);
}

std::string format_duration(milliseconds duration) {
  std::string text;
  std::int64_t rest = duration.count();
  for (const Unit& unit : duration_units) {
    const std::int64_t count = rest / unit.size;
    rest %= unit.size;
    if (count > 0) text.append(std::to_string(count)).append(unit.name);
  }
  return text.empty() ? "0s" : text;
}

std::optional<std::int64_t> parse_size(std::string_view text) {
  if (text.empty()) return std::nullopt;
  std::int64_t total = 0;
  const auto unit = take(text, size_units, largest_size, total);
  return unit && text.empty() ? std::optional(total) : std::nullopt;
}

std::string format_size(std::int64_t bytes) {
  const auto unit = std::ranges::find_if(size_units, [&](const Unit& u) { return bytes > 0 && bytes % u.size == 0; });
  const Unit& chosen = unit == size_units.end() ? size_units.back() : *unit;
  return std::to_string(bytes / chosen.size).append(chosen.name);
}

std::optional<std::int64_t> parse_percent(std::string_view text) {
  if (!text.ends_with('%')) return std::nullopt;
  const std::string_view digits = text.substr(0, text.size() - 1);
  if (!is_bare_number(digits) || digits.size() > 6) return std::nullopt;
  std::int64_t percent = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), percent);
  return percent;
}

std::string format_percent(std::int64_t percent) { return std::to_string(percent) + "%"; }

bool is_bare_number(std::string_view text) { return !text.empty() && std::ranges::all_of(text, is_digit); }

}  // namespace dialerd::config
