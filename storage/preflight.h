// What can be known of the database before a daemon starts on it (`dialerd check --online`). Reads only.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "storage/session.h"

namespace dialerd::storage {

struct KnownCampaign {
  campaign::CampaignId id{};
  std::string account;  // to which the name belongs
};

// By name; those that no import and no daemon has named yet are left out.
Result<std::map<std::string, KnownCampaign>> known_campaigns(Session& session, const std::vector<std::string>& names);

// What a running daemon does with tables and the session's role may not: "update of dialerd.attempt". Empty: nothing is
// missing. Only on a database whose schema is this binary's.
Result<std::vector<std::string>> missing_rights(Session& session);

}  // namespace dialerd::storage
