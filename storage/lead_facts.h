// A lead's facts as columns of a row, the same in each statement that brings them. Private to this folder.
#pragma once

#include <string>

#include "campaign/lead.h"
#include "storage/transaction.h"

namespace dialerd::storage {

inline constexpr int fact_columns = 10;

// The columns, named as in LeadFacts. `lead` and `state`: aliases of dialerd.lead and dialerd.lead_state, or of rows
// that have their columns.
std::string facts_sql(const std::string& lead, const std::string& state);

template <typename Row>
campaign::LeadFacts facts_at(const Row& row, int first_column) {
  const auto time_or_none = [&](int column) {
    return null_at(row, column) ? std::nullopt : std::optional(time_at(row, column));
  };
  campaign::LeadFacts facts;
  facts.number_index = number_at<int>(row, first_column);
  facts.number_count = number_at<int>(row, first_column + 1);
  facts.clock = text_at(row, first_column + 2);
  facts.callback = flag_at(row, first_column + 3);
  facts.consent_at = time_or_none(first_column + 4);
  facts.consent_expires_at = time_or_none(first_column + 5);
  facts.expires_at = time_or_none(first_column + 6);
  facts.created_at = time_at(row, first_column + 7);
  facts.attempts = number_at<int>(row, first_column + 8);
  facts.reason_counts = text_at(row, first_column + 9);
  return facts;
}

}  // namespace dialerd::storage
