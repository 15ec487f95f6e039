// Everything that the database knows of one lead: what `dialerd why` tells. Values, no words; numbers are not masked
// here, whoever shows them does that.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "storage/session.h"
#include "storage/suppression.h"

namespace dialerd::storage {

// Enough to find the campaign's rules, which lead_story asks for.
struct LeadReference {
  campaign::LeadId lead{};
  campaign::CampaignId campaign{};
  std::string campaign_name;
  std::string account;
};

// An attempt, a decision of the gate that led to none, or one of a person about an attempt (storage/resolution.h).
struct StoryEntry {
  campaign::WallTime at{};  // of an attempt: when it was settled, or else claimed
  std::string code;         // what was decided: "retry", "frequency_cap:7_attempts_in_7d", ...; empty while open
  // Of a gate decision: what suppresses the person ("account", "global list dnc"). Of a person's: who, and why.
  std::string detail;
  std::optional<campaign::WallTime> until;

  std::optional<campaign::AttemptId> attempt;  // and of an attempt alone:
  std::string state;                           // the attempt's
  std::string disposition;
  std::string from_number;
  std::string to_number;
  std::optional<bool> conversation;
  campaign::WallTime claimed{};
  std::optional<campaign::WallTime> call_started;
  std::optional<campaign::WallTime> call_ended;
};

// How far a cap is used up for the person, or for the number that is dialled next, whichever is more.
struct CapUse {
  config::FrequencyCap cap;
  std::string code;
  std::int64_t used = 0;
  std::optional<campaign::WallTime> frees_at;  // reached: when the next place is free
};

struct LockOutUse {
  config::LockOut lock_out;
  std::string code;
  std::optional<campaign::WallTime> until;  // in force until then
};

struct LeadStory {
  LeadReference reference;
  std::string region;
  campaign::CampaignWish wish = campaign::CampaignWish::running;
  std::string wish_reason;
  std::string blocked;                // "list_missing:NAME", "list_stale:NAME", or empty
  std::vector<Condition> conditions;  // of the account, and of this campaign

  std::string to_number;  // its own
  std::vector<std::string> alternates;
  std::string next_number;  // the one of facts.number_index
  std::string timezone;     // of its own, or empty
  campaign::LeadFacts facts;
  campaign::LeadState state = campaign::LeadState::ready;
  campaign::WallTime next_at{};  // ready: due from then on
  std::string outcome;           // done: the last disposition or decision; held: why
  std::optional<campaign::AttemptId> open_attempt;
  campaign::WallTime updated{};

  std::vector<Suppression> suppressed_by;  // now
  std::vector<CapUse> caps;                // in the rules' order
  std::vector<LockOutUse> lock_outs;
  bool call_under_way = false;  // to the person, of whatever campaign, this lead's own among them

  std::vector<StoryEntry> entries;  // the latest first
  campaign::WallTime now{};         // the database's clock
};

Result<std::optional<LeadReference>> find_lead(Session& session, campaign::LeadId lead);
// By its own number, in every campaign or in one.
Result<std::vector<LeadReference>> find_leads(Session& session, const std::string& to_number,
                                              std::optional<campaign::CampaignId> campaign);

// nullopt: there is no such lead. `entries`: at most so many of them.
Result<std::optional<LeadStory>> lead_story(Session& session, campaign::LeadId lead, const ClaimRules& rules,
                                            std::size_t entries);

}  // namespace dialerd::storage
