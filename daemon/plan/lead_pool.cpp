#include "daemon/plan/lead_pool.h"

#include <algorithm>
#include <compare>
#include <optional>
#include <utility>

#include "campaign/lead_clock.h"

namespace dialerd::daemon::plan {
namespace {

using campaign::VerdictKind;

WallTime packed(const std::optional<WallTime>& time) { return time.value_or(WallTime::max()); }

std::optional<WallTime> unpacked(WallTime time) { return time == WallTime::max() ? std::nullopt : std::optional(time); }

PackedLead new_lead(LeadPool& pool, const config::CampaignConfig& config, WallTime from) {
  PackedLead lead;
  lead.due = lead.created = lead.consent = from;
  lead.clock = pool.clocks.number(to_string(campaign::LeadClock{config.timezone, false}));
  lead.reason_counts = pool.reason_counts.number("");
  return lead;
}

}  // namespace

void LeadPool::add(campaign::LeadId lead, WallTime due, const campaign::LeadFacts& facts, campaign::LeadState state) {
  PackedLead packed_lead;
  packed_lead.lead = lead;
  packed_lead.due = due;
  packed_lead.created = facts.created_at;
  packed_lead.expires = packed(facts.expires_at);
  packed_lead.consent = packed(facts.consent_at);
  packed_lead.consent_expires = packed(facts.consent_expires_at);
  packed_lead.clock = clocks.number(facts.clock);
  packed_lead.reason_counts = reason_counts.number(facts.reason_counts);
  packed_lead.attempts = static_cast<std::uint16_t>(facts.attempts);
  packed_lead.number_index = static_cast<std::uint8_t>(facts.number_index);
  packed_lead.number_count = static_cast<std::uint8_t>(facts.number_count);
  packed_lead.callback = facts.callback;
  packed_lead.state = state;
  leads.push_back(packed_lead);
}

campaign::LeadFacts LeadPool::facts(const PackedLead& lead) const {
  campaign::LeadFacts facts;
  facts.clock = clocks[lead.clock];
  facts.callback = lead.callback;
  facts.consent_at = unpacked(lead.consent);
  facts.consent_expires_at = unpacked(lead.consent_expires);
  facts.expires_at = unpacked(lead.expires);
  facts.created_at = lead.created;
  facts.number_index = lead.number_index;
  facts.number_count = lead.number_count;
  facts.attempts = lead.attempts;
  facts.reason_counts = reason_counts[lead.reason_counts];
  return facts;
}

std::int64_t LeadPool::skipped_leads() const {
  std::int64_t sum = 0;
  for (const auto& [rule, leads_of_rule] : skipped) sum += leads_of_rule;
  return sum;
}

LeadPool LeadPool::thinned(std::int64_t n) const {
  LeadPool thin;
  thin.clocks = clocks;
  thin.reason_counts = reason_counts;
  struct Place {
    std::uint32_t clock;
    WallTime due;
    std::uint32_t place;
    auto operator<=>(const Place&) const = default;
  };
  std::vector<Place> order;
  order.reserve(leads.size());
  for (std::uint32_t i = 0; i < leads.size(); ++i) order.push_back({leads[i].clock, leads[i].due, i});
  std::ranges::sort(order);
  // One count over all clocks, so that small ones together keep their part as well.
  std::vector<std::uint32_t> kept;
  for (std::size_t i = 0; i < order.size(); i += static_cast<std::size_t>(n)) kept.push_back(order[i].place);
  std::ranges::sort(kept);
  thin.leads.reserve(kept.size());
  for (std::uint32_t i : kept) thin.leads.push_back(leads[i]);
  for (const auto& [rule, leads_of_rule] : skipped) thin.skipped[rule] = (leads_of_rule + n / 2) / n;
  return thin;
}

LeadPool LeadPool::resized(std::int64_t wanted, const config::CampaignConfig& config, WallTime from) const {
  LeadPool sized;
  sized.clocks = clocks;
  sized.reason_counts = reason_counts;
  const auto have = static_cast<std::int64_t>(leads.size());
  const std::int64_t next_id = have == 0 ? 1 : static_cast<std::int64_t>(leads.back().lead) + 1;
  const PackedLead fresh = new_lead(sized, config, from);
  sized.leads.reserve(static_cast<std::size_t>(wanted));
  for (std::int64_t i = 0; i < wanted; ++i) {
    // Fewer than there are: evenly out of all of them.
    std::int64_t place = have == 0 ? 0 : wanted < have ? i * have / wanted : i % have;
    PackedLead lead = have == 0 ? fresh : leads[static_cast<std::size_t>(place)];
    if (i >= have) lead.lead = campaign::LeadId{next_id + i};
    sized.leads.push_back(lead);
  }
  return sized;
}

void LeadIntake::add(const PlannedLead& lead) {
  if (!lead.skipped.empty()) {
    ++pool_.skipped[lead.skipped];
    return;
  }
  campaign::Verdict verdict = gate_.decide(lead.facts, std::max(from_, lead.due));
  if (verdict.kind == VerdictKind::done || verdict.kind == VerdictKind::hold) {
    ++pool_.skipped[verdict.rule];
    return;
  }
  pool_.add(lead.lead, lead.due, lead.facts);
}

LeadPool LeadIntake::take() {
  std::ranges::sort(pool_.leads, {}, &PackedLead::lead);
  return std::exchange(pool_, LeadPool());
}

}  // namespace dialerd::daemon::plan
