// PostgreSQL as the engine sees it: leads and attempts in tables, claims and writes all or nothing, fenced by an epoch.
// Follows the SQL's rules (storage/claim_sql.cpp, contact_sql.cpp, write.cpp, restore.cpp), not the engine's
// expectations. Its clock is the database's. Rows keep more than the SQL's, for the checker.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "campaign/engine.h"
#include "tests/simulation/clock.h"
#include "tests/simulation/scenario.h"

namespace dialerd::simulation {

struct LeadRow {
  NewLead lead;
  campaign::LeadState state = campaign::LeadState::ready;
  WallTime next_at{};
  WallTime updated_at{};
  bool callback = false;
  std::optional<campaign::AttemptId> attempt;
  int attempts = 0;
  int number_index = 0;
  std::string reason_counts;
  std::string outcome;
  bool promised = false;  // a callback was promised since the last attempt
};

struct AttemptRow {
  campaign::LeadId lead{};
  campaign::CampaignId campaign{};
  std::size_t account = 0;
  std::string person;   // the lead's own number
  std::string dialled;  // what is dialled: that, or an alternate
  campaign::LeadFacts facts;
  campaign::AttemptState state = campaign::AttemptState::dialing;
  WallTime claimed{};
  MonoTime claimed_mono{};
  std::uint64_t claim = 0;  // which claim of the store's brought it,
  int place = 0;            // and where in it
  WallTime due_at{};        // the lead was due since then
  bool promised = false;    // a callback was promised since the attempt before
  std::optional<WallTime> answered;
  std::optional<WallTime> settled_at;
  MonoTime settled_mono{};
  std::string from_number;
  std::string call_id;
  campaign::Settlement settlement;  // once terminal
  Now decided{};                    // when the engine decided it, by the daemon's clocks
  int outcomes = 0;                 // how often a terminal state was written
};

// A write, and when the engine decided it.
struct DecidedWrite {
  campaign::Write write;
  Now decided{};
};

struct OptOut {
  std::string number;
  std::optional<std::size_t> account;            // of one account,
  std::optional<campaign::CampaignId> campaign;  // or of one campaign alone
  MonoTime committed{};
};

struct ListLoad {
  WallTime at{};
  MonoTime at_mono{};
};

class Store {
 public:
  Store(Random& random, Clock& clock, const Scenario& scenario);

  // --- what the daemon asks (each a transaction at this moment)
  std::uint64_t new_epoch(std::size_t account) { return ++epochs_[account]; }
  // nullopt: the epoch has passed.
  std::optional<campaign::ClaimAnswer> claim(std::uint64_t epoch, const campaign::Claim& claim);
  std::vector<campaign::Refusal> recheck(const campaign::Recheck& recheck) const;
  bool write(std::uint64_t epoch, const DecidedWrite& decided);
  campaign::AccountHistory history(std::size_t account) const;
  std::vector<std::string> clocks(campaign::CampaignId campaign) const;

  // --- what people do
  void opt_out(OptOut opt_out);
  void load_list(const std::string& name);
  void set_paused(campaign::CampaignId campaign, bool paused) { paused_[campaign] = paused; }
  bool paused(campaign::CampaignId campaign) const;
  void promise_callback(campaign::LeadId lead, WallTime at);

  bool finished() const;

  std::map<campaign::LeadId, LeadRow> leads;
  std::map<campaign::AttemptId, AttemptRow> attempts;
  std::vector<OptOut> opt_outs;
  std::map<std::string, std::vector<ListLoad>> list_loads;
  std::map<campaign::AttemptId, campaign::CallDetails> details;
  std::vector<campaign::LateNews> late_news;
  std::array<std::optional<campaign::RequestHistory>, 2> requests;  // of each account
  std::map<std::string, int> put_off;                               // how often a lead was, by code

 private:
  // The joined rules of a campaign (daemon/runner.cpp, claim_rules).
  struct Rules {
    std::vector<config::FrequencyCap> caps;
    std::vector<config::LockOut> lock_outs;
    std::vector<config::RequiredList> lists;
  };
  struct PutOff {
    std::string code;
    WallTime until;
  };

  std::string blocked(campaign::CampaignId campaign) const;
  bool suppressed(campaign::CampaignId campaign, const std::string& person, const std::string& dialled) const;
  std::optional<PutOff> put_off_of(const Rules& rules, const std::string& person, const std::string& dialled) const;
  std::optional<PutOff> locked_out(const Rules& rules, const std::string& person, const std::string& dialled) const;
  std::vector<const AttemptRow*> contacts(const std::string& key) const;
  std::string dialled_number(const LeadRow& lead) const;

  Random& random_;
  Clock& clock_;
  const Scenario& scenario_;
  std::array<std::uint64_t, 2> epochs_{};
  std::uint64_t claims_ = 0;
  std::map<campaign::CampaignId, bool> paused_;
  std::vector<Rules> rules_;  // by campaign
  std::map<std::string, std::vector<campaign::AttemptId>> by_number_;
};

bool is_terminal(campaign::AttemptState state);
bool is_open(campaign::AttemptState state);

}  // namespace dialerd::simulation
