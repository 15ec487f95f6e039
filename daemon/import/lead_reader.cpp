#include "daemon/import/lead_reader.h"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "daemon/import/lead_time.h"
#include "daemon/import/lead_timezone.h"
#include "storage/array_text.h"

namespace dialerd::daemon::import {
namespace {

constexpr std::array<std::string_view, 8> blanks = {" ", "\t", "\r", "\n", "\v", "\f", "\u00A0", "\u3000"};

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

std::optional<bool> truth_of(std::string_view text) {
  std::string word(text);
  std::ranges::transform(word, word.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  if (word == "yes" || word == "y" || word == "true" || word == "1") return true;
  if (word == "no" || word == "n" || word == "false" || word == "0") return false;
  return std::nullopt;
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

LeadReader::LeadReader(LeadLayout layout, LeadSettings settings)
    : layout_(std::move(layout)),
      settings_(std::move(settings)),
      numbers_(settings_.region),
      campaign_zone_(find_timezone(settings_.timezone)) {
  if (campaign_zone_ == nullptr) throw std::runtime_error("the system has no timezone " + settings_.timezone);
}

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

std::string LeadReader::named(std::size_t column) const { return "(column '" + layout_.columns[column] + "')"; }

std::optional<RowFault> LeadReader::read_numbers(const CsvRow& row, storage::ImportRow& lead) const {
  const std::string_view text = trim(row.fields[layout_.number_column]);
  if (text.empty()) return RowFault{"the number is empty", ""};
  NumberReading number = numbers_.read(text);
  if (const auto* fault = std::get_if<NumberFault>(&number)) {
    return RowFault{reason_of(*fault, settings_.region), ""};
  }
  lead.to_number = std::get<std::string>(std::move(number));

  for (const std::size_t column : layout_.alternate_columns) {
    const std::string_view alternate_text = trim(row.fields[column]);
    if (alternate_text.empty()) continue;
    NumberReading alternate = numbers_.read(alternate_text);
    if (const auto* fault = std::get_if<NumberFault>(&alternate)) {
      return RowFault{"the alternate number " + named(column) + ": " + reason_of(*fault, settings_.region), ""};
    }
    auto& digits = std::get<std::string>(alternate);
    if (digits == lead.to_number || std::ranges::find(lead.alternates, digits) != lead.alternates.end()) continue;
    lead.alternates.push_back(std::move(digits));
  }
  return std::nullopt;
}

std::optional<RowFault> LeadReader::read_timezone(const CsvRow& row, storage::ImportRow& lead) const {
  for (const config::ZoneSource source : settings_.zone_sources) {
    if (source == config::ZoneSource::campaign) return std::nullopt;
    if (source == config::ZoneSource::number && settings_.region_timezone) {
      lead.timezone = *settings_.region_timezone;
      return std::nullopt;
    }
    if (source != config::ZoneSource::column || !layout_.timezone_column) continue;
    const std::string_view name = trim(row.fields[*layout_.timezone_column]);
    if (name.empty()) continue;
    if (find_timezone(name) == nullptr) {
      return RowFault{"no timezone has that name " + named(*layout_.timezone_column), "write one as Asia/Seoul"};
    }
    lead.timezone = name;
    return std::nullopt;
  }
  return std::nullopt;
}

std::optional<RowFault> LeadReader::read_times(const CsvRow& row, storage::ImportRow& lead) const {
  const date::time_zone& zone = lead.timezone.empty() ? *campaign_zone_ : *find_timezone(lead.timezone);
  const auto read_one = [&](std::optional<std::size_t> column, LeadTime meaning,
                            std::optional<campaign::WallTime>& into) -> std::optional<RowFault> {
    if (!column) return std::nullopt;
    const std::string_view text = trim(row.fields[*column]);
    if (text.empty()) return std::nullopt;
    const auto time = read_lead_time(text, meaning, zone);
    if (const auto* fault = std::get_if<TimeFault>(&time)) {
      if (*fault == TimeFault::needs_time_of_day) {
        return RowFault{"a date without a time of day " + named(*column), "write it as 2026-05-31 14:00"};
      }
      return RowFault{"not a date or time " + named(*column), "write it as 2026-05-31 or 2026-05-31 14:00"};
    }
    into = std::get<campaign::WallTime>(time);
    return std::nullopt;
  };
  auto fault = read_one(layout_.consent_at_column, LeadTime::consent_at, lead.consent_at);
  if (!fault) {
    fault = read_one(layout_.consent_expires_at_column, LeadTime::consent_expires_at, lead.consent_expires_at);
  }
  if (!fault) fault = read_one(layout_.call_at_column, LeadTime::call_at, lead.call_at);
  if (!fault) fault = read_one(layout_.expires_at_column, LeadTime::expires_at, lead.expires_at);
  return fault;
}

std::optional<RowFault> LeadReader::read_night_consent(const CsvRow& row, storage::ImportRow& lead) const {
  if (!layout_.night_consent_column) return std::nullopt;
  const std::string_view text = trim(row.fields[*layout_.night_consent_column]);
  if (text.empty()) return std::nullopt;
  const std::optional<bool> consent = truth_of(text);
  if (!consent) {
    return RowFault{"neither yes nor no " + named(*layout_.night_consent_column), "write it as yes or no"};
  }
  lead.night_consent = *consent;
  return std::nullopt;
}

std::optional<RowFault> LeadReader::read_fields(const CsvRow& row, storage::ImportRow& lead) const {
  boost::json::object fields;
  fields.reserve(layout_.fields.size());
  for (const LeadField& field : layout_.fields) {
    const std::string_view value = trim(row.fields[field.column]);
    if (!value.empty()) {
      fields.emplace(field.name, value);
    } else if (field.required) {
      return RowFault{"the field '" + field.name + "' " + named(field.column) + " is empty", ""};
    }
  }
  lead.fields_json = boost::json::serialize(fields);
  return std::nullopt;
}

std::variant<storage::ImportRow, RowFault> LeadReader::read(const CsvRow& row) const {
  if (auto fault = check_form(row)) return *std::move(fault);
  storage::ImportRow lead;
  lead.row_number = row.number;
  auto fault = read_numbers(row, lead);
  if (!fault) fault = read_timezone(row, lead);
  if (!fault) fault = read_times(row, lead);
  if (!fault) fault = read_night_consent(row, lead);
  if (!fault) fault = read_fields(row, lead);
  if (fault) return *std::move(fault);
  return lead;
}

}  // namespace dialerd::daemon::import
