#include "daemon/account_spread.h"

#include <algorithm>
#include <utility>

namespace dialerd::daemon {

using campaign::MonoTime;
using storage::Fleet;
using storage::SeenDaemon;
using storage::SeenLease;

SpreadPlan AccountSpread::plan(MonoTime now, const Fleet& fleet, const std::set<std::string>& held, bool accepting) {
  forgive_gap(now);
  observe(now, fleet);
  judge_given(now, fleet, held);

  std::map<std::string, const SeenLease*> free;  // null: never owned
  const Candidates all = candidates(now, fleet, held, accepting, free);
  SpreadPlan plan;
  if (!accepting) return plan;
  if (free.empty()) {
    plan_give(now, all, plan);
  } else {
    plan_takes(now, all, free, plan);
  }
  return plan;
}

void AccountSpread::kept(MonoTime now, const SpreadPlan::Give& give) {
  give_after_[give.to] = now + settings_.give_again;
}

// Whoever was silent while the database was away may have wished to speak. But each look counts for the time of a usual
// round: else looks that are always late, because the database is slow, would never find anybody silent.
void AccountSpread::forgive_gap(MonoTime now) {
  const MonoTime last = std::exchange(last_look_, now).value_or(now);
  if (now - last <= look_gap) return;
  const auto forgiven = now - last - look_round;
  for (auto& [name, daemon] : daemons_) daemon.changed += forgiven;
  for (auto& [account, lease] : leases_) lease.changed += forgiven;
  for (auto& [account, since] : free_since_) since += forgiven;
}

void AccountSpread::observe(MonoTime now, const Fleet& fleet) {
  std::map<std::string, Daemon> daemons;
  for (const SeenDaemon& seen : fleet.daemons) {
    Daemon daemon{seen.beat, now, seen.fresh};
    if (auto known = daemons_.find(seen.owner); known != daemons_.end()) {
      const bool spoke = known->second.beat != seen.beat;
      if (!spoke) daemon.changed = known->second.changed;
      daemon.alive = spoke || (known->second.alive && now - daemon.changed < settings_.alive_for);
    }
    daemons.emplace(seen.owner, daemon);
  }
  daemons_ = std::move(daemons);

  for (const SeenLease& seen : fleet.leases) {
    auto [known, first] = leases_.try_emplace(seen.account, Lease{seen.epoch, seen.stamp, now});
    if (!first && (known->second.epoch != seen.epoch || known->second.stamp != seen.stamp)) {
      known->second = {seen.epoch, seen.stamp, now};
    }
  }

  std::set<std::string> living;
  for (const SeenDaemon& seen : fleet.daemons) {
    if (daemons_.at(seen.owner).alive && seen.accepting) living.insert(seen.owner);
  }
  if (living != living_) {
    living_ = std::move(living);
    living_since_ = now;
  }
}

bool AccountSpread::silent(MonoTime now, const SeenLease& lease) const {
  return now - leases_.at(lease.account).changed > lease.lease + silence_margin;
}

// Who may have accounts, and what is free: every account of the living that no lease protects.
AccountSpread::Candidates AccountSpread::candidates(MonoTime now, const Fleet& fleet, const std::set<std::string>& held,
                                                    bool accepting, std::map<std::string, const SeenLease*>& free) {
  Candidates all;
  for (const SeenDaemon& seen : fleet.daemons) {
    if (living_.contains(seen.owner)) all[seen.owner].accounts = {seen.accounts.begin(), seen.accounts.end()};
  }
  if (accepting) {
    all[settings_.self].accounts = {settings_.accounts.begin(), settings_.accounts.end()};
    all[settings_.self].owned = held;
  } else {
    all.erase(settings_.self);
  }

  for (const auto& [name, candidate] : all) {
    for (const std::string& account : candidate.accounts) free.emplace(account, nullptr);
  }
  for (const std::string& account : held) free.erase(account);
  for (const SeenLease& lease : fleet.leases) {
    if (held.contains(lease.account)) continue;
    const bool mine = lease.owner == settings_.self;  // taken, and the answer was lost
    if (mine || lease.released || lease.ran_out || silent(now, lease)) {
      if (auto found = free.find(lease.account); found != free.end()) found->second = &lease;
      continue;
    }
    free.erase(lease.account);
    if (auto owner = all.find(lease.owner); owner != all.end()) owner->second.owned.insert(lease.account);
  }

  std::erase_if(free_since_, [&](const auto& entry) { return !free.contains(entry.first); });
  for (const auto& [account, lease] : free) free_since_.try_emplace(account, now);
  return all;
}

void AccountSpread::plan_takes(MonoTime now, const Candidates& all, const std::map<std::string, const SeenLease*>& free,
                               SpreadPlan& plan) {
  std::map<std::string, std::size_t> count;
  for (const auto& [name, candidate] : all) count[name] = candidate.owned.size();

  for (const auto& [account, lease] : free) {
    // An owner that lives only failed to renew in time, or the database's clock went ahead: it will be back.
    const Candidate* last = nullptr;
    const std::string* taker = nullptr;
    if (lease != nullptr && !lease->released) {
      if (auto owner = all.find(lease->owner); owner != all.end() && owner->second.accounts.contains(account)) {
        last = &owner->second;
        taker = &owner->first;
      }
    }
    if (last == nullptr) {
      for (const auto& [name, candidate] : all) {
        if (!candidate.accounts.contains(account)) continue;
        if (taker == nullptr || count.at(name) < count.at(*taker)) taker = &name;
      }
    }
    if (taker == nullptr) continue;
    ++count.at(*taker);

    const bool configured = all.at(settings_.self).accounts.contains(account);
    const bool waited = now - free_since_.at(account) >= settings_.patience;
    if (!configured || (*taker != settings_.self && !waited)) continue;
    const bool is_silent = lease != nullptr && !lease->ran_out && !lease->released;
    plan.take.push_back({account, is_silent ? std::optional(*lease) : std::nullopt});
  }
}

// The one move that all daemons agree on; nothing, unless it is this daemon's.
void AccountSpread::plan_give(MonoTime now, const Candidates& all, SpreadPlan& plan) const {
  if (now - living_since_ < settings_.settle) return;
  std::size_t difference = 1;
  const std::string* from = nullptr;
  std::optional<SpreadPlan::Give> best;
  for (const auto& [giver, has] : all) {
    for (const auto& [receiver, wants] : all) {
      if (has.owned.size() < wants.owned.size() + 2 || has.owned.size() - wants.owned.size() <= difference) continue;
      if (auto after = give_after_.find(receiver); after != give_after_.end() && now < after->second) continue;
      const auto account = std::find_if(has.owned.begin(), has.owned.end(),
                                        [&](const std::string& one) { return wants.accounts.contains(one); });
      if (account == has.owned.end()) continue;
      difference = has.owned.size() - wants.owned.size();
      from = &giver;
      best = SpreadPlan::Give{*account, receiver};
    }
  }
  if (from != nullptr && *from == settings_.self) plan.give = best;
}

void AccountSpread::judge_given(MonoTime now, const Fleet& fleet, const std::set<std::string>& held) {
  for (const SeenLease& lease : fleet.leases) {
    auto given = given_.find(lease.account);
    if (given == given_.end()) continue;
    if (held.contains(lease.account)) {
      // It came back, because nobody took it.
      give_after_[given->second] = now + settings_.give_again;
      given_.erase(given);
    } else if (!lease.released && lease.owner != settings_.self) {
      given_.erase(given);
    }
  }
}

}  // namespace dialerd::daemon
