#include "config/date_reader.h"

#include <charconv>

#include "config/schema.h"
#include "config/units.h"
#include "config/values.h"

namespace dialerd::config {
namespace {

int number(std::string_view digits) {
  int value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

std::optional<std::chrono::sys_days> parse_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const std::string_view year = text.substr(0, 4);
  const std::string_view month = text.substr(5, 2);
  const std::string_view day = text.substr(8, 2);
  if (!is_bare_number(year) || !is_bare_number(month) || !is_bare_number(day)) return std::nullopt;
  const std::chrono::year_month_day date(std::chrono::year(number(year)),
                                         std::chrono::month(static_cast<unsigned>(number(month))),
                                         std::chrono::day(static_cast<unsigned>(number(day))));
  if (!date.ok() || date.year() < std::chrono::year(2000) || date.year() >= std::chrono::year(2200)) return {};
  return std::chrono::sys_days(date);
}

}  // namespace

std::optional<std::chrono::sys_days> read_date(const Node& node, std::string_view name, Diagnostics& diagnostics) {
  if (node.schema != nullptr) {
    node.schema->quoted_text("^2[01][0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$");
    return std::nullopt;
  }
  const std::string remedy = "write year, month and day, such as 2026-12-31";
  if (node.kind != Node::Kind::scalar) {
    report_kind(node, name, "a date", remedy, diagnostics);
    return std::nullopt;
  }
  const auto date = parse_date(node.text);
  if (!date) diagnostics.add(node.at, quote(name) + " is no date: " + quote(node.text), remedy);
  return date;
}

std::string date_text(std::chrono::sys_days date) {
  const std::chrono::year_month_day civil(date);
  const auto two = [](unsigned value) { return (value < 10 ? "-0" : "-") + std::to_string(value); };
  return std::to_string(static_cast<int>(civil.year())) + two(static_cast<unsigned>(civil.month())) +
         two(static_cast<unsigned>(civil.day()));
}

}  // namespace dialerd::config
