// Which accounts this daemon takes and which it hands over, so that the daemons of one database share them evenly and
// no account is without an owner. Pure: time is an argument.
//
// Every daemon decides for itself, each second, from what it read with its heartbeat. There is no leader: they apply
// the same rules to the same rows, and where two of them disagree for a moment, the database's fence lets one of them
// have the account.
//
// A free account goes to the living daemon with the fewest accounts. Others leave it alone for `patience`, then take
// it, whoever it was meant for: evenness never leaves an account without an owner.
//
// With nothing free, and the same daemons for `settle`: if one has at least two accounts more than another that could
// have one of them, the one with the largest difference hands one over. Each such move makes the differences smaller,
// so the moves come to an end.
//
// Alive is a daemon whose heartbeat has changed lately by this process's own monotonic clock, and so is a lease: the
// database's clock decides only on the first look. Silence while this daemon could not look itself counts for nothing.
// One thread.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "campaign/time.h"
#include "storage/fleet.h"

namespace dialerd::daemon {

struct SpreadSettings {
  std::string self;
  std::vector<std::string> accounts;          // that this daemon is configured for
  std::chrono::milliseconds patience{3333};   // a free account is left to another daemon for this long
  std::chrono::milliseconds alive_for{5000};  // without a new heartbeat
  std::chrono::milliseconds settle{3000};
  std::chrono::milliseconds give_again{10 * 60 * 1000};  // after a move that came to nothing
};

struct SpreadPlan {
  struct Take {
    std::string account;
    std::optional<storage::SeenLease> silent;  // for Session::acquire
  };
  struct Give {
    std::string account;
    std::string to;
  };
  std::vector<Take> take;
  std::optional<Give> give;
};

class AccountSpread {
 public:
  // A look that comes so late was preceded by a time without any.
  static constexpr std::chrono::milliseconds look_gap{3000};
  static constexpr std::chrono::milliseconds look_round{1000};
  // A lease is silent when it has not changed for so much longer than it is.
  static constexpr std::chrono::milliseconds silence_margin{1000};

  explicit AccountSpread(SpreadSettings settings) : settings_(std::move(settings)) {}

  // This daemon is configured for these from now on.
  void set_accounts(std::vector<std::string> accounts) { settings_.accounts = std::move(accounts); }

  // `held`: what this daemon owns, by its own knowledge. `accepting`: it is not stopping.
  SpreadPlan plan(campaign::MonoTime now, const storage::Fleet& fleet, const std::set<std::string>& held,
                  bool accepting);
  // A move that was planned was carried out: the account was released for that daemon.
  void gave(const SpreadPlan::Give& give) { given_[give.account] = give.to; }
  // It was not: the account could not be brought to rest.
  void kept(campaign::MonoTime now, const SpreadPlan::Give& give);

 private:
  struct Daemon {
    std::int64_t beat = 0;
    campaign::MonoTime changed{};
    bool alive = false;
  };
  struct Lease {
    std::int64_t epoch = 0;
    std::int64_t stamp = 0;
    campaign::MonoTime changed{};
  };
  struct Candidate {  // a living daemon that takes accounts
    std::set<std::string> accounts;
    std::set<std::string> owned;
  };
  using Candidates = std::map<std::string, Candidate>;

  void forgive_gap(campaign::MonoTime now);
  void observe(campaign::MonoTime now, const storage::Fleet& fleet);
  bool silent(campaign::MonoTime now, const storage::SeenLease& lease) const;
  Candidates candidates(campaign::MonoTime now, const storage::Fleet& fleet, const std::set<std::string>& held,
                        bool accepting, std::map<std::string, const storage::SeenLease*>& free);
  void plan_takes(campaign::MonoTime now, const Candidates& all,
                  const std::map<std::string, const storage::SeenLease*>& free, SpreadPlan& plan);
  void plan_give(campaign::MonoTime now, const Candidates& all, SpreadPlan& plan) const;
  void judge_given(campaign::MonoTime now, const storage::Fleet& fleet, const std::set<std::string>& held);

  SpreadSettings settings_;
  std::optional<campaign::MonoTime> last_look_;
  std::map<std::string, Daemon> daemons_;
  std::map<std::string, Lease> leases_;
  std::map<std::string, campaign::MonoTime> free_since_;
  std::set<std::string> living_;  // as of the last look
  campaign::MonoTime living_since_{};
  std::map<std::string, std::string> given_;              // account: to whom, until it is seen there
  std::map<std::string, campaign::MonoTime> give_after_;  // by receiver
};

}  // namespace dialerd::daemon
