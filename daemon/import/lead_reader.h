// From a row of the file to a lead for the database, or to the reason why it is none.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "config/campaign_config.h"
#include "daemon/import/csv_reader.h"
#include "daemon/import/lead_layout.h"
#include "daemon/import/phone_number.h"
#include "storage/import.h"

namespace date {
class time_zone;
}

namespace dialerd::daemon::import {

// Why a row was not taken. No phone number and no other content of the row is in it.
struct RowFault {
  std::string reason;  // one of a few for a given header: what a summary counts by
  std::string detail;  // more about this row; may be empty
};

std::string to_string(const RowFault& fault);

// Without ASCII blanks, no-break spaces and ideographic spaces at both ends.
std::string_view trim(std::string_view text);

// What of a campaign a lead is read by.
struct LeadSettings {
  std::string region;                            // of the numbers
  std::string timezone;                          // the campaign's: for local times of leads that have none
  std::vector<config::ZoneSource> zone_sources;  // CampaignConfig::lead_timezone
  std::optional<std::string> region_timezone;    // the region's, if it has only one
};

class LeadReader {
 public:
  // Throws std::runtime_error when the system has no timezone of the campaign's name.
  LeadReader(LeadLayout layout, LeadSettings settings);

  const LeadLayout& layout() const { return layout_; }

  // Fields are trimmed. An empty one that the calls do not need is left out, and so are empty alternates and those that
  // repeat a number. Local times are the lead's, if its timezone is known, else the campaign's.
  std::variant<storage::ImportRow, RowFault> read(const CsvRow& row) const;

 private:
  std::optional<RowFault> check_form(const CsvRow& row) const;
  std::optional<RowFault> read_numbers(const CsvRow& row, storage::ImportRow& lead) const;
  std::optional<RowFault> read_timezone(const CsvRow& row, storage::ImportRow& lead) const;
  std::optional<RowFault> read_times(const CsvRow& row, storage::ImportRow& lead) const;
  std::optional<RowFault> read_night_consent(const CsvRow& row, storage::ImportRow& lead) const;
  std::optional<RowFault> read_fields(const CsvRow& row, storage::ImportRow& lead) const;
  std::string named(std::size_t column) const;  // "(column 'tel')"

  LeadLayout layout_;
  LeadSettings settings_;
  NumberReader numbers_;
  const date::time_zone* campaign_zone_;
};

}  // namespace dialerd::daemon::import
