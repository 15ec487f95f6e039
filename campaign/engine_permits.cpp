// The permits of an attempt: on each node of its path alike, taken and given back together.
#include <algorithm>

#include "campaign/engine.h"

namespace dialerd::campaign {
namespace {

// The monotonic moment of a past wall time.
MonoTime mono_of(Now now, WallTime at) { return now.mono - std::max(now.wall - at, WallTime::duration::zero()); }

}  // namespace

std::span<const std::size_t> Engine::callers_of(const Attempt& attempt) const {
  if (attempt.caller) return {&*attempt.caller, 1};
  if (attempt.any_caller) return campaigns_[attempt.campaign].callers;
  return {};
}

// A number that was not recorded may have been any of the campaign's.
std::vector<std::size_t> Engine::callers_of(const Account& account, const Campaign* campaign,
                                            const std::string& number) const {
  if (auto caller = account.callers.index_of(number)) return {*caller};
  return number.empty() && campaign != nullptr ? campaign->callers : std::vector<std::size_t>{};
}

template <typename Act>
void Engine::each_node(const Attempt& attempt, Act act) {
  Campaign& campaign = campaigns_[attempt.campaign];
  Account& account = accounts_[campaign.account];
  act(account.node.limits);
  act(campaign.node.limits);
  for (std::size_t caller : callers_of(attempt)) act(account.callers.node(caller));
}

void Engine::start_permits(MonoTime now, const Attempt& attempt) {
  each_node(attempt, [now](ratelimit::LimitNode& node) { node.start(now); });
  if (auto& pace = campaigns_[attempt.campaign].pace) pace->started(now);
}

void Engine::count_permits(MonoTime now, const Attempt& attempt) {
  each_node(attempt, [now](ratelimit::LimitNode& node) { node.answered(now); });
}

void Engine::refund_permits(const Attempt& attempt) {
  each_node(attempt, [](ratelimit::LimitNode& node) { node.refund(); });
  auto& pace = campaigns_[attempt.campaign].pace;
  if (pace && attempt.phase == Phase::dialing) pace->refund();
}

void Engine::finish_permits(const Attempt& attempt) {
  each_node(attempt, [](ratelimit::LimitNode& node) { node.finish(); });
}

void Engine::restore_permits(Now now, Account& account, const OpenAttempt& open, bool uncounted,
                             std::span<const std::size_t> callers) {
  MonoTime counted_at = open.answered ? mono_of(now, *open.answered) : now.mono;
  auto restore = [&](ratelimit::LimitNode& node) {
    node.restore_open(1);
    if (uncounted) {
      node.restore_unanswered(1);
    } else {
      node.restore_counted(now.mono, counted_at, 1);
    }
  };
  restore(account.node.limits);
  if (Campaign* campaign = campaign_of(open.campaign)) restore(campaign->node.limits);
  for (std::size_t caller : callers) {
    restore(account.callers.node(caller));
    account.callers.restore_uses(caller, counted_at, 1);
  }
}

void Engine::restore_counts(Now now, Account& account, const std::vector<CallCount>& counts) {
  // The running calendar periods first: what was counted before them is not theirs.
  account.node.advance(now);
  for (std::size_t i : account.campaigns) campaigns_[i].node.advance(now);
  // When the last owner started its last call is not recorded: perhaps just now.
  account.node.limits.restore_started(now.mono);
  for (std::size_t i : account.campaigns) campaigns_[i].node.limits.restore_started(now.mono);
  account.callers.started_all(now.mono);

  for (const CallCount& count : counts) {
    MonoTime at = mono_of(now, count.until);
    account.node.limits.restore_counted(now.mono, at, count.calls);
    Campaign* campaign = campaign_of(count.campaign);
    for (std::size_t caller : callers_of(account, campaign, count.from_number)) {
      account.callers.node(caller).restore_counted(now.mono, at, count.calls);
      account.callers.restore_uses(caller, at, count.calls);
    }
    if (campaign == nullptr) continue;
    campaign->node.limits.restore_counted(now.mono, at, count.calls);
    int day = campaign->gate.local_day_number("", count.until);
    if (campaign->pace && day == campaign->gate.local_day_number("", now.wall))
      campaign->pace->restore(day, count.calls);
  }
}

void Engine::restore_requests(Now now, Account& account, const std::optional<RequestHistory>& history) {
  if (!history) return account.requests.restore(now.mono);
  auto mono_at = [&](WallTime at) { return mono_of(now, std::min(at, now.wall)); };
  std::vector<ratelimit::RequestBudget::Spent> spent;
  for (const RequestHistory::Spent& one : history->spent) spent.push_back({mono_at(one.until), one.requests});
  account.requests.restore(now.mono, spent, mono_at(history->told_at), mono_at(history->sent_until));
}

RequestHistory Engine::requests_spent(Now now, AccountIndex index) {
  RequestHistory history;
  for (const auto& one : accounts_[static_cast<std::size_t>(index)].requests.spent(now.mono)) {
    auto ago = std::chrono::ceil<std::chrono::milliseconds>(one.until - now.mono);
    history.spent.push_back({now.wall + ago, one.requests});
  }
  history.told_at = history.sent_until = now.wall;
  return history;
}

MonoTime Engine::next_start(const Attempt& attempt) {
  MonoTime slot = MonoTime::min();
  each_node(attempt, [&](const ratelimit::LimitNode& node) { slot = std::max(slot, node.next_start()); });
  return slot;
}

}  // namespace dialerd::campaign
