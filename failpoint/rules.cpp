#include "failpoint/rules.h"

#include <charconv>

namespace dialerd::failpoint {
namespace {

// The part before `separator`, which is taken off `rest` with it; all of it where there is none.
std::string_view take_until(std::string_view& rest, char separator) {
  const std::size_t end = rest.find(separator);
  const std::string_view part = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return part;
}

template <typename Number>
std::optional<Number> number(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<std::chrono::milliseconds> duration(std::string_view text) {
  constexpr std::int64_t longest_ms = 600'000;
  std::int64_t unit_ms = 0;
  if (text.ends_with("ms")) {
    unit_ms = 1;
    text.remove_suffix(2);
  } else if (text.ends_with('s')) {
    unit_ms = 1000;
    text.remove_suffix(1);
  } else {
    return std::nullopt;
  }
  const auto count = number<std::int64_t>(text);
  if (!count || *count < 1 || *count > longest_ms / unit_ms) return std::nullopt;
  return std::chrono::milliseconds{*count * unit_ms};
}

std::optional<Rule> parse_rule(std::string_view text) {
  Rule rule;
  rule.name = take_until(text, '=');
  const std::string_view action = take_until(text, '@');
  if (rule.name.empty() || rule.name == "*") return std::nullopt;
  if (action == "kill") {
    rule.action = Action::kill;
  } else if (action == "stop") {
    rule.action = Action::stop;
  } else if (action.starts_with("pause:")) {
    const auto pause = duration(action.substr(6));
    if (!pause) return std::nullopt;
    rule.action = Action::pause;
    rule.pause = *pause;
  } else {
    return std::nullopt;
  }
  if (!text.empty()) {
    const auto probability = number<double>(text);
    if (!probability || !(*probability > 0) || *probability > 1) return std::nullopt;
    rule.probability = *probability;
  }
  return rule;
}

// Steele, Lea, Flood: Fast splittable pseudorandom number generators (OOPSLA 2014), SplitMix64's output function.
std::uint64_t mixed(std::uint64_t z) {
  z += 0x9E3779B97F4A7C15;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
  return z ^ (z >> 31);
}

// FNV-1a.
std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = 0xCBF29CE484222325;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3;
  return hash;
}

}  // namespace

bool Rule::matches(std::string_view place) const {
  if (name.front() == '*') return place.ends_with(std::string_view(name).substr(1));
  return place == name;
}

std::optional<std::vector<Rule>> parse_rules(std::string_view text, std::string& mistake) {
  std::vector<Rule> rules;
  while (!text.empty()) {
    const std::string_view one = take_until(text, ',');
    const auto rule = parse_rule(one);
    if (!rule) {
      mistake = one;
      return std::nullopt;
    }
    rules.push_back(*rule);
  }
  return rules;
}

std::string_view to_string(Action action) {
  switch (action) {
    case Action::kill:
      return "kill";
    case Action::stop:
      return "stop";
    case Action::pause:
      return "pause";
  }
  return "";
}

bool decide(const Rule& rule, std::uint64_t seed, std::uint64_t n) {
  const std::uint64_t drawn = mixed(mixed(seed ^ hash_of(rule.name)) + n);
  return static_cast<double>(drawn >> 11) < rule.probability * static_cast<double>(std::uint64_t{1} << 53);
}

}  // namespace dialerd::failpoint
