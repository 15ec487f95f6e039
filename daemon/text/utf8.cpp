#include "daemon/text/utf8.h"

#include <algorithm>
#include <array>

namespace dialerd::daemon::text {
namespace {

struct Range {
  char32_t first;
  char32_t last;
};

// In the order of their codes.
constexpr std::array<Range, 17> wide = {{
    {0x1100, 0x115F},    // Hangul Jamo, initial consonants
    {0x231A, 0x231B},    // watch, hourglass
    {0x2329, 0x232A},    // angle brackets
    {0x23E9, 0x23EC},    // emoji of players
    {0x2E80, 0x303E},    // CJK radicals, punctuation
    {0x3041, 0x33FF},    // Kana, Hangul compatibility Jamo, CJK compatibility
    {0x3400, 0x4DBF},    // Han, extension A
    {0x4E00, 0x9FFF},    // Han
    {0xA000, 0xA4CF},    // Yi
    {0xA960, 0xA97F},    // Hangul Jamo, extended A
    {0xAC00, 0xD7A3},    // Hangul syllables
    {0xF900, 0xFAFF},    // Han, compatibility
    {0xFE30, 0xFE6F},    // CJK compatibility forms, small forms
    {0xFF00, 0xFF60},    // fullwidth forms
    {0xFFE0, 0xFFE6},    // fullwidth signs
    {0x1F300, 0x1FAFF},  // emoji
    {0x20000, 0x3FFFD},  // Han, supplementary planes
}};

constexpr std::array<Range, 9> zero_width = {{
    {0x0300, 0x036F},  // combining diacritical marks
    {0x1160, 0x11FF},  // Hangul Jamo, vowels and finals: drawn into the cell of their initial
    {0x1AB0, 0x1AFF},
    {0x1DC0, 0x1DFF},
    {0x200B, 0x200D},  // zero-width space and joiners
    {0x20D0, 0x20FF},
    {0xD7B0, 0xD7FF},  // Hangul Jamo, extended B
    {0xFE00, 0xFE0F},  // variation selectors
    {0xFE20, 0xFE2F},
}};

template <std::size_t n>
bool is_in(char32_t code, const std::array<Range, n>& ranges) {
  const auto found = std::lower_bound(ranges.begin(), ranges.end(), code,
                                      [](const Range& range, char32_t one) { return range.last < one; });
  return found != ranges.end() && found->first <= code;
}

}  // namespace

Character decode(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {lead, 1, true};
  std::size_t size = 0;
  char32_t code = 0;
  char32_t smallest = 0;
  if ((lead & 0xE0) == 0xC0) {
    size = 2, code = lead & 0x1F, smallest = 0x80;
  } else if ((lead & 0xF0) == 0xE0) {
    size = 3, code = lead & 0x0F, smallest = 0x800;
  } else if ((lead & 0xF8) == 0xF0) {
    size = 4, code = lead & 0x07, smallest = 0x10000;
  } else {
    return {};
  }
  for (std::size_t i = 1; i < size; ++i) {
    if (i >= text.size() || (byte(i) & 0xC0) != 0x80) return {0, i, false};
    code = (code << 6) | (byte(i) & 0x3F);
  }
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  return {code, size, code >= smallest && code <= 0x10FFFF && !surrogate};
}

bool is_unprintable(char32_t code) {
  return code < 0x20 || (code >= 0x7F && code <= 0x9F) || code == 0x061C || code == 0x200E || code == 0x200F ||
         code == 0x2028 || code == 0x2029 || (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069) ||
         code == 0xFEFF;
}

int columns(char32_t code) {
  if (code < 0x0300) return 1;
  if (is_in(code, zero_width)) return 0;
  return is_in(code, wide) ? 2 : 1;
}

std::size_t columns(std::string_view text) {
  std::size_t sum = 0;
  while (!text.empty()) {
    const Character character = decode(text);
    sum += character.valid ? static_cast<std::size_t>(columns(character.code)) : 1;
    text.remove_prefix(character.size);
  }
  return sum;
}

std::string fitted(std::string_view text, std::size_t columns_max) {
  constexpr std::string_view ellipsis = "\xE2\x80\xA6";
  if (columns_max == 0) return {};
  std::string out;
  std::size_t taken = 0;
  std::size_t bytes_beside_ellipsis = 0;  // of `out`, that leave room for it
  while (!text.empty()) {
    const Character character = decode(text);
    const bool shown = character.valid && !is_unprintable(character.code);
    taken += shown ? static_cast<std::size_t>(columns(character.code)) : 1;
    if (taken > columns_max) return out.substr(0, bytes_beside_ellipsis) + std::string(ellipsis);
    out += shown ? text.substr(0, character.size) : replacement_character;
    if (taken < columns_max) bytes_beside_ellipsis = out.size();
    text.remove_prefix(character.size);
  }
  return out;
}

}  // namespace dialerd::daemon::text
