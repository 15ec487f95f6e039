#include "config/json_text.h"

#include <algorithm>

#include "config/source_text.h"

namespace dialerd::config {
namespace {

std::string escaped_control(unsigned char byte) {
  constexpr std::string_view digits = "0123456789abcdef";
  return std::string("\\u00") + digits[byte >> 4U] + digits[byte & 0xFU];
}

}  // namespace

std::string json_text(std::string_view text) {
  std::string json = "\"";
  while (!text.empty()) {
    const std::size_t length = utf8_sequence_length(text);
    const std::string_view character = text.substr(0, std::max<std::size_t>(length, 1));
    text.remove_prefix(character.size());
    const char c = character.front();
    if (length == 0) {
      json += "\xEF\xBF\xBD";
    } else if (c == '"' || c == '\\') {
      json.append(1, '\\').append(1, c);
    } else if (c == '\n') {
      json += "\\n";
    } else if (static_cast<unsigned char>(c) < 0x20) {
      json += escaped_control(static_cast<unsigned char>(c));
    } else {
      json += character;
    }
  }
  return json + "\"";
}

}  // namespace dialerd::config
