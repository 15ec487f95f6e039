// Reads CSV (RFC 4180) row by row, in memory that does not grow with the file.
//
// What is taken beyond the RFC, because spreadsheets and exports write it: a UTF-8 byte order mark; line ends CRLF, LF
// or CR, mixed too; ';' or a tab between the fields instead of ',' (whichever the first line has most of, outside
// quotes); quotes inside a field that does not begin with one, as they stand (6" pipe). Blanks around a field belong to
// it.
//
// A row that cannot be read is handed out with its fault, and reading goes on at the next line after the one on which
// that row began. So a quote that was never closed costs its own line, and not all the lines up to the next quote.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/import/byte_source.h"

namespace dialerd::daemon::import {

enum class CsvFault {
  none,
  row_too_long,     // more than row_size_max bytes without a line end
  unclosed_quote,   // no closing quote within row_size_max bytes or before the file's end
  text_after_quote  // "Kim"Ha,...
};

// What is wrong with the row, for a person.
std::string_view reason_of(CsvFault fault);

// The views are good until the next call of CsvReader::next.
struct CsvRow {
  std::int64_t number = 0;  // from 1, the header included and blank rows too: as a spreadsheet counts
  CsvFault fault = CsvFault::none;
  std::vector<std::string_view> fields;  // without the quotes around them; empty when there is a fault
  std::string_view text;  // the row as it stands in the file, without its line end; at most row_size_max bytes

  bool blank() const;  // no field has anything in it
};

class CsvReader {
 public:
  // Bytes that one row, and so one field, may have.
  static constexpr std::size_t row_size_max = std::size_t{64} * 1024;

  // `source` outlives the reader.
  explicit CsvReader(ByteSource& source);

  // False at the end of the file, or when the source failed: then failed() is true, and the bytes of the last row,
  // which may have been cut off, are dropped.
  bool next(CsvRow& row);

  bool failed() const { return failed_; }
  char delimiter() const { return delimiter_; }  // known after the first row
  std::uint64_t bytes_read() const { return bytes_read_; }

 private:
  struct Scan {
    CsvFault fault = CsvFault::none;
    std::size_t text_size = 0;
    std::size_t size = 0;  // with the line end
  };

  std::string_view window() const { return {buffer_.data() + begin_, end_ - begin_}; }
  void fill();
  void start();
  Scan scan(std::string_view text, CsvRow& row);
  CsvFault scan_field(std::string_view text, std::size_t& at, std::string_view& field);
  std::size_t find_field_end(std::string_view text, std::size_t at) const;
  void take_first_line(std::string_view text, Scan& scanned);
  void skip_to_line_end();

  ByteSource& source_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0;  // what is not yet handed out: buffer_[begin_, end_)
  std::size_t end_ = 0;
  bool source_ended_ = false;
  bool failed_ = false;
  bool started_ = false;
  bool skip_to_line_end_ = false;
  char delimiter_ = ',';
  std::int64_t row_number_ = 0;
  std::uint64_t bytes_read_ = 0;
  std::string unescaped_;  // fields of the current row that had doubled quotes; never grows beyond what is reserved
};

}  // namespace dialerd::daemon::import
