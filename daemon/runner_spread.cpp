// Who owns which account: this daemon's heartbeat, taking accounts over, and handing them to others.
#include <algorithm>
#include <chrono>
#include <set>
#include <utility>

#include <boost/asio/post.hpp>
#include <unistd.h>

#include "daemon/boot_time.h"
#include "daemon/log.h"
#include "daemon/metrics/metrics.h"
#include "daemon/process_name.h"
#include "daemon/runner.h"

namespace dialerd::daemon {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using storage::ErrorKind;

constexpr seconds hand_over_max{60};
constexpr milliseconds clock_reading_slow{500};
constexpr int clock_readings_max = 3;

struct ClockReading {
  campaign::WallTime database{};
  campaign::MonoTime asked{};
  campaign::MonoTime answered{};

  storage::ClockMark mark() const {
    campaign::MonoTime middle = asked + (answered - asked) / 2;
    return {boot_id(), std::chrono::duration_cast<milliseconds>(middle.time_since_epoch()), database};
  }
};

struct Gain {
  storage::Ownership ownership;
  campaign::AccountHistory history;
  storage::ClockMark mark;                // that steps are measured from now on
  std::vector<storage::ClockStep> steps;  // that its last owner did not record
  ClockReading clock;
  campaign::MonoTime renewal_asked{};
};

storage::Result<ClockReading> read_clock(storage::Session& session) {
  ClockReading reading;
  for (int i = 0; i < clock_readings_max; ++i) {
    reading.asked = boot_time();
    auto time = session.database_time();
    if (!time) return time.error();
    reading.database = *time;
    reading.answered = boot_time();
    if (reading.answered - reading.asked <= clock_reading_slow) break;
  }
  return reading;
}

// The steps of the database's clock that are not on record for the account, now that it is ours. On the last owner's
// machine its mark tells them all; on another one, those count that this process saw itself while it stood by.
storage::Result<std::vector<storage::ClockStep>> missing_steps(storage::Session& session, const std::string& account,
                                                               const storage::ClockMark& left,
                                                               const storage::ClockMark& now,
                                                               const std::vector<storage::ClockStep>& seen) {
  if (left.boot_id == now.boot_id) {
    const auto step = storage::step_between(left, now);
    return step ? std::vector{*step} : std::vector<storage::ClockStep>{};
  }
  if (left.boot_id.empty() || seen.empty()) return std::vector<storage::ClockStep>{};
  auto recorded = session.clock_steps(account);
  if (!recorded) return recorded.error();
  return storage::not_recorded(seen, std::move(*recorded));
}

struct Taking {
  std::string account;
  std::optional<storage::SeenLease> silent;
  std::vector<storage::ClockStep> seen_steps;
  seconds details_for{};
};

storage::Result<Gain> acquire(storage::Session& session, const Taking& taking, const std::string& owner, seconds lease,
                              milliseconds statement_timeout) {
  const std::string& account = taking.account;
  Gain gain;
  // Long enough for the history to be read, during which nobody renews.
  const auto first_lease = std::max<milliseconds>(lease, 2 * statement_timeout);
  auto ownership = session.acquire(account, owner, first_lease, taking.silent);
  if (!ownership) return ownership.error();
  gain.ownership = *ownership;

  // A step of the database's clock that nobody saw is on record before the history is read, which depends on it.
  auto left = session.clock_mark(account);
  if (!left) return left.error();
  auto before = read_clock(session);
  if (!before) return before.error();
  const storage::ClockMark now = before->mark();
  auto steps = missing_steps(session, account, *left, now, taking.seen_steps);
  if (!steps) return steps.error();
  gain.steps = *steps;
  gain.mark = left->boot_id == now.boot_id && gain.steps.empty() ? *left : now;
  const storage::ClockRecord record{gain.mark, std::move(*steps), owner};
  if (auto recorded = session.renew(gain.ownership, first_lease, record); !recorded) return recorded.error();

  // Read after the ownership is ours: from then on nobody else adds to it.
  auto history = session.history(account, taking.details_for);
  if (!history) return history.error();
  gain.history = std::move(*history);
  auto clock = read_clock(session);
  if (!clock) return clock.error();
  gain.clock = *clock;
  gain.renewal_asked = boot_time();
  auto renewed = session.renew(gain.ownership, lease);
  if (!renewed) return renewed.error();
  return gain;
}

}  // namespace

void Runner::beat() {
  if (std::exchange(heartbeat_under_way_, true)) return;
  storage::DaemonCard card{owner_, {}, !draining_, host_name(), getpid(), DIALERD_VERSION, settings_.campaign_ids};
  for (const auto& account : accounts_) {
    if (account->configured) card.accounts.push_back(account->name());
  }
  ownership_thread_.post([this, card = std::move(card)](StorageThread&, storage::Session& session) {
    auto fleet = session.heartbeat(card, std::max<milliseconds>(seconds{2}, milliseconds{settings_.daemon.lease} / 2));
    boost::asio::post(io_, [this, fleet = std::move(fleet)] {
      heartbeat_under_way_ = false;
      if (!fleet) return storage_failed(fleet.error(), StorageUse::ownership);
      storage_worked(StorageUse::ownership);
      apply(*fleet);
    });
  });
}

void Runner::apply(const storage::Fleet& fleet) {
  const std::vector<std::string> owned = owned_accounts();
  const std::set<std::string> held(owned.begin(), owned.end());
  const SpreadPlan plan = spread_.plan(boot_time(), fleet, held, !draining_ && !finishing_);

  for (auto& account : accounts_) {
    if (account->ownership()) continue;
    auto lease = std::find_if(fleet.leases.begin(), fleet.leases.end(),
                              [&](const auto& one) { return one.account == account->name(); });
    const bool held_elsewhere = lease != fleet.leases.end() && !lease->ran_out && lease->owner != owner_;
    const std::string owner = held_elsewhere ? lease->owner : std::string();
    if (owner != account->owned_by && !owner.empty()) {
      log::info("account " + account->name() + ": standing by: owned by " + owner, {.account = account->name()});
    }
    account->owned_by = owner;
  }
  for (const SpreadPlan::Take& one : plan.take) {
    AccountLink* account = account_called(one.account);
    if (account == nullptr || account->ownership() || account->ownership_request_under_way) continue;
    take(*account, one.silent);
  }
  if (plan.give && !hand_over_) begin_hand_over(*plan.give);
  release_unconfigured(fleet);
  if (settings_.until_done) schedule_tick();
}

void Runner::take(AccountLink& account, const std::optional<storage::SeenLease>& silent,
                  const std::optional<SpentRequests>& spent) {
  account.ownership_request_under_way = true;
  ++takings_under_way_;
  if (silent) {
    log::warning("account " + account.name() + ": its owner " + silent->owner +
                     " is silent, though by the database's clock its lease goes on",
                 {.account = account.name()});
  }
  takeover_thread_.post([this, &account,
                         taking = Taking{account.name(), silent, seen_steps_, settings_.daemon.follow.details_for},
                         spent](StorageThread&, storage::Session& session) {
    auto gain = acquire(session, taking, owner_, settings_.daemon.lease, settings_.daemon.database.statement_timeout);
    boost::asio::post(io_, [this, &account, spent, gain = std::move(gain)]() mutable {
      account.ownership_request_under_way = false;
      --takings_under_way_;
      schedule_tick();
      if (!gain) {
        stop_when_released();
        if (gain.error().kind == ErrorKind::not_owner) {
          log::debug("account " + account.name() + ": not taken: " + gain.error().message);
        } else {
          storage_failed(gain.error(), StorageUse::ownership);
        }
        return;
      }
      if (draining_) {
        // Too late to do anything with it.
        ++releases_under_way_;
        ownership_thread_.post([this, ownership = gain->ownership](StorageThread&, storage::Session& one) {
          (void)one.release(ownership);
          boost::asio::post(io_, [this] { release_ended(); });
        });
        return;
      }
      storage_worked(StorageUse::ownership);
      account.gained(gain->ownership, gain->renewal_asked + settings_.daemon.lease);
      metrics_->ownership_gained(account.name());
      account.next_ownership_request = boot_time() + renewal_interval();
      account.clock_record.mark = gain->mark;
      account.clock_record.found_by = owner_;
      sync_clock(gain->clock.database, gain->clock.asked, gain->clock.answered);
      // What this daemon itself has sent it knows better than what it told the database last. By a clock that was set
      // meanwhile it does not.
      if (spent) gain->history.requests = gain->steps.empty() ? spent->known : std::nullopt;
      engine_.gained(clock_.now(), account.index(), gain->history);
      for (const storage::ClockStep& step : gain->steps) {
        engine_.clock_stepped(clock_.now(), account.index(), step.by);
        log::warning("account " + account.name() + ": the database's clock was set by " +
                         std::to_string(step.by.count()) + " ms since its last owner looked",
                     {.message = &log::message::clock_stepped, .account = account.name()});
      }
      campaign::AccountSnapshot snapshot = engine_.snapshot(account.index());
      log::info("account " + account.name() + ": owned, epoch " + std::to_string(gain->ownership.epoch) + ", " +
                    std::to_string(gain->history.open.size()) + " calls open from before, of them " +
                    std::to_string(snapshot.doubts) + " in doubt",
                {.message = &log::message::ownership_gained, .account = account.name()});
      if (static_cast<std::size_t>(snapshot.open + snapshot.doubts) < gain->history.open.size()) {
        log::warning("account " + account.name() + ": some open calls belong to campaigns that are not configured; " +
                         "their outcomes are not recorded until these campaigns are configured again",
                     {.account = account.name()});
      }
      schedule_tick();
    });
  });
}

void Runner::begin_hand_over(const SpreadPlan::Give& give) {
  AccountLink* account = account_called(give.account);
  if (account == nullptr || changes_.contains(static_cast<std::size_t>(account->index()))) return;
  log::info("account " + give.account +
                (give.to.empty() ? ": releasing it: it is not configured any more"
                                 : ": handing it over to " + give.to + ", which owns fewer"),
            {.account = give.account});
  engine_.yield(account->index(), true);
  hand_over_ = HandOver{account, account->generation(), give, boot_time() + hand_over_max, false};
  schedule_tick();
}

// An account that is not configured any more is released as soon as another daemon can have it, or nothing of it is
// open.
void Runner::release_unconfigured(const storage::Fleet& fleet) {
  if (hand_over_ || draining_) return;
  for (const auto& account : accounts_) {
    if (account->configured || !account->ownership()) continue;
    const bool wanted = std::any_of(fleet.daemons.begin(), fleet.daemons.end(), [&](const storage::SeenDaemon& daemon) {
      return daemon.owner != owner_ && daemon.fresh && daemon.accepting &&
             std::find(daemon.accounts.begin(), daemon.accounts.end(), account->name()) != daemon.accounts.end();
    });
    if (wanted || engine_.exhausted(account->index())) return begin_hand_over({account->name(), {}});
  }
}

// Asked with every tick, because each may have brought the account to rest.
void Runner::continue_hand_over() {
  if (!hand_over_ || hand_over_->releasing) return;
  AccountLink& account = *hand_over_->account;
  if (account.generation() != hand_over_->generation || draining_) {
    hand_over_.reset();  // lost anyway, or given up with all others
    return;
  }
  if (boot_time() >= hand_over_->give_up) return end_hand_over(false);
  // A renewal that is under way must not come after the release.
  if (!engine_.yielded(account.index()) || account.writes_pending() || account.ownership_request_under_way) return;
  hand_over_->releasing = true;
  // From now on it may be another's: nothing is asked any more until a renewal says that it is not.
  account.renewed(boot_time());
  account.ownership_request_under_way = true;
  ownership_thread_.post(
      [this, ownership = *account.ownership(), requests = engine_.requests_spent(clock_.now(), account.index())](
          StorageThread&, storage::Session& session) {
        auto released = session.release(ownership, requests);
        boost::asio::post(io_, [this, released = std::move(released)] {
          hand_over_->account->ownership_request_under_way = false;
          if (!released) log::warning("handing an account over: " + released.error().message);
          // Whether a release whose answer was lost has happened, the next renewal tells.
          if (hand_over_->account->generation() == hand_over_->generation) end_hand_over(released.has_value());
          hand_over_.reset();
          schedule_tick();
        });
      });
}

void Runner::end_hand_over(bool released) {
  AccountLink& account = *hand_over_->account;
  if (released) {
    if (!hand_over_->give.to.empty()) spread_.gave(hand_over_->give);
    engine_.lost(account.index());
    account.lost();
    log::info("account " + account.name() + ": handed over",
              {.message = &log::message::ownership_handed_over, .account = account.name()});
  } else {
    if (!hand_over_->give.to.empty()) spread_.kept(boot_time(), hand_over_->give);
    engine_.yield(account.index(), changes_.contains(static_cast<std::size_t>(account.index())));
    log::warning("account " + account.name() + ": kept, because it did not come to rest or could not be released",
                 {.account = account.name()});
  }
  hand_over_.reset();
}

bool Runner::nothing_left() const {
  bool owns_any = false;
  for (const auto& account : accounts_) {
    owns_any = owns_any || account->ownership();
    if (!engine_.exhausted(account->index()) && (account->ownership() || account->owned_by.empty())) return false;
  }
  return owns_any;
}

Readiness Runner::readiness() const {
  ReadinessFacts facts;
  facts.draining = draining_;
  facts.storage_failure = storage_health_.failure();
  if (facts.storage_failure.empty() && progress_.database_silent()) facts.storage_failure = "it does not answer";
  for (const auto& account : accounts_) {
    if (account->ownership()) {
      const bool suspended = boot_time() >= account->lease_until() - lease_margin();
      (suspended ? facts.suspended : facts.owned).push_back(account->name());
    } else {
      (account->owned_by.empty() ? facts.unowned : facts.elsewhere).push_back(account->name());
    }
  }
  return readiness_of(facts);
}

}  // namespace dialerd::daemon
