// A campaign's leads for a forecast: packed, because a million of them are held at once, and each run of the forecast
// changes a copy of its own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "campaign/attempt.h"
#include "campaign/gate.h"
#include "campaign/ids.h"
#include "campaign/lead.h"
#include "config/campaign_config.h"
#include "daemon/plan/texts.h"

namespace dialerd::daemon::plan {

using campaign::WallTime;

struct PackedLead {
  campaign::LeadId lead{};
  WallTime due{};
  WallTime created{};
  WallTime expires = WallTime::max();  // max: never
  WallTime consent = WallTime::max();  // max: none
  WallTime consent_expires = WallTime::max();
  std::uint32_t clock = 0;          // LeadPool::clocks
  std::uint32_t reason_counts = 0;  // LeadPool::reason_counts
  std::uint16_t attempts = 0;
  std::uint16_t calls = 0;  // in this forecast
  std::uint8_t number_index = 0;
  std::uint8_t number_count = 1;
  bool callback = false;
  campaign::LeadState state = campaign::LeadState::ready;
};

struct LeadPool {
  std::vector<PackedLead> leads;  // by id, once a LeadIntake has made it
  Texts clocks;
  Texts reason_counts;
  std::map<std::string, std::int64_t> skipped;  // not among `leads`: never dialled, by rule

  void add(campaign::LeadId lead, WallTime due, const campaign::LeadFacts& facts,
           campaign::LeadState state = campaign::LeadState::ready);
  campaign::LeadFacts facts(const PackedLead& lead) const;
  std::int64_t skipped_leads() const;

  // Every nth lead of each clock in the order of the calls; of the skipped as large a part.
  LeadPool thinned(std::int64_t n) const;
  // As many leads as that: these thinned out evenly, or repeated. Where there is none: new ones that consented just
  // now and live in the campaign's timezone.
  LeadPool resized(std::int64_t wanted, const config::CampaignConfig& config, WallTime from) const;
};

// A ready lead as the database knows it.
struct PlannedLead {
  campaign::LeadId lead{};
  WallTime due{};       // when the database lets it be claimed: next_at, or the end of a frequency cap or lock-out
  std::string skipped;  // not empty: never dialled, by this rule ("suppressed", "missing_field:NAME")
  campaign::LeadFacts facts;
};

// Takes ready leads in, and counts those that the campaign's gate already ends or holds instead of keeping them.
class LeadIntake {
 public:
  LeadIntake(const config::CampaignConfig& config, WallTime from) : gate_(config), from_(from) {}

  void add(const PlannedLead& lead);
  LeadPool take();

 private:
  campaign::Gate gate_;
  WallTime from_;
  LeadPool pool_;
};

}  // namespace dialerd::daemon::plan
