// What a seed draws before its world begins: the settings, the leads, and how much goes wrong.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "campaign/engine.h"
#include "tests/simulation/clock.h"
#include "tests/simulation/provider.h"

namespace dialerd::simulation {

// A lead as an import brings it. Persons are numbers: all campaigns are of one region.
struct NewLead {
  campaign::CampaignId campaign{};
  std::string number;
  std::vector<std::string> alternates;
  std::string clock;
  std::optional<WallTime> consent_at;
  std::optional<WallTime> consent_expires_at;
  std::optional<WallTime> call_at;
  std::optional<WallTime> expires_at;
  WallTime created_at{};
};

struct Scenario {
  campaign::EngineSettings settings;
  std::vector<NewLead> leads;
  std::map<std::string, WallTime> lists;  // suppression lists that are loaded at the beginning, and when they were

  WallTime begin{};
  milliseconds faults_last{};     // nothing goes wrong after that
  double faults = 1;              // how likely each fault is, as a factor
  double answer_rate = 0.5;       // of the calls that a person or machine could answer
  double opt_out_rate = 0;        // of those who are just about to be called
  milliseconds database_max{40};  // of one way to the database or back
  std::int64_t page_size = 100;   // of the provider's list
  NumberFilter number_filter = NumberFilter::any_of_them;
  // The provider tells of calls by itself, late, twice or never; some tell nonsense. `trusted`: its word settles.
  bool webhooks = false;
  bool trusted = false;
  bool resolutions = false;  // people settle doubts
  // Kills and moving accounts, or clock steps; not both: a process that begins after the database's clock was set has
  // nothing but that clock to tell how old the recorded calls are (docs/architecture.md, "Clocks").
  bool clock_steps = false;
  // The configuration changes while the daemon runs. Not with clock steps: an account that is taken again is begun
  // anew.
  bool reloads = false;
  // Many leads that may be called at any time, and an account that admits few calls: for the campaigns' shares.
  bool crowd = false;

  const campaign::CampaignSettings& campaign(campaign::CampaignId id) const {
    return settings.campaigns[static_cast<std::size_t>(static_cast<std::int64_t>(id) - 1)];
  }
};

Scenario draw_scenario(Random& random);

// An account as it was drawn at the beginning, with other limits of it, its caller numbers and its campaigns, other
// requests, shares and windows: some larger, some smaller, some new, some gone.
void vary(Random& random, campaign::AccountSettings& account, std::vector<campaign::CampaignSettings*> campaigns);

// In a few lines.
std::string describe(const Scenario& scenario);

}  // namespace dialerd::simulation
