#include "daemon/plan/words.h"

#include <array>
#include <charconv>
#include <cstdio>

namespace dialerd::daemon::plan {
namespace {

std::string decimal(double number, int digits) {
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%.*f", digits, number);
  return text.data();
}

}  // namespace

std::string grouped(std::int64_t number) {
  std::string digits = std::to_string(number);
  const std::size_t first = number < 0 ? 1 : 0;
  for (std::size_t place = digits.size(); place > first + 3;) {
    place -= 3;
    digits.insert(place, 1, ',');
  }
  return digits;
}

std::string percent_text(double fraction) { return decimal(fraction * 100, 1) + " %"; }

std::string seconds_text(std::chrono::milliseconds time) {
  const double seconds = static_cast<double>(time.count()) / 1000;
  return decimal(seconds, time.count() % 1000 == 0 || seconds >= 10 ? 0 : seconds < 1 ? 2 : 1) + " s";
}

std::string duration_text(std::chrono::milliseconds time) {
  const std::int64_t seconds = (time.count() + 500) / 1000;
  const std::int64_t minutes = (seconds + 30) / 60;
  if (seconds < 60) return std::to_string(seconds) + " s";
  if (minutes < 60) return std::to_string(minutes) + " min";
  if (minutes < 24 * 60) {
    const std::int64_t rest = minutes % 60;
    return std::to_string(minutes / 60) + " h" + (rest == 0 ? "" : " " + std::to_string(rest) + " min");
  }
  const std::int64_t hours = (minutes + 30) / 60;
  const std::int64_t rest = hours % 24;
  return std::to_string(hours / 24) + " d" + (rest == 0 ? "" : " " + std::to_string(rest) + " h");
}

std::optional<double> parse_share(std::string_view text) {
  const bool percent = text.ends_with('%');
  if (percent) text.remove_suffix(1);
  double number = 0;
  auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  if (fault != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (percent) number /= 100;
  return number >= 0 && number <= 1 ? std::optional(number) : std::nullopt;
}

}  // namespace dialerd::daemon::plan
