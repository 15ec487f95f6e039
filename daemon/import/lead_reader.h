// From a row of the file to a lead for the database, or to the reason why it is none.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "daemon/import/csv_reader.h"
#include "daemon/import/lead_layout.h"
#include "daemon/import/phone_number.h"
#include "storage/import.h"

namespace dialerd::daemon::import {

// Why a row was not taken. No phone number and no other content of the row is in it.
struct RowFault {
  std::string reason;  // one of a few for a given header: what a summary counts by
  std::string detail;  // more about this row; may be empty
};

std::string to_string(const RowFault& fault);

// Without ASCII blanks, no-break spaces and ideographic spaces at both ends.
std::string_view trim(std::string_view text);

class LeadReader {
 public:
  LeadReader(LeadLayout layout, std::string region);

  const LeadLayout& layout() const { return layout_; }

  // Fields are trimmed. An empty one that the calls do not need is left out.
  std::variant<storage::ImportRow, RowFault> read(const CsvRow& row) const;

 private:
  std::optional<RowFault> check_form(const CsvRow& row) const;

  LeadLayout layout_;
  NumberReader numbers_;
  std::string region_;
};

}  // namespace dialerd::daemon::import
