#include "daemon/import/reject_file.h"

#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

#include "storage/array_text.h"

namespace dialerd::daemon::import {

RejectFile::RejectFile(std::filesystem::path path, const std::vector<std::string>& columns, char delimiter)
    : path_(std::move(path)), columns_(columns), delimiter_(delimiter), file_(nullptr, &std::fclose) {}

bool RejectFile::open() {
  if (file_) return true;
  const int descriptor = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (descriptor < 0) {
    fail();
    return false;
  }
  file_.reset(::fdopen(descriptor, "w"));
  if (!file_) {
    fail();
    ::close(descriptor);
    return false;
  }
  std::fputs("\xEF\xBB\xBF", file_.get());
  write_row(rejected_row_column, rejected_reason_column, kept({columns_.begin(), columns_.end()}));
  return true;
}

void RejectFile::add(const CsvRow& row, std::string_view reason) {
  if (error_ || !open()) return;
  const bool apart = row.fault == CsvFault::none;
  write_row(std::to_string(row.number), reason, apart ? kept(row.fields) : std::vector{row.text});
}

void RejectFile::close() {
  if (file_ && std::fclose(file_.release()) != 0) fail();
}

// Without what an earlier rejects file put in front.
std::vector<std::string_view> RejectFile::kept(std::vector<std::string_view> fields) const {
  std::size_t column = 0;
  std::erase_if(fields, [&](std::string_view) {
    const bool dropped = column < columns_.size() &&
                         (columns_[column] == rejected_row_column || columns_[column] == rejected_reason_column);
    ++column;
    return dropped;
  });
  return fields;
}

void RejectFile::write_row(std::string_view first, std::string_view second, const std::vector<std::string_view>& rest) {
  line_.clear();
  append_field(first);
  line_ += delimiter_;
  append_field(second);
  for (const std::string_view field : rest) {
    line_ += delimiter_;
    append_field(field);
  }
  line_ += '\n';
  if (std::fwrite(line_.data(), 1, line_.size(), file_.get()) != line_.size()) fail();
}

void RejectFile::append_field(std::string_view text) {
  const std::string storable = storage::storable_text(text);
  if (storable.find_first_of("\"\r\n,;\t") == std::string::npos) {
    line_ += storable;
    return;
  }
  line_ += '"';
  for (const char c : storable) {
    if (c == '"') line_ += '"';
    line_ += c;
  }
  line_ += '"';
}

void RejectFile::fail() {
  if (!error_) error_ = std::system_category().message(errno);
}

}  // namespace dialerd::daemon::import
