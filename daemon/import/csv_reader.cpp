#include "daemon/import/csv_reader.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace dialerd::daemon::import {
namespace {

constexpr std::size_t line_end_size_max = 2;
// The window that decides a row: the longest row with its line end.
constexpr std::size_t window_size = CsvReader::row_size_max + line_end_size_max;
constexpr std::size_t buffer_size = 4 * CsvReader::row_size_max;
static_assert(buffer_size > window_size);

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
constexpr std::array<char, 3> delimiters = {',', ';', '\t'};

bool is_line_end(char c) { return c == '\n' || c == '\r'; }

// The size of the line end at `at`, where there is one.
std::size_t line_end_size(std::string_view text, std::size_t at) { return text.substr(at).starts_with("\r\n") ? 2 : 1; }

char find_delimiter(std::string_view text) {
  std::array<std::size_t, delimiters.size()> counts{};
  bool quoted = false;
  for (const char c : text) {
    if (c == '"') quoted = !quoted;
    if (quoted) continue;
    if (is_line_end(c)) break;
    const auto found = std::ranges::find(delimiters, c);
    if (found != delimiters.end()) ++counts.at(static_cast<std::size_t>(found - delimiters.begin()));
  }
  return delimiters.at(static_cast<std::size_t>(std::ranges::max_element(counts) - counts.begin()));
}

}  // namespace

std::string_view reason_of(CsvFault fault) {
  switch (fault) {
    case CsvFault::row_too_long:
      return "the row is longer than 65,536 bytes";
    case CsvFault::unclosed_quote:
      return "a quote is opened and not closed";
    case CsvFault::text_after_quote:
      return "text after a closing quote (a quote inside a field is written twice)";
    case CsvFault::none:
      break;
  }
  return "";
}

bool CsvRow::blank() const {
  return fault == CsvFault::none && std::ranges::all_of(fields, [](std::string_view field) {
           return field.find_first_not_of(" \t") == std::string_view::npos;
         });
}

CsvReader::CsvReader(ByteSource& source) : source_(source), buffer_(buffer_size) { unescaped_.reserve(window_size); }

// Afterwards the window holds the longest possible row, or all that is left of the file.
void CsvReader::fill() {
  if (source_ended_ || end_ - begin_ >= window_size) return;
  std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
  end_ -= begin_;
  begin_ = 0;
  while (end_ < buffer_.size()) {
    const auto got = source_.read(buffer_.data() + end_, buffer_.size() - end_);
    failed_ = !got;
    source_ended_ = failed_ || *got == 0;
    if (source_ended_) return;
    end_ += *got;
    bytes_read_ += *got;
  }
}

void CsvReader::start() {
  fill();
  if (window().starts_with(byte_order_mark)) begin_ += byte_order_mark.size();
  delimiter_ = find_delimiter(window().substr(0, row_size_max));
  started_ = true;
}

bool CsvReader::next(CsvRow& row) {
  if (!started_) start();
  if (skip_to_line_end_) skip_to_line_end();
  fill();
  if (failed_ || begin_ == end_) return false;

  row.number = ++row_number_;
  const std::string_view text = window().substr(0, window_size);
  Scan scanned = scan(text, row);
  if (scanned.fault != CsvFault::none) {
    row.fields.clear();
    take_first_line(text, scanned);
  }
  row.fault = scanned.fault;
  row.text = text.substr(0, scanned.text_size);
  begin_ += scanned.size;
  return true;
}

// `text` is what fill() promises, so a row that does not end in it is too long, or the last one.
CsvReader::Scan CsvReader::scan(std::string_view text, CsvRow& row) {
  row.fields.clear();
  unescaped_.clear();
  const bool cut_off = text.size() == window_size;
  for (std::size_t at = 0;; ++at) {
    std::string_view field;
    if (const CsvFault fault = scan_field(text, at, field); fault != CsvFault::none) return {fault};
    row.fields.push_back(field);
    if (at < text.size() && text[at] == delimiter_) continue;
    if (at > row_size_max || (at == text.size() && cut_off)) return {CsvFault::row_too_long};
    return {CsvFault::none, at, at == text.size() ? at : at + line_end_size(text, at)};
  }
}

// Leaves `at` on what follows the field: the delimiter, a line end, or the end of `text`.
CsvFault CsvReader::scan_field(std::string_view text, std::size_t& at, std::string_view& field) {
  if (at == text.size() || text[at] != '"') {
    const std::size_t begin = at;
    at = find_field_end(text, at);
    field = text.substr(begin, at - begin);
    return CsvFault::none;
  }
  std::size_t begin = ++at;
  const std::size_t unescaped_begin = unescaped_.size();
  bool has_doubled_quotes = false;
  for (;;) {
    const std::size_t quote = text.find('"', at);
    if (quote == std::string_view::npos) return CsvFault::unclosed_quote;
    at = quote + 1;
    const bool doubled = at < text.size() && text[at] == '"';
    if (doubled || has_doubled_quotes) unescaped_ += text.substr(begin, quote - begin + (doubled ? 1 : 0));
    if (!doubled) {
      field =
          has_doubled_quotes ? std::string_view(unescaped_).substr(unescaped_begin) : text.substr(begin, quote - begin);
      break;
    }
    has_doubled_quotes = true;
    begin = ++at;
  }
  const bool ends = at == text.size() || text[at] == delimiter_ || is_line_end(text[at]);
  return ends ? CsvFault::none : CsvFault::text_after_quote;
}

std::size_t CsvReader::find_field_end(std::string_view text, std::size_t at) const {
  while (at < text.size() && text[at] != delimiter_ && !is_line_end(text[at])) ++at;
  return at;
}

// The row gives up all but its first line. What that line has beyond row_size_max is read past at the next row.
void CsvReader::take_first_line(std::string_view text, Scan& scanned) {
  const std::size_t end = std::min(text.find_first_of("\r\n"), text.size());
  skip_to_line_end_ = end > row_size_max;
  scanned.text_size = std::min(end, row_size_max);
  scanned.size = skip_to_line_end_ || end == text.size() ? scanned.text_size : end + line_end_size(text, end);
}

void CsvReader::skip_to_line_end() {
  for (fill(); begin_ != end_; fill()) {
    const std::size_t end = window().find_first_of("\r\n");
    if (end != std::string_view::npos) {
      begin_ += end;
      fill();  // a CR and its LF may have come in two pieces
      begin_ += line_end_size(window(), 0);
      break;
    }
    begin_ = end_;
  }
  skip_to_line_end_ = false;
}

}  // namespace dialerd::daemon::import
