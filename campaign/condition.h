// Why an account, a campaign or a caller number does not dial as it would, by name: for status, `dialerd why` and logs.
#pragma once

#include <optional>
#include <string>

#include "campaign/ids.h"

namespace dialerd::campaign {

struct Condition {
  std::optional<CampaignId> campaign;  // else the account's
  std::string caller_number;           // else not about one
  std::string state;                   // "concurrency_limit_reached", "rested:answer_rate", "list_stale:NAME" ...
  WallTime since{};
  std::optional<WallTime> until;  // when it is tried again, if time decides

  friend bool operator==(const Condition&, const Condition&) = default;
};

}  // namespace dialerd::campaign
