// How the daemon stands at the moment of a scrape: plain values, copied from the engine on the loop's thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "campaign/campaign_wish.h"
#include "campaign/hold_off.h"
#include "campaign/time.h"
#include "daemon/storage_health.h"

namespace dialerd::daemon::metrics {

struct AccountPicture {
  std::string name;
  std::optional<std::int64_t> epoch;               // set while this process owns it
  std::chrono::milliseconds lease_left{0};         // until the lease runs out; negative: it has
  std::int64_t dialing = 0;                        // POSTs without an answer yet
  std::int64_t open = 0;                           // calls that the provider has accepted and not ended
  std::int64_t in_doubt = 0;                       // POSTs of which it is not known whether they made a call
  std::optional<campaign::WallTime> oldest_doubt;  // when its attempt was claimed
  std::int64_t unwritten = 0;                      // records and settlements that are not committed
  std::int64_t resting_numbers = 0;                // caller numbers
  std::optional<campaign::Trouble> trouble;        // why it waits or probes
};

struct CampaignPicture {
  std::string name;
  std::string account;
  campaign::CampaignWish wish = campaign::CampaignWish::draft;
  std::int64_t attempts = 0;  // not settled yet
  std::optional<campaign::Trouble> trouble;
  std::set<std::string> blocked;  // codes of its conditions, without what follows a ':'
};

// One limit of an account, or of a campaign.
struct LimitPicture {
  std::string account;
  std::string campaign;  // empty: the account's own
  std::string limit;     // "concurrency", "per_minute", "per_hour", "per_day"
  std::int64_t used = 0;
  std::int64_t capacity = 0;
};

struct Picture {
  std::vector<AccountPicture> accounts;    // of the configuration, owned or not
  std::vector<CampaignPicture> campaigns;  // likewise
  std::vector<LimitPicture> limits;        // of owned accounts
  std::set<StorageUse> storage_failing;
  bool ready = false;
  bool draining = false;
  std::optional<campaign::WallTime> rollups_refreshed;  // when what reports read was brought up to date last
  std::chrono::milliseconds clock_offset{0};            // the database's clock less this machine's
};

}  // namespace dialerd::daemon::metrics
