// The engine's claims: how many leads of which campaign are asked for, and what becomes of those that come.
#include <algorithm>
#include <cassert>
#include <utility>

#include "campaign/engine.h"

namespace dialerd::campaign {
namespace {

// A caller number that is used up may be free again when a call ends, which nobody knows beforehand.
constexpr std::chrono::seconds no_number_wait{10};

}  // namespace

std::vector<std::string> Engine::open_clocks(Now now, const Campaign& campaign) const {
  std::vector<std::string> open;
  std::copy_if(campaign.clocks.begin(), campaign.clocks.end(), std::back_inserter(open),
               [&](const std::string& clock) { return campaign.gate.clock_open(clock, now.wall); });
  return open;
}

// What `pacing: even` lets be claimed now. The day's open time is that of the clock which stays open for longest: leads
// of other timezones may be called while the campaign's own is closed. When none is, those are left that will be held.
std::int64_t Engine::paced(Now now, Campaign& campaign, std::int64_t in_hand) {
  std::chrono::milliseconds open_left{0};
  for (const std::string& clock : open_clocks(now, campaign)) {
    open_left = std::max(open_left, campaign.gate.open_time_left_today(clock, now.wall));
  }
  if (open_left == std::chrono::milliseconds{0}) return ratelimit::LimitNode::unlimited;
  int day = campaign.gate.local_day_number("", now.wall);
  return campaign.pace->allowed(now.mono, day, *campaign.limits_config.per_day, open_left, in_hand);
}

void Engine::ask_claims(Now now, Account& account) {
  if (draining_ || account.suspended || account.yields || account.unwritten >= settings_.unwritten_max) return;
  std::vector<std::int64_t> wishes;
  wishes.reserve(account.campaigns.size());
  bool anybody = false;
  for (std::size_t i : account.campaigns) {
    wishes.push_back(claim_wish(now, account, campaigns_[i]));
    anybody = anybody || wishes.back() > 0;
  }
  account.requests_short = false;
  if (!anybody) return;
  std::int64_t possible = claims_possible(now, account);
  if (possible <= 0) return;

  divide_numbers(now, account, wishes);
  std::vector<std::int64_t> granted = account.shares.grant(possible, wishes);
  for (std::size_t i = 0; i < granted.size(); ++i) {
    Campaign& campaign = campaigns_[account.campaigns[i]];
    if (campaign.pool && wishes[i] > granted[i]) {
      account.pools[*campaign.pool].shares.give_back(campaign.pool_member, wishes[i] - granted[i]);
    }
    if (granted[i] > 0) ask_claim(now, account, campaign, granted[i]);
  }
}

void Engine::ask_claim(Now now, Account& account, Campaign& campaign, std::int64_t leads) {
  account.node.limits.reserve(leads);
  campaign.node.limits.reserve(leads);
  account.claiming += leads;
  if (campaign.pool) account.pools[*campaign.pool].claiming += leads;
  campaign.claim = Claim{++claim_number_, campaign.id, leads, open_clocks(now, campaign)};
  campaign.claim_asked = now.mono;
  campaign.ready_since_claim = false;
  commands_.claims.push_back(*campaign.claim);
}

// Lowers the wishes of campaigns that share caller numbers to what these numbers can bear together.
void Engine::divide_numbers(Now now, Account& account, std::vector<std::int64_t>& wishes) {
  for (NumberPool& pool : account.pools) {
    std::int64_t free = std::min(account.callers.available(now, pool.numbers),
                                 account.callers.starts_until(now, now.mono + settings_.claim_lookahead, pool.numbers));
    if (free != ratelimit::LimitNode::unlimited) free = std::max<std::int64_t>(0, free - pool.claiming);
    std::vector<std::int64_t> of_members;
    for (std::size_t place : pool.campaigns) of_members.push_back(wishes[place]);
    std::vector<std::int64_t> granted = pool.shares.grant(free, of_members);
    for (std::size_t i = 0; i < granted.size(); ++i) {
      if (of_members[i] > 0) wishes[pool.campaigns[i]] = granted[i];
    }
  }
}

void Engine::give_back_shares(Account& account, const Campaign& campaign, std::int64_t leads) {
  account.shares.give_back(campaign.member, leads);
  if (campaign.pool) account.pools[*campaign.pool].shares.give_back(campaign.pool_member, leads);
}

// What a claim did not bring is free again.
void Engine::claim_ended(Account& account, Campaign& campaign, const Claim& claim, std::int64_t unused) {
  campaign.node.limits.cancel(unused);
  account.node.limits.cancel(unused);
  give_back_shares(account, campaign, unused);
  account.claiming -= claim.leads;
  if (campaign.pool) account.pools[*campaign.pool].claiming -= claim.leads;
}

// How many leads the campaign could do with now, whatever the account has left; FairShare::busy while a claim of its is
// under way.
std::int64_t Engine::claim_wish(Now now, Account& account, Campaign& campaign) {
  if (campaign.claim) return ratelimit::FairShare::busy;
  if (campaign.retiring || campaign.wish != CampaignWish::running || campaign.callers.empty() ||
      campaign.clocks.empty()) {
    return 0;
  }
  if (now.mono < campaign.next_claim) {
    wake(campaign.next_claim);
    return 0;
  }
  campaign.over = false;
  if (open_clocks(now, campaign).empty()) {
    // Look again at the opening, and now and then before it, because the wall clock may jump.
    auto opening = campaign.gate.next_opening_of_any(campaign.clocks, now.wall);
    campaign.over = !opening && campaign.gate.never_opens_rule(campaign.clocks.front()) == "campaign_ended";
    wake(now.mono +
         std::min<WallTime::duration>(opening ? *opening - now.wall : std::chrono::hours{1}, std::chrono::minutes{1}));
    return 0;
  }
  if (campaign.hold_off.allowance(now.mono) == Allowance::none) {
    wake(campaign.hold_off.until());
    return 0;
  }

  campaign.node.advance(now);
  ratelimit::LimitNode& limits = campaign.node.limits;
  std::int64_t n = std::min(limits.available(now.mono), settings_.claim_max);
  if (auto back = campaign.node.next_return(now)) wake(*back);

  std::int64_t callers = account.callers.available(now, campaign.callers);
  if (callers != ratelimit::LimitNode::unlimited) {
    n = std::min(n, callers);
    if (auto back = account.callers.next_available(now, campaign.callers)) wake(*back);
  }
  if (campaign.hold_off.allowance(now.mono) == Allowance::one) {
    n = std::min<std::int64_t>(n, campaign.probing || !campaign.queue.empty() ? 0 : 1);
  }
  if (campaign.pace && n > 0) {
    n = std::min(n, paced(now, campaign, static_cast<std::int64_t>(campaign.queue.size())));
    if (auto next = campaign.pace->next(); n <= 0 && next) wake(*next);
  }

  auto queued = static_cast<std::int64_t>(campaign.queue.size());
  MonoTime until = now.mono + settings_.claim_lookahead;
  auto slots = std::min(limits.starts_until(now.mono, until) - queued,
                        account.callers.starts_until(now, until, campaign.callers));
  // While something is queued, dispatch has asked for the wake-up.
  if (n > 0 && slots <= 0 && queued == 0) {
    MonoTime start = std::max(limits.next_start(), account.callers.next_start(now, campaign.callers).value_or(until));
    wake(std::max(start - settings_.claim_lookahead, now.mono + std::chrono::milliseconds{1}));
  }
  return std::max<std::int64_t>(0, std::min(n, slots));
}

// How many more leads the account has room for.
std::int64_t Engine::claims_possible(Now now, Account& account) {
  if (account.hold_off.allowance(now.mono) == Allowance::none) {
    wake(account.hold_off.until());
    return 0;
  }
  account.node.advance(now);
  ratelimit::LimitNode& limits = account.node.limits;
  if (auto back = account.node.next_return(now)) wake(*back);

  std::int64_t under_way = account.queued + account.dialing + account.claiming;
  std::int64_t room = std::max(account.settings.dialing_max, account.post_rate.within_span(now.mono));
  // A few large claims cost the database less than many small ones. While enough is queued to go on with, nothing is
  // lost by waiting for room for a large one.
  if (room - under_way < room / 2 && account.queued > room / 4) return 0;
  std::int64_t n = std::min(limits.available(now.mono), room - under_way);
  if (account.hold_off.allowance(now.mono) == Allowance::one) {
    n = std::min<std::int64_t>(n, account.probing ? 0 : 1 - under_way);
  }
  std::int64_t waiting = account.queued + account.claiming;
  bool following = account.follower.size() > 0;
  std::int64_t requests = account.requests.creations(now.mono, following);
  account.requests_short = requests != ratelimit::RequestBudget::unlimited && n > requests - waiting;
  if (account.requests_short) n = requests - waiting;
  if (auto more = account.requests.next_create(now.mono, following); more && n <= 0) wake(*more);

  std::int64_t starts = limits.starts_until(now.mono, now.mono + settings_.claim_lookahead);
  std::int64_t slots = starts == ratelimit::LimitNode::unlimited ? starts : starts - waiting;
  if (n > 0 && slots <= 0 && account.queued == 0) {
    wake(std::max(limits.next_start() - settings_.claim_lookahead, now.mono + std::chrono::milliseconds{1}));
  }
  return std::min(n, slots);
}

void Engine::claimed(Now now, CampaignId id, std::uint64_t number, ClaimAnswer answer) {
  Campaign* campaign = campaign_of(id);
  // The answer to a claim of an ownership that was lost since: its attempts are in the history that was read
  // afterwards.
  if (campaign == nullptr || !campaign->claim || campaign->claim->number != number) return;
  Account& account = accounts_[campaign->account];
  Claim asked = *std::exchange(campaign->claim, std::nullopt);
  MonoTime send_by = campaign->claim_asked + settings_.send_deadline;

  auto brought = static_cast<std::int64_t>(answer.leads.size());
  assert(brought <= asked.leads);
  std::int64_t unused = asked.leads - brought;
  claim_ended(account, *campaign, asked, unused);
  // Only ever away from running: the controls, read beside the claims, may know of a later pause.
  if (answer.wish != CampaignWish::running) campaign->wish = answer.wish;
  if (campaign->blocked != answer.blocked) campaign->blocked_since = now.wall;
  campaign->blocked = answer.blocked;
  // A settlement that made a lead ready while the claim was under way may have been too late for it to see.
  campaign->nothing_ready = unused > 0 && answer.wish == CampaignWish::running && answer.blocked.empty() &&
                            !answer.any_ready && !answer.next_due && !campaign->ready_since_claim;
  if (unused > 0) {
    auto wait = answer.next_due.value_or(settings_.idle_claim_interval);
    wait = std::clamp(wait, std::chrono::milliseconds{10}, settings_.idle_claim_interval);
    if (!answer.blocked.empty()) wait = settings_.blocked_claim_interval;
    campaign->next_claim = now.mono + wait;
  }
  for (ClaimedLead& lead : answer.leads) take_claimed(now, *campaign, lead, send_by);
}

void Engine::take_claimed(Now now, Campaign& campaign, ClaimedLead& lead, MonoTime send_by) {
  Account& account = accounts_[campaign.account];
  Attempt& attempt = attempts_[lead.attempt];
  attempt.campaign = campaign_index_.at(static_cast<std::int64_t>(campaign.id));
  attempt.lead = lead.lead;
  attempt.facts = std::move(lead.facts);
  attempt.send_by = send_by;
  attempt.verdict_at = campaign.claim_asked;
  ++campaign.open;

  Verdict verdict = campaign.gate.decide(attempt.facts, now.wall);
  if (verdict.kind == VerdictKind::done || verdict.kind == VerdictKind::hold) {
    refund_permits(attempt);
    settle_finally(now, lead.attempt, attempt, AttemptState::not_placed,
                   verdict.kind == VerdictKind::done ? LeadState::done : LeadState::held, verdict.rule, nullptr, false);
    return;
  }

  ReasonCounts counts = parse_reason_counts(attempt.facts.reason_counts);
  attempt.caller =
      account.callers.choose(now, campaign.callers, campaign.rotation, lead.lead, count_of(counts, count_key::caller),
                             campaign.next_caller, count_of(counts, count_key::avoid));
  if (!attempt.caller) {
    refund_permits(attempt);
    give_back_shares(account, campaign, 1);
    MonoTime again = account.callers.next_available(now, campaign.callers).value_or(now.mono + no_number_wait);
    settle_without_call(now, lead.attempt, attempt, AttemptState::not_placed, "not_sent:no_caller_number", nullptr,
                        now.wall + std::chrono::ceil<std::chrono::milliseconds>(again - now.mono));
    return;
  }
  account.callers.node(*attempt.caller).reserve(1);
  attempt.from_number = account.callers.number(*attempt.caller);

  auto rendered = campaign.call_template.render(lead, attempt.from_number);
  if (auto* missing = std::get_if<MissingField>(&rendered)) {
    refund_permits(attempt);
    settle_held(now, lead.attempt, attempt, AttemptState::not_placed, "missing_field:" + missing->field, nullptr,
                false);
    return;
  }
  attempt.request = std::move(std::get<CallRequest>(rendered));
  campaign.queue.push_back(lead.attempt);
  ++account.queued;
}

void Engine::claim_failed(Now now, CampaignId id, std::uint64_t number) {
  Campaign* campaign = campaign_of(id);
  if (campaign == nullptr || !campaign->claim || campaign->claim->number != number) return;
  Claim asked = *std::exchange(campaign->claim, std::nullopt);
  Account& account = accounts_[campaign->account];
  claim_ended(account, *campaign, asked, asked.leads);
  campaign->next_claim = now.mono + settings_.idle_claim_interval;
}

}  // namespace dialerd::campaign
