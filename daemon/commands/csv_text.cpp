#include "daemon/commands/csv_text.h"

#include <algorithm>

namespace dialerd::daemon::commands {
namespace {

bool is_number(std::string_view text) {
  if (text.front() == '-') text.remove_prefix(1);
  return !text.empty() && std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || c == '.'; });
}

void append_field(std::string& record, std::string_view field) {
  if (field.empty()) return;
  const bool formula = std::string_view("=+-@\t\r").find(field.front()) != std::string_view::npos && !is_number(field);
  if (!formula && field.find_first_of(",\"\r\n") == std::string_view::npos) {
    record += field;
    return;
  }
  record += '"';
  if (formula) record += '\'';
  for (char c : field) {
    if (c == '"') record += '"';
    record += c;
  }
  record += '"';
}

}  // namespace

std::string csv_record(const std::vector<std::string>& fields) {
  std::string record;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (i > 0) record += ',';
    append_field(record, fields[i]);
  }
  return record + "\r\n";
}

}  // namespace dialerd::daemon::commands
