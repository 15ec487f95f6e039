#pragma once

#include <array>
#include <charconv>
#include <concepts>
#include <string>
#include <string_view>

namespace dialerd::voxsim {

// Writing JSON by hand, for the answers and the ledger: they are the hot path and their shapes are fixed.

template <std::integral Number>
void append_integer(std::string& out, Number value) {
  std::array<char, 24> digits{};
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  static_cast<void>(error);  // 24 characters hold any 64-bit integer
  out.append(digits.data(), end);
}

// With quotes and escapes (RFC 8259, section 7). The text is taken to be UTF-8.
void append_quoted(std::string& out, std::string_view text);

// For lines of a log: `name` as it stands (with the comma and colon), then the value; an empty text and a zero are
// null.
void append_text_or_null(std::string& out, std::string_view name, std::string_view text);

template <std::integral Number>
void append_number_or_null(std::string& out, std::string_view name, Number number) {
  out += name;
  if (number == 0) {
    out += "null";
  } else {
    append_integer(out, number);
  }
}

}  // namespace dialerd::voxsim
