// What the status page shows of the database: the campaigns with their progress, who owns which account, what waits,
// and what the last hour's calls came to. Made to be asked every two seconds, however many leads there are: leads are
// counted from rollups, doubts by the index of open attempts, and of the attempts only the last two minutes are read
// each time; the rest of the hour, whose calls go on ending, is read again every half a minute.
//
// Belongs to one thread, the one of its session.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "campaign/ids.h"
#include "campaign/time.h"
#include "storage/session.h"

namespace dialerd::storage {

// What became of an attempt, as far as a chart can tell it apart.
enum class AttemptKind : std::uint8_t {
  conversation,  // a person spoke with the agent
  voicemail,
  no_answer,  // nobody was reached: no answer, busy, declined
  failed,     // the number, the network, the agent or the provider failed; given up
  open,       // under way
  unknown,    // in doubt
  no_call     // proved: none was placed
};
inline constexpr std::size_t attempt_kinds = 7;

inline constexpr std::size_t status_minutes = 60;

struct StatusCampaign {
  campaign::CampaignId id{};
  std::string name;
  std::string account;
  // As the view dialerd.campaign_state has them (migrations/0006_lifecycle.sql).
  std::string state;
  std::string completed_by;
  std::optional<campaign::WallTime> starts_at;
  std::string reason;
  std::string changed_by;
  std::optional<campaign::WallTime> changed_at;
  std::int64_t ready = 0;
  std::int64_t active = 0;
  std::int64_t done = 0;
  std::int64_t held = 0;
  std::int64_t attempts = 0;  // so far, those that count
  std::map<std::string, std::int64_t> held_reasons;
  std::int64_t doubts = 0;
  std::optional<campaign::WallTime> oldest_doubt;
  // By the minute in which they were claimed, as StatusPicture::minutes: those that were placed, or may have been.
  std::array<std::int64_t, status_minutes> calls{};
};

struct StatusAccount {
  std::string name;
  std::string owner;  // empty: nobody's
  std::optional<campaign::WallTime> since;
};

struct StatusDaemon {
  std::string owner;  // as StatusAccount::owner
  std::string host;
  std::string version;
  bool accepting = true;
  campaign::WallTime started{};
};

struct StatusCondition {
  std::string account;
  std::string campaign;
  std::string caller_number;  // as it is: to be masked
  std::string state;
  campaign::WallTime since{};
  std::optional<campaign::WallTime> until;
};

struct MinuteCount {
  campaign::CampaignId campaign{};
  std::int64_t minute = 0;  // since 1970
  AttemptKind kind = AttemptKind::open;
  std::int64_t attempts = 0;
};

struct StatusPicture {
  campaign::WallTime at{};  // by the database's clock
  std::vector<StatusCampaign> campaigns;
  std::vector<StatusAccount> accounts;
  std::vector<StatusDaemon> daemons;  // those that are alive
  std::vector<StatusCondition> conditions;
  std::int64_t first_minute = 0;
  std::vector<MinuteCount> minutes;  // of `minutes_shown` from first_minute on, the last of them the running one
};

class StatusFeed {
 public:
  static constexpr std::int64_t minutes_shown = status_minutes;
  static constexpr std::int64_t minutes_each_time = 2;
  static constexpr std::chrono::seconds reread{30};

  Result<StatusPicture> read(Session& session);

 private:
  using Key = std::tuple<std::int64_t, std::int64_t, AttemptKind>;  // minute, campaign, kind

  std::map<Key, std::int64_t> counts_;
  campaign::WallTime read_all_{};  // by the database's clock
};

}  // namespace dialerd::storage
