#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dialerd::voxsim {

// Up to 12 digits in one word, leading zeros kept: the length in the top byte, the value below. Zero means "no number".
using PackedNumber = std::uint64_t;

// Digits only, 8 to 12 of them; none for anything else.
std::optional<PackedNumber> pack_number(std::string_view digits);
void append_number(std::string& out, PackedNumber number);
std::string number_text(PackedNumber number);

// What the API takes as from_number and to_number: domestic, so with a leading zero. (The provider checks with
// libphonenumber; this is the shape of it.)
bool is_domestic(std::string_view digits);

}  // namespace dialerd::voxsim
