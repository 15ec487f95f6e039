#include "daemon/import/number_list.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "config/suggestion.h"
#include "daemon/import/lead_reader.h"
#include "storage/array_text.h"

namespace dialerd::daemon::import {
namespace {

bool begins_as_a_number(std::string_view text) {
  return text.starts_with("tel:") || (!text.empty() && std::string_view("+(0123456789").find(text[0]) != text.npos);
}

}  // namespace

NumberList::NumberList(ByteSource& source, const std::string& region, const std::string& column)
    : csv_(source), numbers_(region), region_(region) {
  if (!numbers_.knows_region()) {
    problem_ = "libphonenumber knows no region '" + region + "'; give two capital letters, such as KR";
    return;
  }
  read_columns(column);
  if (csv_.failed()) problem_ = "the file cannot be read: " + source.error();
}

void NumberList::read_columns(const std::string& column) {
  CsvRow row;
  do {
    if (!csv_.next(row)) return;  // no numbers at all: the caller's to judge
  } while (row.blank() && row.fault == CsvFault::none);
  if (row.fault != CsvFault::none) {
    problem_ = "the file's first row cannot be read: " + std::string(reason_of(row.fault));
    return;
  }
  columns_ = row.fields.size();
  std::vector<std::string_view> names;
  for (const std::string_view field : row.fields) names.push_back(trim(field));
  if (columns_ == 1 && begins_as_a_number(names[0])) {
    if (!column.empty()) {
      problem_ = "the file's first row has a number and no column '" + column + "'";
    } else {
      take(row, first_.emplace());
    }
    return;
  }
  if (columns_ == 1 && column.empty()) return;
  const std::string_view wanted = column.empty() ? "number" : std::string_view(column);
  const auto found = std::ranges::find(names, wanted);
  column_ = static_cast<std::size_t>(found - names.begin());
  if (found == names.end()) {
    const bool names_are_text =
        std::ranges::none_of(names, begins_as_a_number) && storage::storable_text(row.text) == row.text;
    problem_ = "the file's first row names no column '" + std::string(wanted) + "'; " +
               (names_are_text ? config::suggest(wanted, names, "its columns: " + config::join(names))
                               : "a file of several columns must name them there") +
               "; say which with --column";
  }
}

void NumberList::take(const CsvRow& row, ListedNumber& number) const {
  number = {row.number, "", ""};
  if (row.fault != CsvFault::none) {
    number.reason = reason_of(row.fault);
    return;
  }
  if (row.fields.size() != columns_) {
    number.reason = "wrong number of columns: " + std::to_string(row.fields.size()) + ", and the first row has " +
                    std::to_string(columns_);
    return;
  }
  const std::string_view text = trim(row.fields[column_]);
  if (text.empty()) {
    number.reason = "the number is empty";
    return;
  }
  if (storage::storable_text(text) != text) {
    number.reason = "not UTF-8 text";
    return;
  }
  NumberReading reading = numbers_.read(text);
  if (const auto* fault = std::get_if<NumberFault>(&reading)) {
    number.reason = reason_of(*fault, region_);
  } else {
    number.digits = std::get<std::string>(std::move(reading));
  }
}

bool NumberList::next(ListedNumber& number) {
  if (first_) {
    number = *std::exchange(first_, std::nullopt);
    return true;
  }
  CsvRow row;
  do {
    if (!csv_.next(row)) return false;
  } while (row.fault == CsvFault::none && row.blank());
  take(row, number);
  return true;
}

}  // namespace dialerd::daemon::import
