// Text as a terminal shows it: characters and the columns that each takes. Korean, Chinese and Japanese characters take
// two, combining marks none (Unicode Standard Annex 11; of ambiguous width counts as narrow).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dialerd::config {

struct DisplayCharacter {
  std::string text;  // what is printed
  int width = 1;     // terminal columns
};

// The characters of one line. A tab becomes four blanks, other control characters and bytes that are not UTF-8 become
// '?', each one character as Position counts them.
std::vector<DisplayCharacter> display_characters(std::string_view line);

}  // namespace dialerd::config
