#include "daemon/import/phone_number.h"

#include <algorithm>
#include <array>
#include <utility>

#include <phonenumbers/phonenumberutil.h>

namespace dialerd::daemon::import {
namespace {

using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberUtil;

// What may stand between digits, beside ASCII's: full-width forms, and the blanks, dashes and invisible direction marks
// that come along when a number is copied from a document or an address book.
constexpr std::array<std::pair<char32_t, char32_t>, 9> number_characters = {
    {{0xA0, 0xA0},      // no-break space
     {0x2000, 0x2015},  // blanks, marks, dashes
     {0x202A, 0x202F},  // direction marks
     {0x2060, 0x2069},
     {0x2212, 0x2212},  // minus sign
     {0x3000, 0x3000},  // ideographic space
     {0x30FC, 0x30FC},
     {0xFF08, 0xFF0F},  // full-width ( ) + - . /
     {0xFF10, 0xFF19}}};

bool may_be_in_number(char32_t c) {
  if (c < 0x80)
    return (c >= '0' && c <= '9') ||
           std::string_view(" \t+-.()/~").find(static_cast<char>(c)) != std::string_view::npos;
  return std::ranges::any_of(number_characters,
                             [c](const auto& range) { return c >= range.first && c <= range.second; });
}

// One character of UTF-8 that is known to be well formed; moves `at` past it.
char32_t next_character(std::string_view text, std::size_t& at) {
  const auto first = static_cast<unsigned char>(text[at++]);
  if (first < 0x80) return first;
  const int continuation_bytes = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : 1;
  char32_t c = first & (0x3FU >> continuation_bytes);
  for (int i = 0; i < continuation_bytes && at < text.size(); ++i)
    c = (c << 6U) | (static_cast<unsigned char>(text[at++]) & 0x3FU);
  return c;
}

bool only_number_characters(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    if (!may_be_in_number(next_character(text, at))) return false;
  }
  return true;
}

std::string digits_of(const std::string& text) {
  std::string digits;
  std::ranges::copy_if(text, std::back_inserter(digits), [](char c) { return c >= '0' && c <= '9'; });
  return digits;
}

// The text that Parse is given. Parse drops hyphens, dots and blanks between digits itself, with regular expressions
// that take a third of its time, and they mean nothing else to it as long as no other character is there: no extension,
// no second number, no country code. Very short and very long texts are its own to judge.
std::string without_separators(std::string_view text) {
  constexpr std::size_t digits_min = 3;
  constexpr std::size_t length_max = 250;
  const bool plain = text.size() <= length_max && std::ranges::all_of(text, [](char c) {
                       return (c >= '0' && c <= '9') || c == '-' || c == '.' || c == ' ';
                     });
  if (!plain) return std::string(text);
  std::string digits = digits_of(std::string(text));
  return digits.size() < digits_min ? std::string(text) : digits;
}

// Whether a valid number of the region is written nationally as exactly these digits: then parsing them comes to
// nothing else. That is asked in half the time of parsing, and it is what most files have.
bool are_national_form(const std::string& digits, int country_code, const std::string& region) {
  constexpr std::size_t digits_max = 17;  // libphonenumber's longest; fits 64 bits
  if (country_code == 0 || digits.empty() || digits.size() > digits_max || digits_of(digits) != digits) return false;
  PhoneNumber number;
  number.set_country_code(country_code);
  number.set_national_number(std::stoull(digits));
  const PhoneNumberUtil& numbers = *PhoneNumberUtil::GetInstance();
  if (!numbers.IsValidNumberForRegion(number, region)) return false;
  std::string formatted;
  numbers.Format(number, PhoneNumberUtil::NATIONAL, &formatted);
  return digits_of(formatted) == digits;
}

}  // namespace

std::string reason_of(NumberFault fault, const std::string& region) {
  switch (fault) {
    case NumberFault::has_extension:
      return "the number has an extension";
    case NumberFault::other_country:
      return "the number belongs to another country than " + region;
    case NumberFault::invalid:
      return "there is no such number in " + region;
    case NumberFault::not_a_number:
      break;
  }
  return "not a phone number";
}

std::string masked(std::string_view digits) {
  const bool is_long = digits.size() >= 10;
  const std::size_t first = is_long ? 3 : 2;
  const std::size_t last = is_long ? 4 : 2;
  std::string text(digits);
  for (std::size_t i = first; i + last < text.size(); ++i) text[i] = '*';
  return text;
}

NumberReader::NumberReader(std::string region)
    : region_(std::move(region)), country_code_(PhoneNumberUtil::GetInstance()->GetCountryCodeForRegion(region_)) {}

bool NumberReader::knows_region() const { return country_code_ != 0; }

NumberReading NumberReader::read(std::string_view text) const {
  const PhoneNumberUtil& numbers = *PhoneNumberUtil::GetInstance();
  if (text.starts_with("tel:")) text.remove_prefix(4);

  std::string given = without_separators(text);
  if (are_national_form(given, country_code_, region_)) return given;
  PhoneNumber number;
  if (numbers.Parse(given, region_, &number) != PhoneNumberUtil::NO_PARSING_ERROR) {
    return NumberFault::not_a_number;
  }
  if (number.has_extension()) return NumberFault::has_extension;
  if (!only_number_characters(text)) return NumberFault::not_a_number;
  if (!numbers.IsValidNumberForRegion(number, region_)) {
    return numbers.IsValidNumber(number) ? NumberFault::other_country : NumberFault::invalid;
  }
  std::string domestic;
  numbers.Format(number, PhoneNumberUtil::NATIONAL, &domestic);
  return digits_of(domestic);
}

}  // namespace dialerd::daemon::import
