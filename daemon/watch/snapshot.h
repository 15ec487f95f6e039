// What the live screen shows at one moment, worked out of what the database says and what the files limit. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "campaign/time.h"
#include "config/limits_config.h"
#include "storage/calls_of_day.h"
#include "storage/status_feed.h"

namespace dialerd::daemon::watch {

struct CampaignRow {
  std::string name;
  std::string state;  // as dialerd.campaign_state has it
  std::int64_t leads = 0;
  std::int64_t finished = 0;              // done or held: nothing more happens to them by itself
  std::int64_t left = 0;                  // ready or active
  std::int64_t calls_per_hour = 0;        // of the last 60 minutes
  std::optional<double> answered;         // the share of the last 60 minutes' calls that became a conversation
  std::optional<campaign::WallTime> end;  // if it goes on as in the last quarter of an hour
  std::string reason;                     // why it was paused or stopped
};

struct LimitRow {
  std::string subject;  // "account main", "campaign spring"
  std::string limit;    // "concurrency", "per_hour" ...
  double used = 0;
  std::int64_t most = 0;
};

struct AlarmRow {
  enum class Severity : std::uint8_t { critical, warning, notice };

  Severity severity = Severity::warning;
  std::string text;
  std::optional<campaign::WallTime> since;
  std::optional<campaign::WallTime> until;
};

struct Snapshot {
  campaign::WallTime at{};  // by the database's clock
  std::int64_t daemons = 0;
  std::int64_t open = 0;  // calls
  double calls_per_minute = 0;
  std::optional<double> answered;  // as CampaignRow::answered, of all campaigns
  std::vector<CampaignRow> campaigns;
  std::vector<LimitRow> limits;  // the fullest first
  std::vector<AlarmRow> alarms;  // the worst first
};

struct ConfiguredLimits {
  std::vector<std::pair<std::string, config::Limits>> accounts;   // by their names
  std::vector<std::pair<std::string, config::Limits>> campaigns;  // likewise
};

Snapshot make_snapshot(const storage::StatusPicture& picture, const storage::CallsOfDay& of_day,
                       const ConfiguredLimits& limits);

}  // namespace dialerd::daemon::watch
