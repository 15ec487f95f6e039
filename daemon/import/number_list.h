// The numbers of a file, one after the other: a plain list with one on each line, or a CSV file with a column of them.
// Read as an import's leads are, so that a lead and its entry on a list are the same number.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "daemon/import/byte_source.h"
#include "daemon/import/csv_reader.h"
#include "daemon/import/phone_number.h"

namespace dialerd::daemon::import {

struct ListedNumber {
  std::int64_t row = 0;  // as a spreadsheet counts
  std::string digits;    // to dial inside the region; empty: the row has none
  std::string reason;    // then, why; nothing of the row's content is in it
};

class NumberList {
 public:
  // Reads the first row. It holds the columns' names unless it is one field that begins as a number does. `column`: the
  // name of the one with the numbers; empty: "number", or whatever the only one is called. `source` outlives the list.
  NumberList(ByteSource& source, const std::string& region, const std::string& column);

  // What keeps the file from being read at all; empty: go on. To be asked before anything else.
  const std::string& problem() const { return problem_; }

  // False at the end of the file, or when it could not be read to its end: then failed() is true. Blank rows are
  // passed over.
  bool next(ListedNumber& number);
  bool failed() const { return csv_.failed(); }

 private:
  void read_columns(const std::string& column);
  void take(const CsvRow& row, ListedNumber& number) const;

  CsvReader csv_;
  NumberReader numbers_;
  std::string region_;
  std::string problem_;
  std::size_t columns_ = 1;
  std::size_t column_ = 0;
  std::optional<ListedNumber> first_;  // of a file without names
};

}  // namespace dialerd::daemon::import
