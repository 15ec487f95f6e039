// UTF-8 text, character by character: whether it is well formed, whether it may reach a terminal or a log, and how many
// columns of a terminal it takes. Pure; any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace dialerd::daemon::text {

struct Character {
  char32_t code = 0;
  std::size_t size = 1;  // bytes; of an invalid sequence: the bytes to skip
  bool valid = false;
};

inline constexpr std::string_view replacement_character = "\xEF\xBF\xBD";

// The character at the start of `text`, which is not empty. One sequence of RFC 3629: the shortest form only, no
// surrogates, at most U+10FFFF.
Character decode(std::string_view text);

// What could forge a log line or hide text in a terminal: controls (C0, DEL, C1), separators of lines and paragraphs,
// marks that change the direction of writing, and the byte order mark.
bool is_unprintable(char32_t code);

// How many columns of a terminal it takes: two for wide and fullwidth characters (Unicode UAX #11: Hangul, Han, Kana,
// emoji), none for combining marks, conjoining Hangul vowels and finals, and joiners.
int columns(char32_t code);
std::size_t columns(std::string_view text);

// At most so many columns of it, cut between characters; what is cut off is shown by an ellipsis. Unprintable and
// invalid characters become U+FFFD.
std::string fitted(std::string_view text, std::size_t columns_max);

}  // namespace dialerd::daemon::text
