// The text of a file by lines and characters: yaml-cpp counts columns in bytes, people count characters.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "config/diagnostics.h"

namespace dialerd::config {

// The length of the UTF-8 sequence at the start of `text` (RFC 3629, table in section 4); 0 if there is none.
std::size_t utf8_sequence_length(std::string_view text);

// Keeps a view: the text must outlive it. Lines and byte columns that it is asked for count from 0, as yaml-cpp's do.
class SourceText {
 public:
  // A byte order mark at the start is left out.
  explicit SourceText(std::string_view text);

  std::string_view text() const { return text_; }

  // Reports the first byte that is not UTF-8 or a control character, either of which YAML forbids; true if there is
  // none.
  bool check(Diagnostics& diagnostics);

  // Fast when asked in the order of the text.
  Position position(int line, int byte_column);

  // The line with this number, from 1, without its end; empty if there is none.
  std::string_view line(int number) const;

  // The byte there; '\0' past the end.
  char byte(int line, int byte_column) const;

  // False if a quote is opened there and the text ends before it is closed.
  bool closes_quote(int line, int byte_column) const;

 private:
  std::size_t offset(int line, int byte_column) const;
  Position position(std::size_t offset);

  std::string_view text_;
  std::vector<std::size_t> line_starts_;

  // The last place asked for, to count on from.
  std::size_t known_line_ = 0;
  std::size_t known_offset_ = 0;
  int known_column_ = 1;
};

}  // namespace dialerd::config
