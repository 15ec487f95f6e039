#include "daemon/commands/table.h"

#include <algorithm>
#include <ostream>
#include <string_view>
#include <vector>

namespace dialerd::daemon::commands {
namespace {

// Columns on a terminal of UTF-8 text: East Asian wide characters (Unicode UAX #11, the blocks that names use) take
// two.
std::size_t width(std::string_view text) {
  std::size_t columns = 0;
  for (std::size_t i = 0; i < text.size();) {
    auto lead = static_cast<unsigned char>(text[i]);
    std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    bool wide = length == 3 && lead >= 0xE1 && !(lead == 0xE2);
    columns += wide ? 2 : 1;
    i += length;
  }
  return columns;
}

bool is_number(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || c == '.' || c == '%' || c == '-';
  });
}

void pad(std::ostream& out, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) out << ' ';
}

}  // namespace

void print(std::ostream& out, const storage::Table& table) {
  std::vector<std::size_t> widths;
  std::vector<bool> numbers;
  for (std::size_t column = 0; column < table.columns.size(); ++column) {
    std::size_t widest = width(table.columns[column]);
    bool all_numbers = !table.rows.empty();
    for (const auto& row : table.rows) {
      widest = std::max(widest, width(row[column]));
      all_numbers = all_numbers && (row[column].empty() || is_number(row[column]));
    }
    widths.push_back(widest);
    numbers.push_back(all_numbers);
  }
  auto line = [&](const std::vector<std::string>& cells) {
    for (std::size_t column = 0; column < cells.size(); ++column) {
      out << "  ";
      std::size_t blanks = widths[column] - width(cells[column]);
      if (numbers[column]) pad(out, blanks);
      out << cells[column];
      if (!numbers[column] && column + 1 < cells.size()) pad(out, blanks);
    }
    out << '\n';
  };
  out << table.title << '\n';
  line(table.columns);
  for (const auto& row : table.rows) line(row);
  if (table.rows.empty()) out << "  (nothing)\n";
  out << '\n';
}

}  // namespace dialerd::daemon::commands
