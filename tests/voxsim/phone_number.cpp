#include "tests/voxsim/phone_number.h"

#include <array>
#include <cstddef>

namespace dialerd::voxsim {

namespace {
constexpr std::size_t kFewestDigits = 8;
constexpr std::size_t kMostDigits = 12;
constexpr unsigned kLengthShift = 56;
constexpr PackedNumber kValueMask = (PackedNumber{1} << kLengthShift) - 1;
}  // namespace

std::optional<PackedNumber> pack_number(std::string_view digits) {
  if (digits.size() < kFewestDigits || digits.size() > kMostDigits) return std::nullopt;
  PackedNumber value = 0;
  for (const char c : digits) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + static_cast<PackedNumber>(c - '0');
  }
  return (PackedNumber{digits.size()} << kLengthShift) | value;
}

void append_number(std::string& out, PackedNumber number) {
  const std::size_t length = number >> kLengthShift;
  PackedNumber value = number & kValueMask;
  std::array<char, kMostDigits> digits{};
  for (std::size_t i = length; i-- > 0; value /= 10) digits.at(i) = static_cast<char>('0' + value % 10);
  out.append(digits.data(), length);
}

std::string number_text(PackedNumber number) {
  std::string text;
  append_number(text, number);
  return text;
}

bool is_domestic(std::string_view digits) { return digits.starts_with('0') && pack_number(digits).has_value(); }

}  // namespace dialerd::voxsim
