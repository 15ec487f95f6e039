// Which column of a file is which part of a lead: the file's header read with the campaign's `leads` mapping.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/campaign_config.h"

namespace dialerd::daemon::import {

// The columns that a rejects file has in front (daemon/import/reject_file.h). They are never fields of a lead, so that
// a corrected rejects file can be imported as it is.
inline constexpr std::string_view rejected_row_column = "rejected_row";
inline constexpr std::string_view rejected_reason_column = "rejected_reason";

struct LeadField {
  std::string name;
  std::size_t column = 0;
  bool required = false;  // a row in which it is empty is rejected: the call could not be made without it
};

struct LeadLayout {
  std::vector<std::string> columns;  // the header, without blanks around the names
  std::size_t number_column = 0;
  std::vector<std::size_t> alternate_columns;  // in the order to try them
  std::optional<std::size_t> timezone_column;
  std::optional<std::size_t> consent_at_column;
  std::optional<std::size_t> consent_expires_at_column;
  std::optional<std::size_t> night_consent_column;
  std::optional<std::size_t> call_at_column;
  std::optional<std::size_t> expires_at_column;
  std::vector<LeadField> fields;  // in the order of the header
};

struct HeaderReading {
  std::optional<LeadLayout> layout;   // set exactly when there are no problems
  std::vector<std::string> problems;  // one sentence each, with what to do
};

// A column that the mapping does not name becomes a field under its own name; one with a meaning of its own (the
// number, the consent, ...) is a field only when `mapping.fields` says so too. `required_fields`: what the campaign's
// calls need (CallTemplate::lead_fields).
HeaderReading read_header(const std::vector<std::string>& columns, const config::LeadColumns& mapping,
                          const std::vector<std::string>& required_fields);

}  // namespace dialerd::daemon::import
