#include "daemon/voxapi/detail.h"

#include <vector>

namespace dialerd::daemon::voxapi {
namespace {

// No character shrinks to less than a third of its bytes when it is cleaned, so this much always fills a detail.
constexpr std::size_t raw_bytes_max = 4 * detail_bytes_max;

constexpr std::size_t phone_digits_min = 7;
constexpr std::size_t national_digits_min = 10;

constexpr std::string_view replacement_character = "\xEF\xBF\xBD";

struct Character {
  char32_t code = 0;
  std::size_t size = 1;  // bytes; of an invalid sequence: the bytes to skip
  bool valid = false;
};

// One UTF-8 sequence (RFC 3629): shortest form only, no surrogates, at most U+10FFFF.
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

// What could forge a log line or hide text in a terminal.
bool is_unprintable(char32_t code) {
  return code < 0x20 || (code >= 0x7F && code <= 0x9F) || code == 0x2028 || code == 0x2029 ||
         (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069) || code == 0xFEFF;
}

std::string without_secret(std::string_view text, std::string_view secret) {
  std::string out;
  while (!text.empty() && out.size() < raw_bytes_max) {
    if (!secret.empty() && text.starts_with(secret)) {
      out += "[API key]";
      text.remove_prefix(secret.size());
    } else {
      out += text.front();
      text.remove_prefix(1);
    }
  }
  return out;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_separator(char c) { return c == ' ' || c == '-' || c == '.'; }

void mask_run(std::string& text, const std::vector<std::size_t>& digits) {
  if (digits.size() < phone_digits_min) return;
  const bool national = digits.size() >= national_digits_min;
  const std::size_t shown_first = national ? 3 : 0;
  const std::size_t shown_last = national ? 4 : 2;
  for (std::size_t i = shown_first; i < digits.size() - shown_last; ++i) text[digits[i]] = '*';
}

void mask_phone_numbers(std::string& text) {
  std::vector<std::size_t> digits;  // positions of the run's digits
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_digit(text[i])) {
      digits.push_back(i);
      continue;
    }
    const bool joins = !digits.empty() && is_separator(text[i]) && i + 1 < text.size() && is_digit(text[i + 1]);
    if (joins) continue;
    mask_run(text, digits);
    digits.clear();
  }
  mask_run(text, digits);
}

}  // namespace

std::string clean_text(std::string_view text, std::size_t bytes_max) {
  std::string out;
  while (!text.empty()) {
    const Character character = decode(text);
    std::string_view clean = text.substr(0, character.size);
    if (!character.valid) clean = replacement_character;
    if (character.valid && is_unprintable(character.code)) clean = " ";
    if (out.size() + clean.size() > bytes_max) break;
    out += clean;
    text.remove_prefix(character.size);
  }
  return out;
}

std::string make_detail(std::string_view text, std::string_view secret) {
  std::string detail = clean_text(without_secret(text, secret), 3 * raw_bytes_max);
  // Before the cut: a number that the cut leaves half of must be masked too.
  mask_phone_numbers(detail);
  if (detail.size() > detail_bytes_max) detail = clean_text(detail, detail_bytes_max);
  return detail;
}

}  // namespace dialerd::daemon::voxapi
