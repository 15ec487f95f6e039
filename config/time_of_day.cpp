#include "config/time_of_day.h"

#include <string_view>

#include "config/schema.h"
#include "config/units.h"
#include "config/values.h"

namespace dialerd::config {
namespace {

constexpr std::uint16_t midnight = 24 * 60;

std::optional<std::uint16_t> minute_of(std::string_view text) {
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  const std::string digits = std::string(text.substr(0, 2)).append(text.substr(3));
  if (!is_bare_number(digits)) return std::nullopt;
  const int hour = (digits[0] - '0') * 10 + (digits[1] - '0');
  const int minute = (digits[2] - '0') * 10 + (digits[3] - '0');
  if (minute > 59 || hour > 24 || (hour == 24 && minute > 0)) return std::nullopt;
  return static_cast<std::uint16_t>(hour * 60 + minute);
}

std::optional<std::uint16_t> read_time(const Node& node, std::string_view name, Diagnostics& diagnostics) {
  if (node.schema != nullptr) {
    const std::string_view midnight_too = name == "to" ? "|24:00" : "";
    node.schema->quoted_text(std::string("^(([01][0-9]|2[0-3]):[0-5][0-9]").append(midnight_too).append(")$"));
    return std::nullopt;
  }
  const std::string remedy = R"(write hours and minutes, such as "09:00" or "20:30")";
  if (node.kind != Node::Kind::scalar) {
    report_kind(node, name, "a time of day", remedy, diagnostics);
    return std::nullopt;
  }
  const auto minute = minute_of(node.text);
  if (!minute && minute_of("0" + node.text)) {
    diagnostics.add(node.at, quote(name) + " is no time of day: " + quote(node.text), "write \"0" + node.text + "\"");
    return std::nullopt;
  }
  const bool past_midnight =
      node.text.size() == 5 && node.text[2] == ':' && node.text >= "24:01" && node.text < "48:00";
  if (!minute && past_midnight) {
    diagnostics.add(node.at, quote(name) + " is no time of day: " + quote(node.text),
                    R"(the day ends at "24:00"; across midnight write an earlier hour, from: "22:00", to: "01:00")");
    return std::nullopt;
  }
  if (!minute) diagnostics.add(node.at, quote(name) + " is no time of day: " + quote(node.text), remedy);
  return minute;
}

}  // namespace

std::optional<std::uint16_t> read_from_time(const Node* node, Diagnostics& diagnostics) {
  if (node == nullptr) return std::nullopt;
  const auto minute = read_time(*node, "from", diagnostics);
  if (minute != midnight) return minute;
  diagnostics.add(node->at, "'from' cannot be 24:00", R"(write "00:00" and the day that begins then)");
  return std::nullopt;
}

std::optional<std::uint16_t> read_to_time(const Node* node, Diagnostics& diagnostics) {
  return node == nullptr ? std::nullopt : read_time(*node, "to", diagnostics);
}

std::string time_text(std::uint16_t minute) {
  const auto two = [](int number) { return (number < 10 ? "0" : "") + std::to_string(number); };
  return two(minute / 60) + ":" + two(minute % 60);
}

}  // namespace dialerd::config
