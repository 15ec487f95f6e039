// Judges a finished simulation by what the provider and the store hold, with rules of its own (oracle.h).
//
// What is promised of clocks (docs/architecture.md, "Clocks"): limits by elapsed time, which never jumps; calendars,
// windows and due times by the database's clock as the daemon knows it. Where a promise holds only as long as that
// clock is not set, the check says so.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/simulation/world.h"

namespace dialerd::simulation {

// What was broken, in words; empty: nothing.
std::vector<std::string> check(const World& world);

// --- for the checker's own parts

// A claimed attempt with everything that the books hold about it.
struct Case {
  campaign::AttemptId id;
  std::size_t number = 0;  // in the order of the claims
  const AttemptRow* row = nullptr;
  const Post* post = nullptr;          // null: it was never handed out
  const ProviderCall* call = nullptr;  // null: there was no call
};

class Books {
 public:
  explicit Books(const World& from);

  const World& world;
  std::vector<Case> cases;  // in the order of their claims
  std::map<campaign::LeadId, std::vector<const Case*>> of_lead;
  std::map<std::string, std::vector<const Case*>> of_number;  // persons, and alternates that were dialled

  // In force when it was claimed; an account is brought to rest before another configuration is.
  const config::CampaignConfig& config(const Case& one) const {
    return world.config_at(one.row->campaign, one.row->claimed_mono);
  }
  // In force when its outcome was decided.
  const config::CampaignConfig& config_of_end(const Case& one) const {
    return world.config_at(one.row->campaign, one.row->decided.mono);
  }
  bool stepped() const { return !world.steps.empty(); }
  // The database's clock at that moment, as the daemon knew it.
  WallTime daemon_wall(MonoTime at) const;
};

class Verdict {
 public:
  void add(const Case& one, const std::string& what);
  void add(const std::string& what) { broken.push_back(what); }
  std::vector<std::string> broken;
};

void check_calls(const Books& books, Verdict& verdict);   // never twice, never lost
void check_limits(const Books& books, Verdict& verdict);  // never over
void check_gate(const Books& books, Verdict& verdict);  // never out of bounds: clocks, dates, consent, lists, opt-outs
void check_contacts(const Books& books, Verdict& verdict);  // never out of bounds: caps and lock-outs of persons
void check_retries(const Books& books, Verdict& verdict);   // retries as the policy says
void check_shares(const Books& books, Verdict& verdict);    // no campaign starves

}  // namespace dialerd::simulation
