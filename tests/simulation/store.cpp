#include "tests/simulation/store.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace dialerd::simulation {

using campaign::AttemptState;
using campaign::CampaignId;
using campaign::LeadState;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

std::size_t index_of(CampaignId id) { return static_cast<std::size_t>(static_cast<std::int64_t>(id) - 1); }

// The provider counted it by then (storage/contact_sql.cpp).
WallTime counted_by(const AttemptRow& row) {
  if (row.answered) return *row.answered;
  WallTime late = row.claimed + minutes{5};
  return row.settled_at ? std::min(late, *row.settled_at) : late;
}

WallTime ended_at(const AttemptRow& row) {
  return row.settlement.call_ended.value_or(row.settled_at.value_or(WallTime{}));
}

bool conversation_of(const AttemptRow& row) {
  return row.state == AttemptState::abandoned || (is_terminal(row.state) && row.settlement.conversation);
}

// Whether the number that is dialled next is an alternate that the lead has.
bool is_alternate(const LeadRow& row) {
  return row.number_index >= 1 && row.number_index <= static_cast<int>(row.lead.alternates.size());
}

}  // namespace

bool is_open(AttemptState state) {
  return state == AttemptState::dialing || state == AttemptState::in_progress || state == AttemptState::unknown;
}

bool is_terminal(AttemptState state) { return !is_open(state); }

Store::Store(Random& random, Clock& clock, const Scenario& scenario)
    : random_(random), clock_(clock), scenario_(scenario) {
  std::int64_t id = 0;
  for (const NewLead& lead : scenario.leads) {
    LeadRow& row = leads[campaign::LeadId{++id}];
    row.lead = lead;
    row.callback = lead.call_at.has_value();
    row.next_at = lead.call_at.value_or(scenario.begin);
    row.updated_at = scenario.begin;
  }
  for (const auto& [name, at] : scenario.lists) list_loads[name].push_back({at, clock.mono()});
  for (const campaign::CampaignSettings& campaign : scenario.settings.campaigns) {
    Rules& joined = rules_.emplace_back();
    for (const config::Rules& rules : campaign.config.rules) {
      joined.caps.insert(joined.caps.end(), rules.frequency_caps.begin(), rules.frequency_caps.end());
      joined.lock_outs.insert(joined.lock_outs.end(), rules.lock_outs.begin(), rules.lock_outs.end());
      joined.lists.insert(joined.lists.end(), rules.required_lists.begin(), rules.required_lists.end());
    }
  }
}

std::string Store::dialled_number(const LeadRow& row) const {
  return is_alternate(row) ? row.lead.alternates[static_cast<std::size_t>(row.number_index) - 1] : row.lead.number;
}

std::string Store::blocked(CampaignId campaign) const {
  for (const config::RequiredList& list : rules_[index_of(campaign)].lists) {
    auto found = list_loads.find(list.name);
    if (found == list_loads.end()) return "list_missing:" + list.name;
    if (list.max_age && clock_.database() - found->second.back().at > *list.max_age) return "list_stale:" + list.name;
  }
  return "";
}

bool Store::suppressed(CampaignId campaign, const std::string& person, const std::string& dialled) const {
  auto account = static_cast<std::size_t>(scenario_.campaign(campaign).account);
  return std::any_of(opt_outs.begin(), opt_outs.end(), [&](const OptOut& entry) {
    return (entry.number == person || entry.number == dialled) && (!entry.account || entry.account == account) &&
           (!entry.campaign || entry.campaign == campaign);
  });
}

std::vector<const AttemptRow*> Store::contacts(const std::string& key) const {
  std::vector<const AttemptRow*> found;
  auto attempts_of = by_number_.find(key);
  if (attempts_of == by_number_.end()) return found;
  for (const campaign::AttemptId& id : attempts_of->second) {
    const AttemptRow& row = attempts.at(id);
    bool no_call = row.state == AttemptState::rejected || row.state == AttemptState::not_placed ||
                   (row.state == AttemptState::ended && !row.settlement.counted);
    if (!no_call) found.push_back(&row);
  }
  return found;
}

std::optional<Store::PutOff> Store::locked_out(const Rules& rules, const std::string& person,
                                               const std::string& dialled) const {
  std::optional<PutOff> longest;
  for (const std::string& key : {person, dialled}) {
    for (const AttemptRow* row : contacts(key)) {
      if (is_open(row->state)) continue;
      for (const config::LockOut& lock_out : rules.lock_outs) {
        WallTime until = ended_at(*row) + lock_out.period;
        bool applies = row->settlement.disposition == lock_out.after || row->state == AttemptState::abandoned ||
                       (lock_out.after == "conversation" && conversation_of(*row));
        if (!applies || until <= clock_.database()) continue;
        if (!longest || until > longest->until) longest = PutOff{"lock_out:" + lock_out.after, until};
      }
    }
  }
  return longest;
}

std::optional<Store::PutOff> Store::put_off_of(const Rules& rules, const std::string& person,
                                               const std::string& dialled) const {
  WallTime now = clock_.database();
  std::optional<PutOff> longest = locked_out(rules, person, dialled);
  auto take = [&](PutOff other) {
    if (!longest || other.until > longest->until) longest = std::move(other);
  };
  bool ends_decide = !rules.lock_outs.empty();
  for (const config::FrequencyCap& cap : rules.caps) {
    bool conversations = cap.counts == config::FrequencyCap::Counts::conversations;
    ends_decide = ends_decide || conversations;
    for (const std::string& key : {person, dialled}) {
      std::vector<WallTime> moments;
      for (const AttemptRow* row : contacts(key)) {
        if (conversations && !conversation_of(*row)) continue;
        WallTime at = conversations ? ended_at(*row) : counted_by(*row);
        if (at > now - cap.window) moments.push_back(at);
      }
      auto max = static_cast<std::size_t>(cap.max);
      if (moments.size() < max) continue;
      std::sort(moments.rbegin(), moments.rend());
      take({"frequency_cap", moments[max - 1] + cap.window});
    }
  }
  for (const std::string& key : {person, dialled}) {
    auto found = contacts(key);
    bool under_way = std::any_of(found.begin(), found.end(), [](const AttemptRow* row) { return is_open(row->state); });
    if (ends_decide && under_way) take({"call_under_way", now + minutes{2}});
  }
  return longest;
}

std::optional<campaign::ClaimAnswer> Store::claim(std::uint64_t epoch, const campaign::Claim& claim) {
  const campaign::CampaignSettings& campaign = scenario_.campaign(claim.campaign);
  auto account = static_cast<std::size_t>(campaign.account);
  if (epoch != epochs_[account]) return std::nullopt;
  campaign::ClaimAnswer answer;
  if (paused(claim.campaign)) answer.wish = campaign::CampaignWish::paused;
  answer.blocked = blocked(claim.campaign);
  if (paused(claim.campaign) || !answer.blocked.empty()) return answer;

  ++claims_;
  WallTime now = clock_.database();
  auto of_a_clock = [&](const LeadRow& row) {
    return row.lead.campaign == claim.campaign && row.state == LeadState::ready &&
           std::find(claim.clocks.begin(), claim.clocks.end(), row.lead.clock) != claim.clocks.end();
  };
  // Callbacks inside their tolerance, then all others as they fell due.
  std::vector<std::tuple<int, WallTime, campaign::LeadId>> due;
  for (const auto& [id, row] : leads) {
    if (!of_a_clock(row) || row.next_at > now) continue;
    bool promised = row.callback && row.next_at > now - campaign.config.callback_tolerance;
    due.emplace_back(promised ? 1 : 2, row.next_at, id);
  }
  std::sort(due.begin(), due.end());
  const Rules& rules = rules_[index_of(claim.campaign)];
  auto n = static_cast<std::size_t>(claim.leads);
  // Whoever is suppressed or put off takes a place: the claim looks at no more leads than it was asked for.
  if (due.size() > n) due.resize(n);
  for (const auto& [part, at, id] : due) {
    LeadRow& row = leads.at(id);
    std::string dialled = dialled_number(row);
    row.updated_at = now;
    if (suppressed(claim.campaign, row.lead.number, dialled)) {
      row.state = LeadState::done;
      row.outcome = "suppressed";
      continue;
    }
    if (auto later = put_off_of(rules, row.lead.number, dialled)) {
      ++put_off[later->code];
      row.next_at = later->until;
      continue;
    }
    campaign::ClaimedLead claimed;
    claimed.lead = id;
    std::array<std::uint8_t, 10> bits{};
    for (std::uint8_t& bit : bits) bit = random_.byte();
    claimed.attempt = campaign::make_attempt_id(now, bits);
    claimed.to_number = dialled;
    campaign::LeadFacts& facts = claimed.facts;
    facts.clock = row.lead.clock;
    facts.callback = row.callback;
    facts.consent_at = row.lead.consent_at;
    facts.consent_expires_at = row.lead.consent_expires_at;
    facts.expires_at = row.lead.expires_at;
    facts.created_at = row.lead.created_at;
    facts.number_index = is_alternate(row) ? row.number_index : 0;
    facts.number_count = static_cast<int>(row.lead.alternates.size()) + 1;
    facts.attempts = row.attempts;
    facts.reason_counts = row.reason_counts;
    row.state = LeadState::active;
    row.attempt = claimed.attempt;

    AttemptRow attempt;
    attempt.lead = id;
    attempt.campaign = claim.campaign;
    attempt.account = account;
    attempt.person = row.lead.number;
    attempt.dialled = dialled;
    attempt.facts = facts;
    attempt.claimed = now;
    attempt.claimed_mono = clock_.mono();
    attempt.claim = claims_;
    attempt.place = static_cast<int>(answer.leads.size());
    attempt.due_at = at;
    attempt.promised = std::exchange(row.promised, false);
    attempts.emplace(claimed.attempt, std::move(attempt));
    by_number_[row.lead.number].push_back(claimed.attempt);
    if (dialled != row.lead.number) by_number_[dialled].push_back(claimed.attempt);
    answer.leads.push_back(std::move(claimed));
  }
  if (answer.leads.size() < n) {
    for (const auto& [id, row] : leads) {
      if (row.lead.campaign != claim.campaign || row.state != LeadState::ready) continue;
      answer.any_ready = true;
      if (!of_a_clock(row)) continue;
      milliseconds wait = std::clamp<milliseconds>(row.next_at - now, milliseconds{0}, hours{24});
      answer.next_due = std::min(answer.next_due.value_or(wait), wait);
    }
  }
  return answer;
}

std::vector<campaign::Refusal> Store::recheck(const campaign::Recheck& recheck) const {
  std::vector<campaign::Refusal> refusals;
  std::string list = blocked(recheck.campaign);
  for (const campaign::AttemptId& id : recheck.attempts) {
    const AttemptRow& row = attempts.at(id);
    if (suppressed(recheck.campaign, row.person, row.dialled)) {
      refusals.push_back({id, "suppressed", std::nullopt});
    } else if (!list.empty()) {
      refusals.push_back({id, list, std::nullopt});
    } else if (paused(recheck.campaign)) {
      refusals.push_back({id, "paused", std::nullopt});
    } else if (auto later = locked_out(rules_[index_of(recheck.campaign)], row.person, row.dialled)) {
      refusals.push_back({id, later->code, later->until});
    }
  }
  return refusals;
}

bool Store::write(std::uint64_t epoch, const DecidedWrite& decided) {
  const campaign::Write& write = decided.write;
  if (epoch != epochs_[static_cast<std::size_t>(write.account)]) return false;
  for (const campaign::Record& record : write.records) {
    AttemptRow& row = attempts.at(record.attempt);
    if (row.state != AttemptState::dialing && row.state != AttemptState::unknown) continue;
    row.state = record.state;
    if (!row.answered) row.answered = record.answered;
    if (!record.call_id.empty()) row.call_id = record.call_id;
    if (!record.from_number.empty()) row.from_number = record.from_number;
  }
  for (const campaign::DetailRecord& one : write.details) details[one.attempt] = one.details;
  late_news.insert(late_news.end(), write.late_news.begin(), write.late_news.end());
  for (const campaign::Settlement& settlement : write.settlements) {
    AttemptRow& row = attempts.at(settlement.attempt);
    if (is_terminal(row.state)) continue;
    row.state = settlement.state;
    row.settlement = settlement;
    row.decided = decided.decided;
    row.settled_at = clock_.database();
    row.settled_mono = clock_.mono();
    if (!row.answered) row.answered = settlement.answered;
    if (!settlement.call_id.empty()) row.call_id = settlement.call_id;
    if (!settlement.from_number.empty()) row.from_number = settlement.from_number;
    ++row.outcomes;
    LeadRow& lead = leads.at(settlement.lead);
    if (lead.attempt != settlement.attempt) continue;
    bool ready = settlement.lead_state == LeadState::ready;
    bool promised_meanwhile = lead.callback && lead.next_at > lead.updated_at;
    if (ready && !promised_meanwhile) lead.next_at = settlement.next_at;
    lead.callback = ready && (settlement.callback || promised_meanwhile);
    lead.state = settlement.lead_state;
    lead.number_index = settlement.number_index;
    lead.attempt.reset();
    lead.attempts = settlement.lead_attempts;
    lead.reason_counts = settlement.reason_counts;
    lead.outcome = settlement.outcome;
    lead.updated_at = clock_.database();
  }
  return true;
}

campaign::AccountHistory Store::history(std::size_t account) const {
  campaign::AccountHistory history;
  history.requests = requests[account];
  WallTime now = clock_.database();
  for (const auto& [id, row] : attempts) {
    if (row.account != account) continue;
    if (is_terminal(row.state)) {
      if (row.state == AttemptState::ended && row.settlement.call_started && !details.contains(id) &&
          counted_by(row) > now - std::chrono::minutes{15}) {
        history.ended.push_back({id, row.call_id, row.settlement.call_status, row.settlement.disposition, now});
      }
      bool counted = row.state == AttemptState::ended || row.state == AttemptState::abandoned ||
                     (row.state == AttemptState::not_placed && (row.settlement.disposition == "not_placed" ||
                                                                row.settlement.disposition == "resolved_not_placed"));
      WallTime at = std::min(counted_by(row), now);
      if (!counted || at <= now - hours{25}) continue;
      milliseconds slice = at > now - hours{1} ? milliseconds{seconds{10}} : milliseconds{minutes{5}};
      WallTime until = WallTime{(at.time_since_epoch() / slice + 1) * slice};
      history.counts.push_back({row.campaign, row.from_number, until, 1});
      continue;
    }
    campaign::OpenAttempt open;
    open.attempt = id;
    open.campaign = row.campaign;
    open.lead = row.lead;
    open.state = row.state;
    open.call_id = row.call_id;
    open.from_number = row.from_number;
    open.to_number = row.dialled;
    open.claimed = row.claimed;
    open.answered = row.answered;
    open.facts = row.facts;
    history.open.push_back(std::move(open));
  }
  return history;
}

std::vector<std::string> Store::clocks(CampaignId campaign) const {
  std::vector<std::string> found;
  for (const auto& [id, row] : leads) {
    if (row.lead.campaign == campaign && row.state == LeadState::ready) found.push_back(row.lead.clock);
  }
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

void Store::opt_out(OptOut entry) {
  entry.committed = clock_.mono();
  opt_outs.push_back(std::move(entry));
}

void Store::load_list(const std::string& name) { list_loads[name].push_back({clock_.database(), clock_.mono()}); }

bool Store::paused(CampaignId campaign) const {
  auto found = paused_.find(campaign);
  return found != paused_.end() && found->second;
}

void Store::promise_callback(campaign::LeadId id, WallTime at) {
  LeadRow& row = leads.at(id);
  if (row.state != LeadState::ready && row.state != LeadState::active) return;
  row.callback = true;
  row.promised = true;
  row.next_at = at;
  row.lead.call_at = at;
}

bool Store::finished() const {
  return std::all_of(leads.begin(), leads.end(), [](const auto& entry) {
    return entry.second.state == LeadState::done || entry.second.state == LeadState::held;
  });
}

}  // namespace dialerd::simulation
