#include "config/display_text.h"

#include <algorithm>
#include <array>

#include "config/source_text.h"

namespace dialerd::config {
namespace {

struct Block {
  char32_t first;
  char32_t last;
};

constexpr std::array<Block, 12> wide = {{{0x1100, 0x115F},
                                         {0x2E80, 0x303E},
                                         {0x3041, 0xA4CF},
                                         {0xA960, 0xA97F},
                                         {0xAC00, 0xD7A3},
                                         {0xF900, 0xFAFF},
                                         {0xFE30, 0xFE6F},
                                         {0xFF00, 0xFF60},
                                         {0xFFE0, 0xFFE6},
                                         {0x1F300, 0x1F64F},
                                         {0x1F680, 0x1FAFF},
                                         {0x20000, 0x3FFFD}}};

// Among them the vowels and finals of Hangul that is written in parts, as macOS does.
constexpr std::array<Block, 7> without_width = {{{0x0300, 0x036F},
                                                 {0x1160, 0x11FF},
                                                 {0x200B, 0x200F},
                                                 {0x20D0, 0x20FF},
                                                 {0xD7B0, 0xD7FF},
                                                 {0xFE00, 0xFE0F},
                                                 {0xFEFF, 0xFEFF}}};

template <std::size_t N>
bool within(char32_t character, const std::array<Block, N>& blocks) {
  return std::ranges::any_of(
      blocks, [character](const Block& block) { return character >= block.first && character <= block.last; });
}

// `bytes` is one UTF-8 sequence.
char32_t code_point(std::string_view bytes) {
  const auto byte = [&](std::size_t i) { return static_cast<char32_t>(static_cast<unsigned char>(bytes[i])); };
  if (bytes.size() == 1) return byte(0);
  char32_t value = byte(0) & (0xFFU >> (bytes.size() + 1));
  for (std::size_t i = 1; i < bytes.size(); ++i) value = (value << 6U) | (byte(i) & 0x3FU);
  return value;
}

int width_of(char32_t character) {
  if (within(character, without_width)) return 0;
  return within(character, wide) ? 2 : 1;
}

}  // namespace

std::vector<DisplayCharacter> display_characters(std::string_view line) {
  std::vector<DisplayCharacter> characters;
  while (!line.empty()) {
    const std::size_t length = utf8_sequence_length(line);
    const std::string_view bytes = line.substr(0, std::max<std::size_t>(length, 1));
    line.remove_prefix(bytes.size());
    const char32_t character = length == 0 ? 0 : code_point(bytes);
    // U+202A to U+202E and U+2066 to U+2069 would turn the order of what follows around.
    const bool turns = (character >= 0x202A && character <= 0x202E) || (character >= 0x2066 && character <= 0x2069);
    if (character == '\t') {
      characters.push_back({"    ", 4});
    } else if (turns || character < 0x20 || (character >= 0x7F && character < 0xA0)) {
      characters.push_back({"?", 1});
    } else {
      characters.push_back({std::string(bytes), width_of(character)});
    }
  }
  return characters;
}

}  // namespace dialerd::config
