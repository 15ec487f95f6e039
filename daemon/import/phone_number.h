// Reading a lead's number as people write it, with libphonenumber: the provider checks numbers with the same library.
#pragma once

#include <string>
#include <string_view>
#include <variant>

namespace dialerd::daemon::import {

enum class NumberFault {
  not_a_number,   // letters, two numbers in one field, too few or too many digits to be a number anywhere
  has_extension,  // "ext. 3": the voice API cannot dial it
  other_country,  // valid, but not in the region: the voice API takes domestic numbers alone
  invalid         // no number that the region's numbering plan has given out
};

// What is wrong with the number, for a person.
std::string reason_of(NumberFault fault, const std::string& region);

// The digits to dial inside the region, trunk prefix included: "01012345678", "0212345678", "15881234".
using NumberReading = std::variant<std::string, NumberFault>;

// As it may be shown outside the database: "010****5678". Of short numbers the more is hidden.
std::string masked(std::string_view digits);

class NumberReader {
 public:
  // `region`: CLDR code, such as "KR".
  explicit NumberReader(std::string region);

  // False: libphonenumber has no numbering plan of this region, and every number would be refused.
  bool knows_region() const;

  // Takes hyphens, blanks, dots, slashes and parentheses between the digits; +82 and 82 in front; full-width forms; a
  // leading zero that a spreadsheet dropped; "tel:". Anything else beside the digits is refused rather than skipped:
  // what libphonenumber picks out of "01012345678 (wife 01099998888)" would be a guess.
  NumberReading read(std::string_view text) const;

 private:
  std::string region_;
  int country_code_;  // 0: not known
};

}  // namespace dialerd::daemon::import
