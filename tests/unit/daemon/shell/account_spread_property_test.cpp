// A few daemons, each with an AccountSpread of its own, on rows that behave as the database's do: whatever happens to
// them, the accounts are owned soon after, evenly spread some time later, and then nothing moves any more.
#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "daemon/account_spread.h"

namespace dialerd::daemon {
namespace {

using campaign::MonoTime;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds lease_length{10};

struct Row {
  std::string owner;
  std::int64_t epoch = 0;
  std::int64_t stamp = 0;
  MonoTime until{};
  bool released = true;
};

struct Process {
  explicit Process(SpreadSettings settings) : accounts(settings.accounts), spread(std::move(settings)) {}

  std::vector<std::string> accounts;
  AccountSpread spread;
  std::map<std::string, std::int64_t> held;  // account and epoch
  std::int64_t beat = 0;
  int age = 0;
  std::optional<SpreadPlan::Give> giving;
};

class World {
 public:
  explicit World(int accounts) {
    for (int i = 0; i < accounts; ++i) rows_["a" + std::to_string(i)];
  }

  void start(const std::string& name, std::vector<std::string> accounts) {
    SpreadSettings settings;
    settings.self = name;
    settings.accounts = std::move(accounts);
    processes_.emplace(name, std::make_unique<Process>(std::move(settings)));
  }
  void kill(const std::string& name) { processes_.erase(name); }
  std::vector<std::string> names() const {
    std::vector<std::string> all;
    for (const auto& [name, process] : processes_) all.push_back(name);
    return all;
  }

  // A second, in which each daemon renews, beats and acts once, in an order of chance.
  void second() {
    now_ += seconds{1};
    std::vector<std::string> order = names();
    for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[*rc::gen::inRange<std::size_t>(0, i)]);
    for (const std::string& name : order) act(name, *processes_.at(name));
  }

  int gives() const { return gives_; }
  // An account that some living daemon could have, and that none of them owns.
  bool any_unowned() const {
    return std::any_of(rows_.begin(), rows_.end(), [&](const auto& entry) {
      const bool wanted = std::any_of(processes_.begin(), processes_.end(), [&](const auto& process) {
        return std::count(process.second->accounts.begin(), process.second->accounts.end(), entry.first) > 0;
      });
      return wanted && !owner_of(entry.first);
    });
  }
  bool even() const {
    for (const auto& [from, giver] : processes_) {
      for (const auto& [to, receiver] : processes_) {
        const bool movable = std::any_of(giver->held.begin(), giver->held.end(), [&, r = receiver.get()](auto& one) {
          return std::count(r->accounts.begin(), r->accounts.end(), one.first) > 0;
        });
        if (movable && giver->held.size() >= receiver->held.size() + 2) return false;
      }
    }
    return true;
  }

 private:
  std::optional<std::string> owner_of(const std::string& account) const {
    const Row& row = rows_.at(account);
    auto owner = processes_.find(row.owner);
    if (row.released || owner == processes_.end()) return std::nullopt;
    auto held = owner->second->held.find(account);
    if (held == owner->second->held.end() || held->second != row.epoch) return std::nullopt;
    return row.owner;
  }

  storage::Fleet read() const {
    storage::Fleet fleet;
    for (const auto& [name, row] : beats_)
      fleet.daemons.push_back({name, row.accounts, true, row.beat, now_ < row.until});
    for (const auto& [account, row] : rows_) {
      if (row.epoch == 0) continue;
      fleet.leases.push_back(
          {account, row.owner, row.epoch, row.stamp, lease_length, row.released || row.until <= now_, row.released});
    }
    return fleet;
  }

  void act(const std::string& name, Process& process) {
    for (auto held = process.held.begin(); held != process.held.end();) {
      Row& row = rows_.at(held->first);
      if (row.epoch != held->second) {
        held = process.held.erase(held);
        continue;
      }
      if (process.age % 3 == 0) {
        row.until = now_ + lease_length;
        row.stamp = ++stamps_;
      }
      ++held;
    }
    ++process.age;
    beats_[name] = {process.accounts, ++process.beat, now_ + seconds{5}};
    if (process.giving) {
      const SpreadPlan::Give give = *std::exchange(process.giving, std::nullopt);
      if (process.held.erase(give.account) == 1) {
        rows_.at(give.account).released = true;
        process.spread.gave(give);
        ++gives_;
      }
    }
    std::set<std::string> held;
    for (const auto& [account, epoch] : process.held) held.insert(account);
    const SpreadPlan plan = process.spread.plan(now_, read(), held, true);
    for (const auto& take : plan.take) {
      Row& row = rows_.at(take.account);
      const bool free = row.released || row.owner == name || row.until <= now_ ||
                        (take.silent && take.silent->epoch == row.epoch && take.silent->stamp == row.stamp);
      if (!free) continue;
      row = {name, row.epoch + 1, ++stamps_, now_ + lease_length, false};
      process.held[take.account] = row.epoch;
    }
    process.giving = plan.give;
  }

  struct Beat {
    std::vector<std::string> accounts;
    std::int64_t beat = 0;
    MonoTime until{};
  };

  MonoTime now_{seconds{1000}};
  std::int64_t stamps_ = 0;
  std::map<std::string, Row> rows_;
  std::map<std::string, Beat> beats_;
  std::map<std::string, std::unique_ptr<Process>> processes_;
  int gives_ = 0;
};

RC_GTEST_PROP(AccountSpreadProperty, WhateverHappensItComesToRestEvenlyAndWithoutGaps, ()) {
  const int accounts = *rc::gen::inRange(1, 13);
  World world(accounts);
  int started = 0;
  auto some_accounts = [&] {
    std::vector<std::string> chosen;
    const bool all = *rc::gen::inRange(0, 3) > 0;
    for (int i = 0; i < accounts; ++i) {
      if (all || *rc::gen::inRange(0, 2) == 1) chosen.push_back("a" + std::to_string(i));
    }
    return chosen;
  };
  const int rounds = *rc::gen::inRange(1, 6);
  for (int round = 0; round < rounds; ++round) {
    const int starts = *rc::gen::inRange(round == 0 ? 1 : 0, 4);
    for (int i = 0; i < starts; ++i) world.start("d" + std::to_string(started++), some_accounts());
    if (round > 0 && world.names().size() > 1 && *rc::gen::inRange(0, 2) == 1) {
      world.kill(*rc::gen::elementOf(world.names()));
    }
    const int seconds_long = *rc::gen::inRange(1, 40);
    for (int i = 0; i < seconds_long; ++i) world.second();
  }

  // From here on nothing happens any more. A dead owner's lease runs out within its length; then two looks are enough.
  for (int i = 0; i < 16; ++i) world.second();
  const int gives_before = world.gives();
  // Each move takes a few seconds, and there cannot be more moves than accounts.
  bool gap = false;
  for (int i = 0; i < 20 + 4 * accounts; ++i) {
    world.second();
    gap = gap || (world.any_unowned() && world.gives() == gives_before);
  }
  RC_ASSERT(!gap);
  RC_ASSERT(!world.any_unowned());
  RC_ASSERT(world.even());
  const int gives = world.gives();
  RC_ASSERT(gives - gives_before <= accounts);
  for (int i = 0; i < 60; ++i) world.second();
  RC_ASSERT(world.gives() == gives);  // at rest
}

}  // namespace
}  // namespace dialerd::daemon
