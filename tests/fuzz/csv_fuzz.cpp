// Any bytes as CSV: read the same in whatever pieces they come, within bounds; and what was read can be written and
// read again. The first byte is the size of the pieces.
#include <algorithm>
#include <string>
#include <vector>

#include "memory_source.h"
#include "promise.h"

#include "daemon/import/csv_reader.h"
#include "daemon/import/number_list.h"

namespace dialerd::fuzz {
namespace {

using daemon::import::CsvFault;
using daemon::import::CsvReader;
using daemon::import::CsvRow;

struct Row {
  CsvFault fault = CsvFault::none;
  std::vector<std::string> fields;
  std::string text;

  friend bool operator==(const Row&, const Row&) = default;
};

struct Table {
  char delimiter = ',';
  std::vector<Row> rows;
};

Table read(std::string_view text, std::size_t piece_size) {
  MemorySource source(text, piece_size);
  CsvReader reader(source);
  Table table;
  CsvRow row;
  while (reader.next(row)) {
    promise(row.text.size() <= CsvReader::row_size_max, "a row is within its bound");
    promise(row.fault == CsvFault::none || row.fields.empty(), "a faulty row has no fields");
    table.rows.push_back({row.fault, {row.fields.begin(), row.fields.end()}, std::string(row.text)});
    promise(table.rows.size() <= text.size() + 1, "each row takes a byte");
  }
  promise(!reader.failed(), "memory does not fail");
  promise(reader.bytes_read() == text.size(), "all bytes are read");
  table.delimiter = reader.delimiter();
  return table;
}

void check_written_and_read_again(const Table& table) {
  std::string text;
  std::vector<std::vector<std::string>> fields;
  std::size_t row_size_max = 0;
  for (const Row& row : table.rows) {
    if (row.fault != CsvFault::none) continue;
    fields.push_back(row.fields);
    const std::size_t begin = text.size();
    for (std::size_t i = 0; i < row.fields.size(); ++i) {
      if (i > 0) text += table.delimiter;
      text += '"';
      for (const char c : row.fields[i]) text += c == '"' ? std::string("\"\"") : std::string(1, c);
      text += '"';
    }
    row_size_max = std::max(row_size_max, text.size() - begin);
    text += "\r\n";
  }
  // Which delimiter it is, a first row of one field does not tell; and quotes make rows longer.
  if (fields.empty() || fields.front().size() < 2 || row_size_max > CsvReader::row_size_max) return;
  const Table again = read(text, text.size());
  promise(again.rows.size() == fields.size(), "as many rows as were written");
  for (std::size_t i = 0; i < fields.size(); ++i) promise(again.rows[i].fields == fields[i], "fields come back");
}

void read_as_numbers(std::string_view text) {
  MemorySource source(text, text.size());
  daemon::import::NumberList list(source, "KR", "");
  if (!list.problem().empty()) return;
  daemon::import::ListedNumber number;
  while (list.next(number)) {
    promise(number.digits.empty() != number.reason.empty(), "a number, or why there is none");
    promise(!has_digits_in_a_row(number.reason, 7), "a reason tells no number");
  }
}

}  // namespace
}  // namespace dialerd::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace dialerd::fuzz;
  if (size == 0) return 0;
  const std::string_view text = text_of(data + 1, size - 1);
  const Table table = read(text, std::size_t{data[0]} + 1);
  promise(table.rows == read(text, text.size() + 1).rows, "the same in any pieces");
  check_written_and_read_again(table);
  read_as_numbers(text);
  return 0;
}
