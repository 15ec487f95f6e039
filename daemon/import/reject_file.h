// The rows that were not taken, as a CSV file to be corrected and imported again: the row's number, the reason, and the
// original columns. A row that could not be taken apart stands in the first of them as it is.
#pragma once

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/import/csv_reader.h"
#include "daemon/import/lead_layout.h"

namespace dialerd::daemon::import {

class RejectFile {
 public:
  // Nothing is made before the first reject; a file of an earlier run is replaced then. It holds people's numbers, so
  // only its owner may read it.
  RejectFile(std::filesystem::path path, const std::vector<std::string>& columns, char delimiter);

  // Written with a byte order mark, which tells a spreadsheet that it is UTF-8; bytes that are not become U+FFFD. After
  // an error (a full disk, no permission) further rows are dropped and error() says so.
  void add(const CsvRow& row, std::string_view reason);
  void close();  // writes what is still buffered

  const std::filesystem::path& path() const { return path_; }
  const std::optional<std::string>& error() const { return error_; }

 private:
  bool open();
  std::vector<std::string_view> kept(std::vector<std::string_view> fields) const;
  void write_row(std::string_view first, std::string_view second, const std::vector<std::string_view>& rest);
  void append_field(std::string_view text);
  void fail();

  std::filesystem::path path_;
  std::vector<std::string> columns_;
  char delimiter_;
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_;
  std::string line_;
  std::optional<std::string> error_;
};

}  // namespace dialerd::daemon::import
