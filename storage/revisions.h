// Which configuration was applied when, by whom, and what it changed: dialerd.campaign_revision and
// dialerd.daemon_revision (migration 0007). A revision is added when a text, or the holidays behind it, differ from the
// latest one's.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "campaign/ids.h"
#include "storage/error.h"
#include "storage/session.h"

namespace dialerd::storage {

class Transaction;

// What goes with a revision, beside the text.
struct RevisionNote {
  std::string applied_by;  // who asked for it, "SIGHUP", "file change" or "start"
  std::string applied_on;  // by which daemon
  std::string diff;        // of the text, against the latest
  std::vector<std::string> changes;
  std::vector<std::string> loosened;
  std::string closed_dates;  // of a campaign
};

struct CampaignRegistration {
  std::string name;
  std::string account;
  std::string region;
  std::string source;
  CampaignTerms terms;
  RevisionNote note;
};

struct DaemonRegistration {
  std::string host;
  std::string file;
  std::string source;
  RevisionNote note;
};

struct LastRevision {
  int revision = 0;
  std::string source;
  std::optional<std::string> closed_dates;  // nullopt: not recorded
  campaign::WallTime applied_at{};
  std::string applied_by;
};

// Of these campaigns, by name; one that was never applied is missing.
Result<std::map<std::string, LastRevision>> last_campaign_revisions(Session& session,
                                                                    const std::vector<std::string>& names);
Result<std::optional<LastRevision>> last_daemon_revision(Session& session, const std::string& host,
                                                         const std::string& file);

// All of it, or on any error nothing. The campaigns' ids, in their order. refused: a campaign belongs to another
// account.
Result<std::vector<campaign::CampaignId>> apply_revisions(Session& session, const DaemonRegistration& daemon,
                                                          const std::vector<CampaignRegistration>& campaigns);

struct LeftCampaign {
  std::string name;
  std::int64_t ready = 0;  // leads; at least one
};
// Campaigns of these accounts that are not among `named`, were applied once, are not stopped and have leads that are
// ready, now or later: nobody would call those any more. By name.
Result<std::vector<LeftCampaign>> left_campaigns(Session& session, const std::vector<std::string>& accounts,
                                                 const std::vector<std::string>& named);

// Leads of the campaign that are ready, now or later: those that another configuration may concern.
Result<std::int64_t> ready_leads(Session& session, campaign::CampaignId campaign);

// For this folder (storage/campaigns.cpp).
Result<campaign::CampaignId> register_campaign(Transaction& transaction, const std::string& name,
                                               const std::string& account, const std::string& region,
                                               const CampaignTerms& terms);

}  // namespace dialerd::storage
