// The engine's decisions: which claimed leads are dialled now, how many more to claim, what to ask about open calls.
#include <algorithm>
#include <utility>

#include "campaign/engine.h"

namespace dialerd::campaign {
namespace {

using Allowance = HoldOff::Allowance;

}  // namespace

void Engine::wake(MonoTime at) { commands_.wake_at = std::min(commands_.wake_at.value_or(at), at); }

Commands Engine::tick(Now now) {
  commands_.wake_at.reset();
  for (std::size_t i = 0; i < accounts_.size(); ++i) {
    Account& account = accounts_[i];
    if (!account.owned) continue;
    dispatch(now, account);
    ask_claims(now, account);
    follow(now, account, AccountIndex{i});
    if (!account.write.records.empty() || !account.write.settlements.empty()) {
      commands_.writes.push_back(std::exchange(account.write, Write{AccountIndex{i}, {}, {}}));
    }
  }
  return std::exchange(commands_, Commands{});
}

void Engine::dispatch(Now now, Account& account) {
  if (account.queued == 0) return;
  std::size_t count = account.campaigns.size();
  // One call of each campaign in turn, so that none waits for the whole queue of another.
  for (std::size_t idle = 0; idle < count && account.queued > 0;) {
    Campaign& campaign = campaigns_[account.campaigns[account.turn++ % count]];
    idle = dispatch_next(now, account, campaign) ? 0 : idle + 1;
  }
}

// Takes the head of the campaign's queue if something can be done with it now.
bool Engine::dispatch_next(Now now, Account& account, Campaign& campaign) {
  if (campaign.queue.empty()) return false;
  AttemptId id = campaign.queue.front();
  Attempt& attempt = attempts_.at(id);

  // The gate, asked again: an accepted call cannot be taken back.
  Allowance allowed = std::min(account.hold_off.allowance(now.mono), campaign.hold_off.allowance(now.mono));
  std::string refused;
  WallTime next_at = now.wall;
  if (draining_) {
    refused = "not_sent:draining";
  } else if (account.suspended) {
    refused = "not_sent:suspended";
  } else if (campaign.paused) {
    refused = "not_sent:paused";
  } else if (!campaign.calendar.open(now.wall)) {
    refused = "not_sent:window_closed";
    next_at = campaign.calendar.next_opening(now.wall).value_or(now.wall);
  } else if (allowed == Allowance::none) {
    refused = "not_sent:held_off";
  } else if (now.mono >= attempt.send_by) {
    refused = "not_sent:send_deadline";
  }
  if (!refused.empty()) {
    campaign.queue.pop_front();
    --account.queued;
    campaign.limits.refund();
    account.limits.refund();
    settle_without_call(now, id, attempt, AttemptState::not_placed, std::move(refused), nullptr, next_at);
    return true;
  }

  bool account_probes = account.hold_off.allowance(now.mono) == Allowance::one;
  bool campaign_probes = campaign.hold_off.allowance(now.mono) == Allowance::one;
  MonoTime slot = std::max(account.limits.next_start(), campaign.limits.next_start());
  if ((account_probes && account.probing) || (campaign_probes && campaign.probing)) {
    wake(attempt.send_by);
    return false;
  }
  if (slot > now.mono) {
    wake(std::min(slot, attempt.send_by));
    return false;
  }
  bool spaced = account.limits.spaced() || campaign.limits.spaced();
  if (spaced && account.dialing >= account.settings.connections) {
    wake(attempt.send_by);
    return false;
  }

  campaign.queue.pop_front();
  --account.queued;
  ++account.dialing;
  account.limits.start(now.mono);
  campaign.limits.start(now.mono);
  attempt.phase = Phase::dialing;
  if (account_probes) account.probing = attempt.probe = true;
  if (campaign_probes) campaign.probing = attempt.campaign_probe = true;
  commands_.calls.push_back(Call{id, AccountIndex{campaign.account}, std::move(*attempt.request), attempt.send_by});
  attempt.request.reset();
  return true;
}

void Engine::ask_claims(Now now, Account& account) {
  if (draining_ || account.suspended || account.unwritten >= settings_.unwritten_max) return;
  std::size_t count = account.campaigns.size();
  for (std::size_t i = 0; i < count; ++i) {
    Campaign& campaign = campaigns_[account.campaigns[(account.turn + i) % count]];
    std::int64_t n = claim_size(now, account, campaign, static_cast<std::int64_t>(count - i));
    if (n <= 0) continue;
    account.limits.reserve(n);
    campaign.limits.reserve(n);
    campaign.claim = Claim{++claim_number_, campaign.id, n};
    campaign.claim_asked = now.mono;
    campaign.ready_since_claim = false;
    account.claiming += n;
    commands_.claims.push_back(*campaign.claim);
  }
  if (count > 0) account.turn = (account.turn + 1) % count;
}

// How many leads of the campaign to claim now; `sharers`: campaigns that have not had their turn, this one included.
std::int64_t Engine::claim_size(Now now, Account& account, Campaign& campaign, std::int64_t sharers) {
  if (campaign.claim || campaign.paused || campaign.caller_numbers.empty()) return 0;
  if (now.mono < campaign.next_claim) {
    wake(campaign.next_claim);
    return 0;
  }
  if (!campaign.calendar.open(now.wall)) {
    // Look again at the opening, and now and then before it, because the wall clock may jump.
    auto opening = campaign.calendar.next_opening(now.wall);
    wake(now.mono +
         std::min<WallTime::duration>(opening ? *opening - now.wall : std::chrono::hours{1}, std::chrono::minutes{1}));
    return 0;
  }
  for (const HoldOff* hold_off : {&account.hold_off, &campaign.hold_off}) {
    if (hold_off->allowance(now.mono) == Allowance::none) {
      wake(hold_off->until());
      return 0;
    }
  }

  std::int64_t under_way = account.queued + account.dialing + account.claiming;
  std::int64_t n = std::min(account.limits.available(now.mono), account.settings.dialing_max - under_way);
  if (account.hold_off.allowance(now.mono) == Allowance::one)
    n = std::min<std::int64_t>(n, account.probing ? 0 : 1 - under_way);
  // An even share of what there is, rounded up; what others leave is there at the next tick.
  n = (n + sharers - 1) / sharers;
  n = std::min({n, campaign.limits.available(now.mono), settings_.claim_max});
  if (campaign.hold_off.allowance(now.mono) == Allowance::one) {
    n = std::min<std::int64_t>(n, campaign.probing || !campaign.queue.empty() ? 0 : 1);
  }
  for (ratelimit::LimitNode* node : {&account.limits, &campaign.limits}) {
    if (auto back = node->next_return(now.mono)) wake(*back);
  }

  MonoTime until = now.mono + settings_.claim_lookahead;
  auto queued = static_cast<std::int64_t>(campaign.queue.size());
  auto slots = std::min(account.limits.starts_until(now.mono, until) - account.queued - account.claiming,
                        campaign.limits.starts_until(now.mono, until) - queued);
  // While something is queued, dispatch has asked for the wake-up.
  if (n > 0 && slots <= 0 && account.queued == 0) {
    MonoTime slot = std::max(account.limits.next_start(), campaign.limits.next_start());
    wake(std::max(slot - settings_.claim_lookahead, now.mono + std::chrono::milliseconds{1}));
  }
  return std::min(n, slots);
}

void Engine::follow(Now now, Account& account, AccountIndex index) {
  if (auto from = account.follower.pass_due(now)) commands_.list_passes.push_back(ListPass{index, *from});
  for (Follower::LookUp& look_up : account.follower.look_ups_due(now)) {
    commands_.look_ups.push_back(LookUp{index, look_up.attempt, std::move(look_up.call_id)});
  }
  if (auto next = account.follower.next_pass()) wake(*next);
}

}  // namespace dialerd::campaign
