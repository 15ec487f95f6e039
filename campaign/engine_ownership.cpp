// What the engine knows when an account becomes ours, rebuilt from its history, and what it forgets when it is no
// longer.
#include <algorithm>
#include <utility>

#include "campaign/engine.h"

namespace dialerd::campaign {
namespace {

// The monotonic moment of a past wall time.
MonoTime mono_of(Now now, WallTime at) { return now.mono - std::max(now.wall - at, WallTime::duration::zero()); }

}  // namespace

void Engine::count_late(MonoTime now, Attempt& attempt) {
  if (!std::exchange(attempt.uncounted, false)) return;
  account_of(attempt).limits.answered(now);
  campaigns_[attempt.campaign].limits.answered(now);
}

void Engine::gained(Now now, AccountIndex index, const AccountHistory& history) {
  lost(index);
  Account& account = accounts_[static_cast<std::size_t>(index)];
  account.owned = true;
  account.write.account = index;

  // When the last owner started its last call is not recorded: perhaps just now.
  account.limits.start(now.mono);
  for (std::size_t i : account.campaigns) campaigns_[i].limits.start(now.mono);

  for (const CallCount& count : history.counts) {
    MonoTime at = mono_of(now, count.until);
    account.limits.restore_counted(now.mono, at, count.calls);
    if (Campaign* campaign = campaign_of(count.campaign)) campaign->limits.restore_counted(now.mono, at, count.calls);
  }
  for (const OpenAttempt& open : history.open) {
    Campaign* campaign = campaign_of(open.campaign);
    // A POST that left just before its process ended may be counted by the provider even after this moment.
    bool uncounted = !open.answered && campaign != nullptr;
    for (ratelimit::LimitNode* node : {&account.limits, campaign != nullptr ? &campaign->limits : nullptr}) {
      if (node == nullptr) continue;
      node->restore_open(1);
      if (uncounted) {
        node->restore_unanswered(1);
      } else {
        node->restore_counted(now.mono, open.answered ? mono_of(now, *open.answered) : now.mono, 1);
      }
    }
    // A campaign that is not configured any more: its calls keep their slots of the account, and are left to a daemon
    // that knows the campaign's policy.
    if (campaign == nullptr) continue;
    ++campaign->open;

    Attempt& attempt = attempts_[open.attempt];
    attempt.campaign = campaign_index_.at(static_cast<std::int64_t>(open.campaign));
    attempt.lead = open.lead;
    attempt.attempts_before = open.attempts;
    attempt.reason_counts = open.reason_counts;
    attempt.call_id = open.call_id;
    attempt.uncounted = uncounted;
    if (open.state == AttemptState::in_progress && !open.call_id.empty()) {
      attempt.phase = Phase::open;
      account.follower.open(now, open.attempt, open.call_id);
      continue;
    }
    attempt.phase = Phase::doubt;
    // A POST that left just before its process ended may still be on its way to an answer.
    bool sent_lately = open.state == AttemptState::dialing;
    account.follower.doubt(now.mono + (sent_lately ? settings_.follow.answer_max : std::chrono::milliseconds{0}),
                           open.attempt);
    if (sent_lately) {
      CreateAnswer answer;
      answer.detail = "the daemon stopped before an answer was recorded";
      record(now, open.attempt, attempt, AttemptState::unknown, answer);
    }
  }
}

void Engine::lost(AccountIndex index) {
  Account& account = accounts_[static_cast<std::size_t>(index)];
  std::erase_if(attempts_, [&](const auto& entry) {
    return campaigns_[entry.second.campaign].account == static_cast<std::size_t>(index);
  });
  for (std::size_t i : account.campaigns) {
    Campaign& campaign = campaigns_[i];
    campaign.limits = ratelimit::LimitNode(campaign.node_limits);
    campaign.hold_off = HoldOff();
    campaign.probing = false;
    campaign.nothing_ready = false;
    campaign.claim.reset();
    campaign.queue.clear();
    campaign.open = 0;
    campaign.next_claim = MonoTime::min();
  }
  auto campaigns = std::move(account.campaigns);
  account = Account(account.settings);
  account.follower = Follower(settings_.follow);
  account.campaigns = std::move(campaigns);
}

void Engine::suspend(AccountIndex account, bool suspended) {
  accounts_[static_cast<std::size_t>(account)].suspended = suspended;
}

}  // namespace dialerd::campaign
