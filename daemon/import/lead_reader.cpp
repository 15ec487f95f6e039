#include "daemon/import/lead_reader.h"

#include <algorithm>
#include <array>
#include <utility>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "storage/array_text.h"

namespace dialerd::daemon::import {
namespace {

constexpr std::array<std::string_view, 8> blanks = {" ", "\t", "\r", "\n", "\v", "\f", "\u00A0", "\u3000"};

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

std::string reason_of(NumberFault fault, const std::string& region) {
  switch (fault) {
    case NumberFault::has_extension:
      return "the number has an extension";
    case NumberFault::other_country:
      return "the number belongs to another country than " + region;
    case NumberFault::invalid:
      return "there is no such number in " + region;
    case NumberFault::not_a_number:
      break;
  }
  return "not a phone number";
}

// Tabs and line ends may be part of a text; anything else below a blank is damage, and PostgreSQL stores no NUL.
bool is_forbidden_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\t' && c != '\n' && c != '\r') || byte == 0x7F;
}

bool has_control(std::string_view text) { return std::ranges::any_of(text, is_forbidden_control); }

// U+FFFD stands where an earlier conversion lost a character; the agent would try to read it out. A rejects file has it
// in place of bytes that are not UTF-8, and must not become good by being imported again as it is.
bool is_damaged(std::string_view text) { return text.find("\uFFFD") != std::string_view::npos; }

bool is_utf8(std::string_view text) {
  const bool ascii = std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  return ascii || storage::storable_text(text) == text;  // NUL has been refused before
}

}  // namespace

std::string to_string(const RowFault& fault) {
  return fault.detail.empty() ? fault.reason : fault.reason + ": " + fault.detail;
}

std::string_view trim(std::string_view text) {
  const auto cut = [&](auto&& is_there, auto&& remove) {
    const auto* blank = std::ranges::find_if(blanks, is_there);
    if (blank == blanks.end()) return false;
    remove(blank->size());
    return true;
  };
  while (cut([&](std::string_view blank) { return text.starts_with(blank); },
             [&](std::size_t n) { text.remove_prefix(n); })) {
  }
  while (cut([&](std::string_view blank) { return text.ends_with(blank); },
             [&](std::size_t n) { text.remove_suffix(n); })) {
  }
  return text;
}

LeadReader::LeadReader(LeadLayout layout, std::string region)
    : layout_(std::move(layout)), numbers_(region), region_(std::move(region)) {}

std::optional<RowFault> LeadReader::check_form(const CsvRow& row) const {
  if (row.fault != CsvFault::none) return RowFault{std::string(reason_of(row.fault)), ""};
  if (row.fields.size() != layout_.columns.size()) {
    return RowFault{"wrong number of columns", std::to_string(row.fields.size()) + ", and the header has " +
                                                   std::to_string(layout_.columns.size())};
  }
  for (std::size_t column = 0; column < row.fields.size(); ++column) {
    const std::string_view field = row.fields[column];
    if (has_control(field)) return RowFault{"a control character", "column '" + layout_.columns[column] + "'"};
    if (is_damaged(field)) return RowFault{"a lost character (U+FFFD)", "column '" + layout_.columns[column] + "'"};
    if (!is_utf8(field)) return RowFault{"not UTF-8 text", "column '" + layout_.columns[column] + "'"};
  }
  return std::nullopt;
}

std::variant<storage::ImportRow, RowFault> LeadReader::read(const CsvRow& row) const {
  if (auto fault = check_form(row)) return *std::move(fault);

  const std::string_view number_text = trim(row.fields[layout_.number_column]);
  if (number_text.empty()) return RowFault{"the number is empty", ""};
  NumberReading number = numbers_.read(number_text);
  if (const auto* fault = std::get_if<NumberFault>(&number)) return RowFault{reason_of(*fault, region_), ""};

  boost::json::object fields;
  fields.reserve(layout_.fields.size());
  for (const LeadField& field : layout_.fields) {
    const std::string_view value = trim(row.fields[field.column]);
    if (!value.empty()) {
      fields.emplace(field.name, value);
    } else if (field.required) {
      return RowFault{"the field '" + field.name + "' (column '" + layout_.columns[field.column] + "') is empty", ""};
    }
  }
  return storage::ImportRow{row.number, std::get<std::string>(std::move(number)), boost::json::serialize(fields)};
}

}  // namespace dialerd::daemon::import
