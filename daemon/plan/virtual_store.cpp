#include "daemon/plan/virtual_store.h"

#include <algorithm>
#include <array>
#include <functional>
#include <limits>

#include "daemon/plan/outcome_model.h"

namespace dialerd::daemon::plan {
namespace {

using std::chrono::milliseconds;

}  // namespace

VirtualStore::VirtualStore(std::vector<Campaign> campaigns, std::uint64_t seed) : random_(mixed(seed)) {
  for (Campaign& from : campaigns) {
    State& state = campaigns_.emplace_back();
    state.pool = std::move(from.pool);
    state.callback_tolerance = from.callback_tolerance;
    state.frequency_caps = std::move(from.frequency_caps);
    state.lock_outs = std::move(from.lock_outs);
    state.queues.resize(state.pool.clocks.all().size());
    for (std::uint32_t place = 0; place < state.pool.leads.size(); ++place) {
      const PackedLead& lead = state.pool.leads[place];
      Queue& queue = state.queues[lead.clock];
      if (lead.callback) {
        queue.callbacks.insert({lead.due, place});
      } else {
        queue.heap.push_back({lead.due, place});
      }
      ++state.ready;
    }
    for (Queue& queue : state.queues) std::ranges::make_heap(queue.heap, std::greater());
  }
}

std::vector<std::string> VirtualStore::clocks(std::size_t campaign) const {
  const State& state = campaigns_[campaign];
  std::vector<std::string> clocks;
  for (std::size_t clock = 0; clock < state.queues.size(); ++clock) {
    if (next_due(campaign, clock)) clocks.push_back(state.pool.clocks.all()[clock]);
  }
  return clocks;
}

std::span<const std::string> VirtualStore::clock_names(std::size_t campaign) const {
  return {campaigns_[campaign].pool.clocks.all().data(), campaigns_[campaign].queues.size()};
}

std::optional<WallTime> VirtualStore::next_due(std::size_t campaign, std::size_t clock) const {
  const Queue& queue = campaigns_[campaign].queues[clock];
  std::optional<WallTime> due;
  if (!queue.heap.empty()) due = queue.heap.front().due;
  if (!queue.callbacks.empty()) due = std::min(due.value_or(WallTime::max()), queue.callbacks.begin()->due);
  return due;
}

// When the caps and lock-outs let the lead be called.
WallTime VirtualStore::allowed_from(const State& state, std::uint32_t place) {
  auto found = state.contacts.find(place);
  if (found == state.contacts.end()) return WallTime::min();
  const Contacts& contacts = found->second;
  WallTime from = contacts.locked_until;
  for (const config::FrequencyCap& cap : state.frequency_caps) {
    bool attempts = cap.counts == config::FrequencyCap::Counts::attempts;
    const std::vector<WallTime>& times = attempts ? contacts.attempts : contacts.conversations;
    // The one that must have left the window before another is allowed.
    if (std::ssize(times) >= cap.max) from = std::max<WallTime>(from, *(times.end() - cap.max) + cap.window);
  }
  return from;
}

void VirtualStore::remember(State& state, std::uint32_t place, const campaign::Settlement& settlement) {
  if (!remembers(state)) return;
  Contacts& contacts = state.contacts[place];
  if (settlement.state != campaign::AttemptState::ended) {
    // No call was made.
    if (!contacts.attempts.empty()) contacts.attempts.pop_back();
    return;
  }
  WallTime end = settlement.call_ended.value_or(WallTime{});
  if (settlement.conversation) contacts.conversations.push_back(end);
  for (const config::LockOut& lock_out : state.lock_outs) {
    bool applies =
        lock_out.after == settlement.disposition || (lock_out.after == "conversation" && settlement.conversation);
    if (applies) contacts.locked_until = std::max<WallTime>(contacts.locked_until, end + lock_out.period);
  }
}

void VirtualStore::make_ready(State& state, std::uint32_t place) {
  PackedLead& lead = state.pool.leads[place];
  if (lead.clock >= state.queues.size()) state.queues.resize(lead.clock + 1);
  Queue& queue = state.queues[lead.clock];
  lead.state = campaign::LeadState::ready;
  ++state.ready;
  if (lead.callback) {
    queue.callbacks.insert({lead.due, place});
    return;
  }
  queue.heap.push_back({lead.due, place});
  std::ranges::push_heap(queue.heap, std::greater());
}

// The next lead of these queues that is due.
std::optional<std::uint32_t> VirtualStore::take(State& state, std::span<const std::size_t> open_queues, WallTime now) {
  Queue* best = nullptr;
  std::set<Due>::iterator callback;
  Due first{WallTime::max(), std::numeric_limits<std::uint32_t>::max()};
  for (std::size_t i : open_queues) {
    Queue& queue = state.queues[i];
    auto in_tolerance = queue.callbacks.lower_bound({now - state.callback_tolerance, 0});
    if (in_tolerance == queue.callbacks.end() || in_tolerance->due > now || !(*in_tolerance < first)) continue;
    best = &queue;
    callback = in_tolerance;
    first = *in_tolerance;
  }
  bool is_callback = best != nullptr;
  for (std::size_t i : best != nullptr ? std::span<const std::size_t>() : open_queues) {
    Queue& queue = state.queues[i];
    if (!queue.callbacks.empty() && queue.callbacks.begin()->due <= now && *queue.callbacks.begin() < first) {
      best = &queue;
      callback = queue.callbacks.begin();
      first = *callback;
      is_callback = true;
    }
    if (!queue.heap.empty() && queue.heap.front().due <= now && queue.heap.front() < first) {
      best = &queue;
      first = queue.heap.front();
      is_callback = false;
    }
  }
  if (best == nullptr) return std::nullopt;
  if (is_callback) {
    best->callbacks.erase(callback);
  } else {
    std::ranges::pop_heap(best->heap, std::greater());
    best->heap.pop_back();
  }
  return first.place;
}

campaign::AttemptId VirtualStore::next_attempt(WallTime now) {
  std::array<std::uint8_t, 10> bits{};
  std::uint64_t number = mixed(++random_);
  for (std::size_t i = 0; i < bits.size(); ++i) bits[i] = static_cast<std::uint8_t>(number >> (8 * (i % 8)));
  return campaign::make_attempt_id(now, bits);
}

campaign::ClaimAnswer VirtualStore::claim(std::size_t index, const campaign::Claim& claim, WallTime now) {
  State& state = campaigns_[index];
  std::vector<std::size_t> open_queues;
  for (std::size_t clock = 0; clock < state.queues.size(); ++clock) {
    const std::string& name = state.pool.clocks.all()[clock];
    if (std::ranges::find(claim.clocks, name) != claim.clocks.end()) open_queues.push_back(clock);
  }
  campaign::ClaimAnswer answer;
  while (std::ssize(answer.leads) < claim.leads) {
    auto place = take(state, open_queues, now);
    if (!place) break;
    PackedLead& lead = state.pool.leads[*place];
    --state.ready;
    if (WallTime from = allowed_from(state, *place); from > now) {
      lead.due = from;
      make_ready(state, *place);
      continue;
    }
    if (remembers(state)) state.contacts[*place].attempts.push_back(now);
    lead.state = campaign::LeadState::active;
    ++state.open;
    campaign::ClaimedLead& claimed = answer.leads.emplace_back();
    claimed.lead = lead.lead;
    claimed.attempt = next_attempt(now);
    claimed.facts = state.pool.facts(lead);
    open_.emplace(claimed.attempt, Open{index, *place});
  }
  if (std::ssize(answer.leads) == claim.leads) return answer;
  answer.any_ready = state.ready > 0;
  for (std::size_t clock : open_queues) {
    auto due = next_due(index, clock);
    if (!due) continue;
    auto wait = std::max(milliseconds{0}, *due - now);
    answer.next_due = std::min(answer.next_due.value_or(wait), wait);
  }
  return answer;
}

void VirtualStore::add_open(std::size_t index, const campaign::OpenAttempt& open) {
  State& state = campaigns_[index];
  state.pool.add(open.lead, open.claimed, open.facts, campaign::LeadState::active);
  ++state.open;
  open_.emplace(open.attempt, Open{index, static_cast<std::uint32_t>(state.pool.leads.size() - 1)});
}

VirtualStore::Lead VirtualStore::lead_of(const campaign::AttemptId& attempt) {
  const Open& open = open_.at(attempt);
  return {open.campaign, &campaigns_[open.campaign].pool.leads[open.place]};
}

void VirtualStore::settle(const campaign::Settlement& settlement) {
  auto found = open_.find(settlement.attempt);
  if (found == open_.end()) return;
  State& state = campaigns_[found->second.campaign];
  std::uint32_t place = found->second.place;
  open_.erase(found);
  --state.open;
  remember(state, place, settlement);
  PackedLead& lead = state.pool.leads[place];
  lead.state = settlement.lead_state;
  if (settlement.lead_state != campaign::LeadState::ready) return;
  lead.due = settlement.next_at;
  lead.callback = settlement.callback;
  lead.number_index = static_cast<std::uint8_t>(settlement.number_index);
  lead.attempts = static_cast<std::uint16_t>(settlement.lead_attempts);
  lead.reason_counts = state.pool.reason_counts.number(settlement.reason_counts);
  make_ready(state, place);
}

}  // namespace dialerd::daemon::plan
