// What the engine knows when an account becomes ours, rebuilt from its history, and what it forgets when it is no
// longer.
#include <algorithm>
#include <cassert>
#include <utility>

#include "campaign/engine.h"

namespace dialerd::campaign {
void Engine::count_late(MonoTime now, Attempt& attempt) {
  if (!std::exchange(attempt.uncounted, false)) return;
  count_permits(now, attempt);
}

void Engine::gained(Now now, AccountIndex index, const AccountHistory& history) {
  lost(index);
  Account& account = accounts_[static_cast<std::size_t>(index)];
  account.owned = true;
  account.write.account = index;
  account.follower.clock_stepped(history.clock_moved);

  for (std::size_t i : account.campaigns) {
    // What was read before may be from the time of another owner.
    campaigns_[i].clocks = {std::string()};
    campaigns_[i].clocks_grew = now.mono;
  }
  restore_counts(now, account, history.counts);
  restore_requests(now, account, history.requests);
  for (const OpenAttempt& open : history.open) {
    Campaign* campaign = campaign_of(open.campaign);
    bool in_progress = open.state == AttemptState::in_progress && !open.call_id.empty();
    // A POST that left just before its process ended may be counted by the provider even after this moment.
    bool uncounted = campaign != nullptr && !in_progress && (!open.answered || *open.answered > now.wall);
    restore_permits(now, account, open, uncounted, callers_of(account, campaign, open.from_number));
    // A campaign that is not configured any more: its calls keep their slots of the account, and are left to a daemon
    // that knows the campaign's policy.
    if (campaign == nullptr) continue;
    ++campaign->open;

    Attempt& attempt = attempts_[open.attempt];
    attempt.campaign = campaign_index_.at(static_cast<std::int64_t>(open.campaign));
    attempt.lead = open.lead;
    attempt.facts = open.facts;
    attempt.to_number = open.to_number;
    attempt.from_number = open.from_number;
    attempt.caller = account.callers.index_of(open.from_number);
    attempt.any_caller = !attempt.caller && open.from_number.empty();
    attempt.call_id = open.call_id;
    attempt.uncounted = uncounted;
    if (in_progress) {
      attempt.phase = Phase::open;
      account.follower.open(now, open.attempt, open.call_id, open.to_number);
      continue;
    }
    attempt.phase = Phase::doubt;
    // A POST that left just before its process ended may still be on its way: until then, and not until now, its answer
    // was waited for.
    bool sent_lately = open.state == AttemptState::dialing;
    // Never longer from now, whatever steps of the clock make of the time that was recorded.
    WallTime longest = now.wall + account.follow.answer_max;
    WallTime waited_until = sent_lately ? longest : std::min(open.answered.value_or(now.wall), longest);
    account.follower.doubt(now.mono + std::max(waited_until - now.wall, WallTime::duration::zero()), open.attempt,
                           open.to_number);
    if (sent_lately) {
      CreateAnswer answer;
      answer.detail = "the daemon stopped before an answer was recorded";
      record({now.mono, waited_until}, open.attempt, attempt, AttemptState::unknown, answer);
    }
  }
  restore_ended(now, account, history.ended);
}

// As old as they are: they are looked for no longer than if their owner had stayed.
void Engine::restore_ended(Now now, Account& account, std::vector<EndedCall> calls) {
  std::sort(calls.begin(), calls.end(), [](const auto& a, const auto& b) { return a.settled < b.settled; });
  for (const EndedCall& ended : calls) {
    const auto age = std::max(now.wall - ended.settled, WallTime::duration::zero());
    account.ended.add(now.mono - age, ended.attempt, ended.call_status, ended.disposition, EndedCalls::Kind::connected);
  }
}

void Engine::lost(AccountIndex index) {
  Account& account = accounts_[static_cast<std::size_t>(index)];
  std::erase_if(attempts_, [&](const auto& entry) {
    return campaigns_[entry.second.campaign].account == static_cast<std::size_t>(index);
  });
  for (std::size_t i : account.campaigns) {
    Campaign& campaign = campaigns_[i];
    campaign.node = LimitedNode(campaign.limits_config);
    campaign.hold_off = HoldOff();
    campaign.probing = false;
    campaign.rechecking = false;
    campaign.next_recheck = MonoTime::min();
    campaign.blocked.clear();
    if (campaign.pace) campaign.pace.emplace();
    campaign.nothing_ready = false;
    campaign.claim.reset();
    campaign.queue.clear();
    campaign.open = 0;
    campaign.next_claim = MonoTime::min();
  }
  // As new, apart from which campaigns it has and their shares.
  Account fresh(account.settings, account.follow);
  fresh.campaigns = std::move(account.campaigns);
  fresh.shares = std::move(account.shares);
  fresh.pools = std::move(account.pools);
  for (NumberPool& pool : fresh.pools) pool.claiming = 0;
  fresh.callers = std::move(account.callers);
  fresh.callers.reset();
  account = std::move(fresh);
}

void Engine::suspend(AccountIndex account, bool suspended) {
  accounts_[static_cast<std::size_t>(account)].suspended = suspended;
}

void Engine::yield(AccountIndex account, bool yields) { accounts_[static_cast<std::size_t>(account)].yields = yields; }

bool Engine::yielded(AccountIndex index) const {
  const Account& account = accounts_[static_cast<std::size_t>(index)];
  return account.yields && at_rest(account);
}

bool Engine::quiet(AccountIndex index) const {
  return yielded(index) && accounts_[static_cast<std::size_t>(index)].requests.under_way() == 0;
}

void Engine::configure(AccountIndex index, const AccountConfiguration& configuration) {
  const auto place = static_cast<std::size_t>(index);
  if (place == accounts_.size()) accounts_.emplace_back(configuration.account, configuration.follow);
  assert(place < accounts_.size() && !accounts_[place].owned);
  lost(index);
  const Account before = std::exchange(accounts_[place], Account(configuration.account, configuration.follow));
  Account& account = accounts_[place];
  // Of a POST that left before, the answer may still take as long as it might have then.
  account.follow.answer_max = std::max(account.follow.answer_max, before.follow.answer_max);

  for (const CampaignSettings& from : configuration.campaigns) {
    assert(from.account == index);
    auto [entry, added] = campaign_index_.try_emplace(static_cast<std::int64_t>(from.id), campaigns_.size());
    if (added) {
      campaigns_.emplace_back(from);
    } else {
      Campaign& campaign = campaigns_[entry->second];
      const CampaignWish wish = campaign.wish;
      campaign = Campaign(from);
      campaign.wish = wish;
    }
    add_campaign(account, entry->second);
  }
  for (std::size_t i : before.campaigns) {
    if (std::find(account.campaigns.begin(), account.campaigns.end(), i) != account.campaigns.end()) continue;
    campaigns_[i].retiring = true;
    add_campaign(account, i);
  }
  make_pools(account);
}

}  // namespace dialerd::campaign
