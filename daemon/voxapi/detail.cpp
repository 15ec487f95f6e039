#include "daemon/voxapi/detail.h"

#include <algorithm>
#include <vector>

#include "daemon/text/utf8.h"

namespace dialerd::daemon::voxapi {
namespace {

// No character shrinks to less than a third of its bytes when it is cleaned, so this much always fills a detail.
constexpr std::size_t raw_bytes_max = 4 * detail_bytes_max;

constexpr std::size_t phone_digits_min = 7;
constexpr std::size_t national_digits_min = 10;

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
  // Nearly all texts of a list: statuses, reasons, numbers.
  const bool clean_already =
      text.size() <= bytes_max && std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
  if (clean_already) return std::string(text);
  std::string out;
  while (!text.empty()) {
    const text::Character character = text::decode(text);
    std::string_view clean = text.substr(0, character.size);
    if (!character.valid) clean = text::replacement_character;
    if (character.valid && text::is_unprintable(character.code)) clean = " ";
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
