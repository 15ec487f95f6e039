// Reports: SQL files (storage/reports/{campaign,status}/NN_name.sql) embedded in the binary, run with a campaign's id,
// shown as tables.
#pragma once

#include <string>
#include <vector>

#include "storage/session.h"

namespace dialerd::storage {

struct Table {
  std::string title;
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> rows;
};

// progress, dispositions, attempts per lead, attempts per hour, held leads by reason, calls in doubt:
// in this order.
Result<std::vector<Table>> campaign_report(Session& session, campaign::CampaignId campaign);

// Campaigns: account, control, reason, leads by state, attempts today (UTC). Accounts: owner, epoch, lease, since when.
// Daemons that are alive, with the accounts of each. Conditions: what waits or is held back. Steps of the database's
// clock that were found in the last two days. In this order.
Result<std::vector<Table>> status_report(Session& session);

}  // namespace dialerd::storage
