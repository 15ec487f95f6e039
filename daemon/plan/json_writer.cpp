#include "daemon/plan/json_writer.h"

#include <array>
#include <cstdio>

namespace dialerd::daemon::plan {

std::string JsonWriter::quoted(std::string_view text) {
  std::string quoted = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      std::array<char, 8> escape{};
      std::snprintf(escape.data(), escape.size(), "\\u%04x", static_cast<unsigned>(c));
      quoted += escape.data();
    } else {
      quoted += c;
    }
  }
  return quoted + '"';
}

void JsonWriter::begin_value(std::string_view key) {
  if (!levels_.empty()) {
    if (!levels_.back().empty) text_ += ',';
    levels_.back().empty = false;
    new_line();
    if (levels_.back().closing == '}') text_ += quoted(key) + ": ";
  }
}

void JsonWriter::open(std::string_view key, char opening, char closing) {
  begin_value(key);
  text_ += opening;
  levels_.push_back({closing, true});
}

void JsonWriter::end() {
  Level level = levels_.back();
  levels_.pop_back();
  if (!level.empty) new_line();
  text_ += level.closing;
}

void JsonWriter::raw(std::string_view key, std::string_view value) {
  begin_value(key);
  text_ += value;
}

void JsonWriter::string(std::string_view key, std::string_view value) { raw(key, quoted(value)); }

void JsonWriter::number(std::string_view key, double value) {
  std::array<char, 48> text{};
  std::snprintf(text.data(), text.size(), "%.4f", value);
  raw(key, text.data());
}

}  // namespace dialerd::daemon::plan
