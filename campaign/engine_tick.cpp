// The engine's decisions: which claimed leads are dialled now, and what to ask about open calls.
#include <algorithm>
#include <utility>

#include "campaign/engine.h"

namespace dialerd::campaign {
void Engine::wake(MonoTime at) { commands_.wake_at = std::min(commands_.wake_at.value_or(at), at); }

Commands Engine::tick(Now now) {
  commands_.wake_at.reset();
  for (std::size_t i = 0; i < accounts_.size(); ++i) {
    Account& account = accounts_[i];
    if (!account.owned) continue;
    dispatch(now, account);
    ask_claims(now, account);
    follow(now, account, AccountIndex{i});
    if (!account.write.empty()) {
      commands_.writes.push_back(std::exchange(account.write, Write{AccountIndex{i}, {}, {}, {}, {}}));
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

// Why the attempt must not be dialled any more: the gate, asked again, because an accepted call cannot be taken back.
std::optional<Engine::Refused> Engine::refused_now(Now now, const Account& account, Campaign& campaign,
                                                   const Attempt& attempt) const {
  Allowance allowed = std::min(account.hold_off.allowance(now.mono), campaign.hold_off.allowance(now.mono));
  if (draining_) return Refused{"not_sent:draining", now.wall};
  if (account.suspended) return Refused{"not_sent:suspended", now.wall};
  if (account.yields) return Refused{"not_sent:yielding", now.wall};
  if (campaign.wish != CampaignWish::running) {
    return Refused{"not_sent:" + std::string(to_string(campaign.wish)), now.wall};
  }
  if (!campaign.blocked.empty()) return Refused{"not_sent:" + campaign.blocked, now.wall};
  if (allowed == Allowance::none) return Refused{"not_sent:held_off", now.wall};
  if (now.mono >= attempt.send_by) return Refused{"not_sent:send_deadline", now.wall};
  Verdict verdict = campaign.gate.decide(attempt.facts, now.wall);
  if (verdict.kind == VerdictKind::open) return std::nullopt;
  // What holds or ends the lead is found again by the next claim, which says so.
  return Refused{"not_sent:" + verdict.rule, verdict.until.value_or(now.wall + std::chrono::minutes{1})};
}

void Engine::take_from_queue(Account& account, Campaign& campaign) {
  campaign.queue.pop_front();
  --account.queued;
}

// Takes the head of the campaign's queue if something can be done with it now.
bool Engine::dispatch_next(Now now, Account& account, Campaign& campaign) {
  if (campaign.queue.empty()) return false;
  AttemptId id = campaign.queue.front();
  Attempt& attempt = attempts_.at(id);

  if (auto refused = refused_now(now, account, campaign, attempt)) {
    take_from_queue(account, campaign);
    refund_permits(attempt);
    settle_without_call(now, id, attempt, AttemptState::not_placed, std::move(refused->disposition), nullptr,
                        refused->next_at);
    return true;
  }

  bool account_probes = account.hold_off.allowance(now.mono) == Allowance::one;
  bool campaign_probes = campaign.hold_off.allowance(now.mono) == Allowance::one;
  MonoTime slot = next_start(attempt);
  if ((account_probes && account.probing) || (campaign_probes && campaign.probing)) {
    wake(attempt.send_by);
    return false;
  }
  if (slot > now.mono) {
    wake(std::min(slot, attempt.send_by));
    return false;
  }
  // What is handed out leaves at once: waiting for a connection, a call would outlive the answer of its gate.
  if (account.dialing >= account.settings.connections) {
    wake(attempt.send_by);
    return false;
  }
  if (!account.requests.may_create(now.mono, account.follower.size() > 0)) {
    auto more = account.requests.next_create(now.mono, account.follower.size() > 0);
    wake(std::min(more.value_or(attempt.send_by), attempt.send_by));
    return false;
  }
  if (now.mono > attempt.verdict_at + settings_.verdict_age_max) {
    ask_recheck(now, campaign);
    wake(attempt.send_by);
    return false;
  }

  take_from_queue(account, campaign);
  ++account.dialing;
  start_permits(now.mono, attempt);
  account.requests.begin(ratelimit::RequestBudget::Kind::create);
  attempt.phase = Phase::dialing;
  if (account_probes) account.probing = attempt.probe = true;
  if (campaign_probes) campaign.probing = attempt.campaign_probe = true;
  attempt.to_number = attempt.request->to_number;
  commands_.calls.push_back(
      Call{id, AccountIndex{campaign.account}, std::move(*attempt.request), attempt.send_by, campaign.id});
  attempt.request.reset();
  return true;
}

void Engine::ask_recheck(Now now, Campaign& campaign) {
  if (campaign.rechecking) return;
  if (now.mono < campaign.next_recheck) return wake(campaign.next_recheck);
  campaign.rechecking = true;
  for (const AttemptId& queued : campaign.queue) attempts_.at(queued).rechecking = true;
  commands_.rechecks.push_back(Recheck{campaign.id, {campaign.queue.begin(), campaign.queue.end()}});
}

void Engine::follow(Now now, Account& account, AccountIndex index) {
  // The request budget may be another owner's by now, and what the answer tells could not be written.
  if (account.suspended || yielded(index)) return;
  // Creation comes first, apart from the share of the budget that following may always use.
  bool creation_waits = account.queued > 0 || account.claiming > 0 || account.requests_short;
  auto may_ask = [&] {
    if (account.requests.may_follow(now.mono, creation_waits)) return true;
    if (auto more = account.requests.next_follow(now.mono, creation_waits)) wake(*more);
    return false;
  };
  if (!account.pass) {
    auto ended_since = account.ended.ask_since(now.mono);
    if (auto pass = account.follower.pass_due(now, ended_since)) {
      if (ended_since && pass->numbers.empty()) account.ended.asked(now.mono);
      account.pass = Pass{std::move(*pass), {}, 0, false, true};
    }
  }
  if (account.pass && !account.pass->asked && may_ask()) {
    account.requests.begin(ratelimit::RequestBudget::Kind::follow);
    account.pass->asked = true;
    const Follower::Pass& of = account.pass->of;
    commands_.list_pages.push_back(ListPage{index, of.start_at_after, account.pass->cursor, of.numbers});
  }
  while (account.follower.look_up_waits() && may_ask()) {
    account.requests.begin(ratelimit::RequestBudget::Kind::follow);
    Follower::LookUp look_up = account.follower.next_look_up(now);
    commands_.look_ups.push_back(LookUp{index, look_up.attempt, std::move(look_up.call_id)});
  }
  if (auto next = account.follower.next_pass(now)) wake(*next);
}

}  // namespace dialerd::campaign
