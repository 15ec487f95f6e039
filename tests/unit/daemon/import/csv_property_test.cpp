#include "text_source.h"
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "daemon/import/csv_reader.h"

namespace dialerd::daemon::import {
namespace {

using Table = std::vector<std::vector<std::string>>;

rc::Gen<std::string> any_field() {
  const auto character = rc::gen::weightedOneOf<char>({{3, rc::gen::inRange('a', 'e')},
                                                       {4, rc::gen::element('"', ',', '\n', '\r', ' ', ';', '\t')},
                                                       {1, rc::gen::arbitrary<char>()}});
  return rc::gen::container<std::string>(character);
}

rc::Gen<Table> any_table() {
  return rc::gen::mapcat(rc::gen::inRange<std::size_t>(1, 5), [](std::size_t columns) {
    return rc::gen::container<Table>(rc::gen::container<std::vector<std::string>>(columns, any_field()));
  });
}

bool needs_quotes(const std::string& field) { return field.find_first_of("\",\r\n") != std::string::npos; }

std::string in_quotes(const std::string& field) {
  std::string quoted = "\"";
  for (const char c : field) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + '"';
}

// Whatever the fields hold, however they are written and in whatever pieces they arrive: they come back as they were.
RC_GTEST_PROP(CsvProperty, FieldsComeBackAsTheyWere, ()) {
  const Table table = *any_table();
  const std::string line_end = *rc::gen::element<std::string>("\n", "\r\n", "\r");
  const std::size_t piece_size = *rc::gen::inRange<std::size_t>(1, 40);
  std::string text = "a,b,c,d" + line_end;
  for (const auto& row : table) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i > 0) text += ',';
      text += needs_quotes(row[i]) || *rc::gen::arbitrary<bool>() ? in_quotes(row[i]) : row[i];
    }
    text += line_end;
  }

  TextSource source(text, piece_size);
  CsvReader reader(source);
  CsvRow row;
  RC_ASSERT(reader.next(row));
  for (const auto& expected : table) {
    RC_ASSERT(reader.next(row));
    RC_ASSERT(row.fault == CsvFault::none);
    RC_ASSERT(std::vector<std::string>(row.fields.begin(), row.fields.end()) == expected);
  }
  RC_ASSERT(!reader.next(row));
}

// Any bytes at all: reading ends, every row is within bounds, and the rows are the same in whatever pieces the bytes
// arrive.
RC_GTEST_PROP(CsvProperty, AnyBytesAreReadTheSameInAnyPieces, ()) {
  const std::string text = *any_field() + *rc::gen::scale(4, any_field());
  const auto read = [&](std::size_t piece_size) {
    TextSource source(text, piece_size);
    CsvReader reader(source);
    std::vector<std::string> rows;
    CsvRow row;
    while (reader.next(row)) {
      std::string seen = std::to_string(static_cast<int>(row.fault)) + '|' + std::string(row.text);
      for (const std::string_view field : row.fields) seen += '|' + std::string(field);
      rows.push_back(std::move(seen));
      RC_ASSERT(rows.size() <= text.size());
    }
    return rows;
  };
  RC_ASSERT(read(*rc::gen::inRange<std::size_t>(1, 10)) == read(1 << 20));
}

}  // namespace
}  // namespace dialerd::daemon::import
