// A database with campaigns of several accounts whose leads are the same people.
#pragma once

#include "storage_fixture.h"

namespace dialerd::test {

class RulesTest : public StorageTest {
 protected:
  // Another account's campaign, owned.
  struct Other {
    storage::Ownership owner;
    campaign::CampaignId campaign{};
  };
  Other other_campaign(const std::string& account, const std::string& region = "KR");

  // Due an hour ago. `more`: further columns of dialerd.lead and their values, as SQL.
  campaign::LeadId add_lead(const std::string& number, const std::string& more_columns = "",
                            const std::string& more_values = "") const;
  campaign::LeadId add_lead_of(campaign::CampaignId campaign, const std::string& number,
                               const std::string& more_columns = "", const std::string& more_values = "") const;

  storage::ClaimResult claim_with(const storage::ClaimRules& rules, std::size_t count = 10);
  storage::ClaimResult claim_of(const Other& other, const storage::ClaimRules& rules, std::size_t count = 10);

  // An attempt of this campaign for the number that ended so long ago, with a call of a minute; its lead may not exist.
  void past_call(const std::string& number, std::chrono::seconds ended_ago,
                 const std::string& disposition = "user_hangup", bool conversation = true) const;
  void make_due(campaign::LeadId lead) const;
  std::string state_of(campaign::LeadId lead) const;  // "ready", "done suppressed", ...
  std::chrono::seconds due_in(campaign::LeadId lead) const;
  std::vector<std::string> decisions_of(campaign::LeadId lead) const;  // of the gate, the first first
};

storage::ClaimRules with_cap(config::FrequencyCap::Counts counts, std::int64_t max, std::chrono::seconds window);
storage::ClaimRules with_lock_out(const std::string& after, std::chrono::seconds period);
storage::ClaimRules with_list(const std::string& name, std::optional<std::chrono::seconds> max_age = std::nullopt);

}  // namespace dialerd::test
