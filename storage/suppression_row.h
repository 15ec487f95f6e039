// A row of dialerd.suppression as a value. Private to this folder.
#pragma once

#include <string>

#include "storage/suppression.h"
#include "storage/transaction.h"

namespace dialerd::storage {

// Of dialerd.suppression s.
inline const std::string suppression_columns =
    "s.person, s.scope, s.account, s.campaign_id, s.list, s.reason, s.source, dialerd.unix_ms(s.created_at), "
    "dialerd.unix_ms(s.expires_at)";

template <typename Row>
Suppression suppression_at(const Row& row) {
  using Kind = SuppressionScope::Kind;
  Suppression entry;
  entry.person = text_at(row, 0);
  for (const Kind kind : {Kind::global, Kind::account, Kind::campaign}) {
    if (to_string(kind) == text_at(row, 1)) entry.scope.kind = kind;
  }
  entry.scope.account = text_at(row, 2);
  if (!null_at(row, 3)) entry.scope.campaign = campaign::CampaignId{number_at(row, 3)};
  entry.list = text_at(row, 4);
  entry.reason = text_at(row, 5);
  entry.source = text_at(row, 6);
  entry.created = time_at(row, 7);
  if (!null_at(row, 8)) entry.expires = time_at(row, 8);
  return entry;
}

}  // namespace dialerd::storage
