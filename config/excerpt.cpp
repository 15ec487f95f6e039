#include "config/excerpt.h"

#include <algorithm>
#include <array>

namespace dialerd::config {
namespace {

constexpr std::size_t shortest_key = 24;

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_name_character(char c) { return is_letter(c) || is_digit(c) || c == '_' || c == '-'; }

// Where the character with this number, from 1, begins; the end of the line if there is none.
std::size_t byte_of(std::string_view line, int character) {
  int count = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const bool starts = (static_cast<unsigned char>(line[i]) & 0xC0U) != 0x80U;
    if (starts && ++count == character) return i;
  }
  return line.size();
}

// The first word that announces a secret, in small letters; npos if there is none.
std::size_t find_announcement(std::string_view lower, std::size_t from) {
  constexpr std::array<std::string_view, 7> words = {"api_key", "api-key", "apikey",  "secret",
                                                     "passw",   "token",   "conninfo"};
  std::size_t first = std::string_view::npos;
  for (const std::string_view word : words) first = std::min(first, lower.find(word, from));
  return first;
}

std::size_t skip(std::string_view text, std::size_t from, std::string_view characters) {
  return std::min(text.find_first_not_of(characters, from), text.size());
}

// The end of a whole `{credential: NAME}` or `{file: PATH}` that begins at `from`, perhaps in a list; `from` if there
// is none.
std::size_t end_of_reference(std::string_view line, std::size_t from) {
  std::size_t at = skip(line, from, "[ {");
  if (at == from || line[at - 1] == '[') return from;
  const std::string_view rest = line.substr(at);
  const std::string_view key = rest.starts_with("credential:") ? "credential:" : "file:";
  if (!rest.starts_with(key)) return from;
  at = skip(line, at + key.size(), " \"'");
  while (at < line.size() && (is_name_character(line[at]) || line[at] == '.' || line[at] == '/')) ++at;
  at = skip(line, at, " \"'");
  return at < line.size() && line[at] == '}' ? at + 1 : from;
}

// Where the first value begins that a word announces as a secret; npos if there is none.
std::size_t find_announced(std::string_view line) {
  std::string lower(line);
  std::ranges::transform(lower, lower.begin(), [](char c) { return is_letter(c) ? static_cast<char>(c | 0x20) : c; });
  for (std::size_t at = find_announcement(lower, 0); at != std::string_view::npos; at = find_announcement(lower, at)) {
    while (at < line.size() && is_name_character(line[at])) ++at;
    at = skip(line, at, " \t\"'");
    if (at == line.size() || (line[at] != ':' && line[at] != '=')) continue;
    at = skip(line, at + 1, " \t");
    if (at == line.size() || line[at] == '#') continue;
    const std::size_t end = end_of_reference(line, at);
    if (end == at) return at;
    at = end;
  }
  return std::string_view::npos;
}

bool is_uuid_like(std::string_view word) {
  return word.size() == 36 && std::ranges::count(word, '-') == 4 && word[8] == '-' && word[13] == '-' &&
         word[18] == '-';
}

void hide_long_words(std::string& line) {
  const auto in_key = [](char c) { return is_name_character(c) || c == '+' || c == '='; };
  for (auto begin = line.begin(); begin != line.end();) {
    const auto end = std::find_if_not(begin, line.end(), in_key);
    const std::string_view word(begin, end);
    if (word.size() >= shortest_key && std::ranges::any_of(word, is_letter) && std::ranges::any_of(word, is_digit) &&
        !is_uuid_like(word)) {
      std::fill(begin, end, '*');
    }
    begin = end == line.end() ? end : end + 1;
  }
}

}  // namespace

std::string shown_line(std::string_view line, int hidden_from) {
  std::size_t end = std::min(find_announced(line), line.size());
  if (hidden_from > 0) end = std::min(end, byte_of(line, hidden_from));
  std::string shown(line.substr(0, end));
  hide_long_words(shown);
  if (end < line.size()) shown += hidden_text;
  return shown;
}

}  // namespace dialerd::config
