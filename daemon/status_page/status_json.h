// What the page reads, as JSON (docs/status-page.md has it field by field). Numbers of people do not occur; numbers
// that call are masked.
#pragma once

#include <string>
#include <vector>

#include "daemon/status_page/picture.h"
#include "storage/status_feed.h"

namespace dialerd::daemon::status_page {

// Something that a person should look at, or do.
struct Alarm {
  enum class Severity : std::uint8_t { critical, warning, notice };

  Severity severity = Severity::warning;
  std::string code;    // 'insufficient_balance', 'held', 'no_owner' ...
  std::string detail;  // what stands behind the ':' of a condition's state; a held lead's reason
  std::string account;
  std::string campaign;
  std::string caller_number;  // masked
  std::int64_t count = 0;     // of leads or calls; 0: it is not about some
  std::optional<campaign::WallTime> since;
  std::optional<campaign::WallTime> until;
};

// The worst first.
std::vector<Alarm> alarms_of(const storage::StatusPicture& picture, const EnginePicture& engine);

// When the campaign's last lead is done or held if calls go on as in the last quarter of an hour: each lead takes as
// many attempts as those took that are finished. nullopt: nothing is left, or nothing happens that could be carried on.
std::optional<campaign::WallTime> expected_end(const storage::StatusPicture& picture,
                                               const storage::StatusCampaign& campaign);

// `picture`: null while the database has never answered. `failure`: why it does not now; empty: it does. An object
// without its closing brace, so that whoever serves it can say how old it is.
std::string status_json(const storage::StatusPicture* picture, const std::string& failure, const EnginePicture& engine);

}  // namespace dialerd::daemon::status_page
