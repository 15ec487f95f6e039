// What differs between two configurations, in words for people, and which of the differences loosen a limit or a rule:
// those let calls be made that could not be made before, or less be known before a second call. Pure.
//
// It compares what the files mean, not their text: defaults that are written out, an order that does not matter, or a
// holiday list under another name are no change; a holiday that is missing from a list is one.
#pragma once

#include <string>
#include <vector>

#include "config/campaign_config.h"
#include "config/daemon_config.h"

namespace dialerd::config {

struct Change {
  std::string what;  // as the file names it: "limits.per_hour", "account main: reserve"
  std::string from;  // "none" for what was not there
  std::string to;
  bool loosened = false;
  bool at_restart = false;  // of the daemon's file: a running daemon goes on with `from` until it is started again

  friend bool operator==(const Change&, const Change&) = default;
};

// "limits.per_hour: 100 -> 200"
std::string to_string(const Change& change);

std::vector<Change> compare(const CampaignConfig& before, const CampaignConfig& after);
// Without the campaigns' own files. An account that comes or goes is one change.
std::vector<Change> compare(const DaemonConfig& before, const DaemonConfig& after);

}  // namespace dialerd::config
