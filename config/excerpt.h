// One line of a file as a message may show it: with whatever is, or looks like, a secret hidden. Three nets, one below
// the other, because a file with an error may hold a secret anywhere:
//   - from a place that a reader refused for holding a secret to the end of the line;
//   - what follows a word such as api_key, password, secret or token, unless it is a reference ({credential: NAME});
//   - words of 24 or more letters and digits that are no UUID, the form of most keys.
#pragma once

#include <string>
#include <string_view>

namespace dialerd::config {

inline constexpr std::string_view hidden_text = "***";

// `hidden_from`: the character, from 1, at which a secret begins; 0 if none is known.
std::string shown_line(std::string_view line, int hidden_from);

}  // namespace dialerd::config
