#include "daemon/text/log_text.h"

#include <vector>

#include "daemon/text/utf8.h"

namespace dialerd::daemon::text {
namespace {

constexpr std::size_t phone_digits_min = 9;
constexpr std::size_t phone_digits_max = 15;
constexpr std::size_t shown_first = 3;
constexpr std::size_t shown_last = 4;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}

// 8-4-4-4-12 hexadecimal digits.
bool begins_with_uuid(std::string_view text) {
  constexpr std::string_view shape = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
  if (text.size() < shape.size()) return false;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (shape[i] == '-' ? text[i] != '-' : !is_hex(text[i])) return false;
  }
  return true;
}

// Whether a phone number may begin at the digit `at`: not within a word, a time, a date or a fraction.
bool may_begin_number(std::string_view text, std::size_t at) {
  const char before = at == 0 ? ' ' : text[at - 1];
  if (before == '+') return true;
  if (is_digit(before) || before == '-' || before == '.' || before == ':') return false;
  // A letter may stand right before it: Korean writes particles and words without a space.
  if (is_letter(before) && static_cast<unsigned char>(before) < 0x80) return false;
  const std::string_view rest = text.substr(at);
  if (rest.starts_with("8210")) return true;
  return rest.front() == '0' && !rest.starts_with("0.");
}

// The positions of its digits.
std::vector<std::size_t> digits_from(std::string_view text, std::size_t at) {
  std::vector<std::size_t> digits;
  for (std::size_t i = at; i < text.size(); ++i) {
    if (is_digit(text[i])) {
      digits.push_back(i);
      continue;
    }
    const bool joins =
        (text[i] == ' ' || text[i] == '-' || text[i] == '.') && i + 1 < text.size() && is_digit(text[i + 1]);
    if (!joins) break;
  }
  return digits;
}

void append_escaped(std::string& out, char32_t code) {
  constexpr std::string_view hex = "0123456789abcdef";
  out += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) out += hex[(code >> shift) & 0xF];
}

}  // namespace

std::string with_masked_numbers(std::string_view text) {
  std::string out(text);
  for (std::size_t i = 0; i < out.size();) {
    const bool word_begins = i == 0 || !(is_digit(out[i - 1]) || is_letter(out[i - 1]));
    if (word_begins && begins_with_uuid(std::string_view(out).substr(i))) {
      i += 36;
    } else if (is_digit(out[i]) && may_begin_number(out, i)) {
      const std::vector<std::size_t> digits = digits_from(out, i);
      if (digits.size() >= phone_digits_min && digits.size() <= phone_digits_max) {
        for (std::size_t n = shown_first; n < digits.size() - shown_last; ++n) out[digits[n]] = '*';
        i = digits.back() + 1;
      } else {
        ++i;
      }
    } else {
      ++i;
    }
  }
  return out;
}

std::string log_text(std::string_view text, Escape escape) {
  // Masked before the cut: a number that the cut leaves half of must be masked too.
  constexpr std::size_t longest_number = 2 * phone_digits_max;
  const std::string masked = with_masked_numbers(text.substr(0, log_bytes_max + longest_number));
  std::string_view rest = masked;
  std::string out;
  std::size_t taken = 0;
  while (!rest.empty()) {
    const Character character = decode(rest);
    taken += character.size;
    if (taken > log_bytes_max) break;
    if (!character.valid) {
      out += replacement_character;
    } else if (is_unprintable(character.code)) {
      append_escaped(out, character.code);
    } else {
      if (escape == Escape::json && (character.code == U'"' || character.code == U'\\')) out += '\\';
      out += rest.substr(0, character.size);
    }
    rest.remove_prefix(character.size);
  }
  return out;
}

}  // namespace dialerd::daemon::text
