#include "config/phone_number.h"

#include <algorithm>

#include "config/schema.h"
#include "config/units.h"
#include "config/values.h"

namespace dialerd::config {

std::optional<std::string> read_phone_number(const Node& node, std::string_view name, Diagnostics& diagnostics) {
  if (node.schema != nullptr) {
    node.schema->quoted_text("^[0-9]{7,15}$");
    return std::nullopt;
  }
  const auto text = read_text(node, name, diagnostics);
  if (text && !node.quoted && is_bare_number(*text)) {
    diagnostics.add(node.at, quote(name) + " has a number without quotes: " + *text,
                    "write \"" + *text + "\": many tools would take it for a quantity and drop a zero at its front");
    return std::nullopt;
  }
  return text ? check_phone_number(*text, node.at, name, diagnostics) : std::nullopt;
}

std::optional<std::string> check_phone_number(std::string_view text, Position at, std::string_view name,
                                              Diagnostics& diagnostics) {
  if (text.starts_with('+')) {
    diagnostics.add(at, quote(name) + " has an international number: " + quote(text),
                    R"(write it as it is dialled within the country, such as "07011112222")");
    return std::nullopt;
  }
  std::string digits(text);
  std::erase_if(digits, [](char c) { return c == '-' || c == ' ' || c == '.' || c == '(' || c == ')' || c == '/'; });
  const bool plausible = is_bare_number(digits) && digits.size() >= 7 && digits.size() <= 15;
  if (plausible && digits == text) return digits;
  diagnostics.add(
      at, quote(name) + " is no number of 7 to 15 digits: " + quote(text),
      plausible ? "write digits alone: \"" + digits + "\"" : R"(write digits alone, such as "07011112222")");
  return std::nullopt;
}

std::vector<std::string> read_phone_numbers(const Node& node, std::string_view name, Diagnostics& diagnostics) {
  std::vector<std::string> numbers;
  if (!is_list(node, name, R"(["07011112222"])", diagnostics)) return numbers;
  for (const Node& item : node.items) {
    auto number = read_phone_number(item, name, diagnostics);
    if (!number) continue;
    if (std::ranges::find(numbers, *number) != numbers.end()) {
      diagnostics.add(item.at, quote(name) + " has " + *number + " twice", "keep one");
    } else {
      numbers.push_back(std::move(*number));
    }
  }
  return numbers;
}

}  // namespace dialerd::config
