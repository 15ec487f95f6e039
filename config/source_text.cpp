#include "config/source_text.h"

#include <algorithm>

namespace dialerd::config {
namespace {

bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

}  // namespace

std::size_t utf8_sequence_length(std::string_view text) {
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : static_cast<unsigned char>(0);
  };
  const auto tail = [&](std::size_t from, std::size_t to) {
    for (std::size_t i = from; i < to; ++i) {
      if ((byte(i) & 0xC0U) != 0x80U) return false;
    }
    return true;
  };
  const auto second_in = [&](unsigned least, unsigned most) { return byte(1) >= least && byte(1) <= most; };

  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return tail(1, 2) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    const bool second = first == 0xE0   ? second_in(0xA0, 0xBF)
                        : first == 0xED ? second_in(0x80, 0x9F)
                                        : second_in(0x80, 0xBF);
    return second && tail(2, 3) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const bool second = first == 0xF0   ? second_in(0x90, 0xBF)
                        : first == 0xF4 ? second_in(0x80, 0x8F)
                                        : second_in(0x80, 0xBF);
    return second && tail(2, 4) ? 4 : 0;
  }
  return 0;
}

SourceText::SourceText(std::string_view text) : text_(text) {
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  if (text_.starts_with(byte_order_mark)) text_.remove_prefix(byte_order_mark.size());
  line_starts_.push_back(0);
  for (std::size_t i = 0; i < text_.size(); ++i) {
    if (text_[i] == '\n') line_starts_.push_back(i + 1);
  }
}

bool SourceText::check(Diagnostics& diagnostics) {
  for (std::size_t i = 0; i < text_.size();) {
    const char c = text_[i];
    const auto byte = static_cast<unsigned char>(c);
    if ((byte < 0x20 && c != '\t' && c != '\n' && c != '\r') || byte == 0x7F) {
      diagnostics.add(position(i), "a control character (byte " + std::to_string(byte) + ")",
                      "remove it; the file must be plain text");
      return false;
    }
    const std::size_t length = utf8_sequence_length(text_.substr(i));
    if (length == 0) {
      diagnostics.add(position(i), "not UTF-8 text (byte " + std::to_string(byte) + ")",
                      "save the file in the encoding UTF-8, or convert it: iconv -f CP949 -t UTF-8 FILE > NEW");
      return false;
    }
    i += length;
  }
  return true;
}

Position SourceText::position(int line, int byte_column) { return position(offset(line, byte_column)); }

Position SourceText::position(std::size_t offset) {
  const auto next_line = std::ranges::upper_bound(line_starts_, offset);
  const auto line = static_cast<std::size_t>(next_line - line_starts_.begin()) - 1;
  if (line != known_line_ || offset < known_offset_) {
    known_line_ = line;
    known_offset_ = line_starts_[line];
    known_column_ = 1;
  }
  while (known_offset_ < offset) {
    ++known_offset_;
    if (known_offset_ == text_.size() || !continues_character(text_[known_offset_])) ++known_column_;
  }
  return {static_cast<int>(line) + 1, known_column_};
}

std::string_view SourceText::line(int number) const {
  const auto index = static_cast<std::size_t>(number) - 1;
  if (number < 1 || index >= line_starts_.size()) return {};
  const std::string_view rest = text_.substr(line_starts_[index]);
  const std::string_view line = rest.substr(0, rest.find('\n'));
  return line.substr(0, line.ends_with('\r') ? line.size() - 1 : line.size());
}

char SourceText::byte(int line, int byte_column) const {
  const std::size_t place = offset(line, byte_column);
  return place < text_.size() ? text_[place] : '\0';
}

bool SourceText::closes_quote(int line, int byte_column) const {
  const std::size_t start = offset(line, byte_column);
  const char quote = byte(line, byte_column);
  if (quote != '"' && quote != '\'') return true;
  for (std::size_t i = start + 1; i < text_.size(); ++i) {
    if (quote == '"' && text_[i] == '\\') {
      ++i;
    } else if (text_[i] == quote) {
      if (quote == '"' || i + 1 == text_.size() || text_[i + 1] != '\'') return true;
      ++i;  // '' within single quotes is one quote
    }
  }
  return false;
}

std::size_t SourceText::offset(int line, int byte_column) const {
  if (line < 0 || byte_column < 0) return 0;
  const auto wanted = static_cast<std::size_t>(line);
  if (wanted >= line_starts_.size()) return text_.size();
  return std::min(text_.size(), line_starts_[wanted] + static_cast<std::size_t>(byte_column));
}

}  // namespace dialerd::config
