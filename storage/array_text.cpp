#include "storage/array_text.h"

#include <algorithm>

namespace dialerd::storage {
namespace {

// The length of the well-formed UTF-8 sequence at `at` (Unicode 15, table 3-7), or 0.
std::size_t utf8_sequence(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) {
    return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : static_cast<unsigned char>(0);
  };
  const auto continues = [&](std::size_t i) { return byte(i) >= 0x80 && byte(i) <= 0xBF; };
  const unsigned char first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return continues(1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    const bool overlong = first == 0xE0 && byte(1) < 0xA0;
    const bool surrogate = first == 0xED && byte(1) > 0x9F;
    return continues(1) && continues(2) && !overlong && !surrogate ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const bool overlong = first == 0xF0 && byte(1) < 0x90;
    const bool too_large = first == 0xF4 && byte(1) > 0x8F;
    return continues(1) && continues(2) && continues(3) && !overlong && !too_large ? 4 : 0;
  }
  return 0;
}

// Needs neither a look at its UTF-8 nor an escape, like nearly all texts of a batch: ids, numbers, reasons.
bool is_plain(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; });
}

}  // namespace

std::string storable_text(std::string_view text) {
  std::string storable;
  storable.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = text[at] == '\0' ? 0 : utf8_sequence(text, at);
    if (length == 0) {
      storable += "\uFFFD";
      at += 1;
    } else {
      storable += text.substr(at, length);
      at += length;
    }
  }
  return storable;
}

void ArrayText::separate() {
  if (!elements_.empty()) elements_ += ',';
}

void ArrayText::add(std::string_view text) {
  separate();
  elements_ += '"';
  if (is_plain(text)) {
    elements_ += text;
    elements_ += '"';
    return;
  }
  for (char c : storable_text(text)) {
    if (c == '"' || c == '\\') elements_ += '\\';
    elements_ += c;
  }
  elements_ += '"';
}

void ArrayText::add_number(std::int64_t value) { add_token(std::to_string(value)); }

void ArrayText::add_token(std::string_view token) {
  separate();
  elements_ += token;
}

void ArrayText::add_null() { add_token("NULL"); }

std::string ArrayText::text() const { return '{' + elements_ + '}'; }

std::vector<std::optional<std::string>> parse_array_text(std::string_view text) {
  std::vector<std::optional<std::string>> elements;
  if (text.size() <= 2) return elements;
  const std::size_t end = text.size() - 1;  // the closing brace
  for (std::size_t at = 1; at < end; ++at) {
    std::string element;
    const bool quoted = text[at] == '"';
    if (quoted) {
      for (++at; at < end && text[at] != '"'; ++at) {
        if (text[at] == '\\') ++at;
        element += text[at];
      }
      ++at;  // past the closing quote, on the comma
    } else {
      for (; at < end && text[at] != ','; ++at) element += text[at];
    }
    if (!quoted && element == "NULL") {
      elements.emplace_back(std::nullopt);
    } else {
      elements.emplace_back(std::move(element));
    }
  }
  return elements;
}

}  // namespace dialerd::storage
