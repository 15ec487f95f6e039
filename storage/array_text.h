// PostgreSQL arrays as text ('{a,"b c",NULL}'), the form that both libpqxx 6 and 7 can send and that one statement
// unnests. Syntax: PostgreSQL manual, 8.15.6 "Array Input and Output Syntax".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dialerd::storage {

// `text` with every NUL and every byte that is not UTF-8 replaced by U+FFFD: PostgreSQL stores neither, and one such
// byte in a provider's answer must not make a whole batch unwritable.
std::string storable_text(std::string_view text);

class ArrayText {
 public:
  void add(std::string_view text);  // any text: quoted, escaped, made storable
  void add_number(std::int64_t value);
  void add_token(std::string_view token);  // a word that needs no quotes: an enum's value, a uuid, true
  void add_null();

  std::string text() const;

 private:
  void separate();

  std::string elements_;
};

// The elements of a one-dimensional text[] as the server prints it.
std::vector<std::optional<std::string>> parse_array_text(std::string_view text);

}  // namespace dialerd::storage
