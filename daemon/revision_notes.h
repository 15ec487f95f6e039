// What is recorded of a configuration when it is applied (storage/revisions.h): its difference from what was applied
// before.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "config/compare.h"
#include "storage/revisions.h"

namespace dialerd::daemon {

// The dates on which nobody is called, one a line. The files of `holidays` are not in the campaign's own text.
std::string closed_dates_text(const config::CampaignConfig& campaign);

struct Comparison {
  std::vector<config::Change> changes;
  std::string fault;  // not empty: the text before cannot be read by this version, so there is nothing to compare with
};

// `file`: where the campaign's text stands now: relative paths in the text before are read as in it.
Comparison compare_with(const storage::LastRevision& last, const config::CampaignConfig& now,
                        const std::filesystem::path& file);
Comparison compare_with(const storage::LastRevision& last, const config::DaemonConfig& now);

// "limits.per_hour: 100 -> 200", all of them, or only those that loosen something.
std::vector<std::string> words_of(const std::vector<config::Change>& changes, bool loosened_only = false);

struct Recorded {
  std::vector<campaign::CampaignId> ids;  // in the order of the campaigns
  std::vector<std::string> loosened;      // "campaign spring: limits.per_hour: 100 -> 200"
};

// Registers the campaigns, and records what is new; all of it or nothing. `daemon.campaigns` names the files of
// `campaigns`.
storage::Result<Recorded> record_configuration(storage::Session& session, const config::DaemonConfig& daemon,
                                               const std::vector<config::CampaignConfig>& campaigns,
                                               const std::string& applied_by, const std::string& applied_on);

}  // namespace dialerd::daemon
