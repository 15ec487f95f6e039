#include "tests/simulation/store.h"

#include <algorithm>

namespace dialerd::simulation {

using campaign::AttemptState;
using campaign::LeadState;

bool is_terminal(AttemptState state) {
  return state != AttemptState::dialing && state != AttemptState::in_progress && state != AttemptState::unknown;
}

Store::Store(Random& random, Clock& clock, std::int64_t lead_count) : random_(random), clock_(clock) {
  for (std::int64_t i = 1; i <= lead_count; ++i) leads[campaign::LeadId{i}].next_at = clock.wall();
}

std::optional<campaign::ClaimAnswer> Store::claim(std::uint64_t epoch, std::int64_t n) {
  if (epoch != epoch_) return std::nullopt;
  std::vector<std::pair<WallTime, campaign::LeadId>> ready;
  for (const auto& [id, lead] : leads) {
    if (lead.state == LeadState::ready) ready.emplace_back(lead.next_at, id);
  }
  std::sort(ready.begin(), ready.end());
  campaign::ClaimAnswer answer;
  for (const auto& [due, id] : ready) {
    if (static_cast<std::int64_t>(answer.leads.size()) == n) break;
    if (due > clock_.wall()) {
      answer.next_due = due - clock_.wall();
      break;
    }
    LeadRow& lead = leads[id];
    campaign::ClaimedLead claimed;
    claimed.lead = id;
    std::array<std::uint8_t, 10> bits{};
    for (std::uint8_t& bit : bits) bit = random_.byte();
    claimed.attempt = campaign::make_attempt_id(clock_.wall(), bits);
    claimed.to_number = std::to_string(static_cast<std::int64_t>(id));
    claimed.attempts = lead.attempts;
    claimed.reason_counts = lead.reason_counts;
    lead.state = LeadState::active;
    lead.attempt = claimed.attempt;
    AttemptRow row;
    row.lead = id;
    row.claimed = clock_.wall();
    attempts.emplace(claimed.attempt, row);
    answer.leads.push_back(std::move(claimed));
  }
  return answer;
}

bool Store::write(std::uint64_t epoch, const campaign::Write& write) {
  if (epoch != epoch_) return false;
  for (const campaign::Record& record : write.records) {
    AttemptRow& row = attempts.at(record.attempt);
    if (row.state != AttemptState::dialing && row.state != AttemptState::unknown) continue;
    row.state = record.state;
    row.answered = record.answered;
    if (!record.call_id.empty()) row.call_id = record.call_id;
  }
  for (const campaign::Settlement& settlement : write.settlements) {
    AttemptRow& row = attempts.at(settlement.attempt);
    if (is_terminal(row.state)) continue;
    row.state = settlement.state;
    row.disposition = settlement.disposition;
    row.counted = settlement.counted;
    if (!row.answered) row.answered = settlement.answered;
    if (row.call_id.empty()) row.call_id = settlement.call_id;
    ++row.outcomes;
    LeadRow& lead = leads.at(settlement.lead);
    if (lead.attempt != settlement.attempt) continue;
    lead.state = settlement.lead_state;
    lead.next_at = settlement.next_at;
    lead.attempt.reset();
    lead.attempts = settlement.lead_attempts;
    lead.reason_counts = settlement.reason_counts;
    lead.outcome = settlement.outcome;
  }
  return true;
}

campaign::AccountHistory Store::history() const {
  campaign::AccountHistory history;
  for (const auto& [id, row] : attempts) {
    if (is_terminal(row.state)) {
      bool counted =
          row.state == AttemptState::ended || row.state == AttemptState::abandoned || row.disposition == "not_placed";
      if (counted) history.counts.push_back({campaign::CampaignId{1}, row.answered.value_or(row.claimed), 1});
      continue;
    }
    campaign::OpenAttempt open;
    open.attempt = id;
    open.campaign = campaign::CampaignId{1};
    open.lead = row.lead;
    open.state = row.state;
    open.call_id = row.call_id;
    open.claimed = row.claimed;
    open.answered = row.answered;
    open.attempts = leads.at(row.lead).attempts;
    open.reason_counts = leads.at(row.lead).reason_counts;
    history.open.push_back(std::move(open));
  }
  return history;
}

bool Store::finished() const {
  return std::all_of(leads.begin(), leads.end(), [](const auto& entry) {
    return entry.second.state == LeadState::done || entry.second.state == LeadState::held;
  });
}

}  // namespace dialerd::simulation
