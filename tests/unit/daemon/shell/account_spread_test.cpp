#include "daemon/account_spread.h"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

namespace dialerd::daemon {
namespace {

using campaign::MonoTime;
using std::chrono::milliseconds;
using std::chrono::seconds;
using Names = std::vector<std::string>;

Names accounts(int n) {
  Names names;
  for (int i = 0; i < n; ++i) names.push_back("a" + std::to_string(i));
  return names;
}

SpreadSettings settings(const std::string& self, Names names) {
  SpreadSettings made;
  made.self = self;
  made.accounts = std::move(names);
  return made;
}

storage::SeenDaemon alive(const std::string& owner, const Names& names, std::int64_t beat = 0) {
  return {owner, names, true, beat, true};
}

storage::SeenLease lease(const std::string& account, const std::string& owner, std::int64_t stamp = 1) {
  return {account, owner, 1, stamp, seconds{10}, false, false};
}

Names taken(const SpreadPlan& plan) {
  Names names;
  for (const auto& take : plan.take) names.push_back(take.account);
  return names;
}

// Looks once a second at rows that somebody keeps renewing.
class Looking {
 public:
  explicit Looking(SpreadSettings made) : spread(std::move(made)) {}

  SpreadPlan look(const std::set<std::string>& held, bool accepting = true) {
    now += seconds{1};
    for (storage::SeenDaemon& daemon : fleet.daemons) {
      if (!dead.contains(daemon.owner)) ++daemon.beat;
    }
    for (storage::SeenLease& one : fleet.leases) {
      if (!dead.contains(one.owner)) ++one.stamp;
    }
    return spread.plan(now, fleet, held, accepting);
  }
  SpreadPlan look_for(int times, const std::set<std::string>& held) {
    SpreadPlan plan;
    for (int i = 0; i < times; ++i) plan = look(held);
    return plan;
  }

  AccountSpread spread;
  storage::Fleet fleet;
  std::set<std::string> dead;  // owners that say nothing any more
  MonoTime now{seconds{1000}};
};

TEST(AccountSpread, AloneTakesEverythingAtOnce) {
  Looking a(settings("A", accounts(5)));
  a.fleet.daemons = {alive("A", accounts(5))};
  EXPECT_EQ(taken(a.look({})), accounts(5));
}

TEST(AccountSpread, TwoThatStartTogetherTakeHalfEach) {
  Looking a(settings("A", accounts(6)));
  Looking b(settings("B", accounts(6)));
  a.fleet.daemons = {alive("A", accounts(6)), alive("B", accounts(6))};
  b.fleet = a.fleet;
  EXPECT_EQ(taken(a.look({})), (Names{"a0", "a2", "a4"}));
  EXPECT_EQ(taken(b.look({})), (Names{"a1", "a3", "a5"}));
}

TEST(AccountSpread, AFreeAccountIsLeftToWhoHasFewerButNotForLong) {
  Looking a(settings("A", accounts(3)));
  a.fleet.daemons = {alive("A", accounts(3)), alive("B", accounts(3))};
  a.fleet.leases = {lease("a0", "A"), lease("a1", "A")};
  EXPECT_EQ(taken(a.look({"a0", "a1"})), Names{}) << "B's to take";
  EXPECT_EQ(taken(a.look({"a0", "a1"})), Names{});
  EXPECT_EQ(taken(a.look_for(2, {"a0", "a1"})), Names{}) << "three seconds";
  EXPECT_EQ(taken(a.look({"a0", "a1"})), (Names{"a2"})) << "never without an owner for evenness";
}

TEST(AccountSpread, AccountsOfADeadDaemonAreTakenAtOnceWhenTheirLeasesRunOut) {
  Looking a(settings("A", accounts(6)));
  a.fleet.daemons = {alive("A", accounts(6)), alive("B", accounts(6))};
  a.fleet.leases = {lease("a0", "A"), lease("a1", "A"), lease("a2", "A"),
                    lease("a3", "B"), lease("a4", "B"), lease("a5", "B")};
  const std::set<std::string> held{"a0", "a1", "a2"};
  a.look_for(3, held);
  a.dead = {"B"};
  EXPECT_EQ(taken(a.look_for(6, held)), Names{}) << "their leases hold";
  for (auto& one : a.fleet.leases) one.ran_out = one.owner == "B";
  EXPECT_EQ(taken(a.look(held)), (Names{"a3", "a4", "a5"}));
}

TEST(AccountSpread, AnOwnerThatLivesGetsItsExpiredAccountsBack) {
  // The database's clock went ahead: by it every lease has run out.
  Looking b(settings("B", accounts(2)));
  b.fleet.daemons = {alive("A", accounts(2)), alive("B", accounts(2))};
  b.fleet.leases = {lease("a0", "A"), lease("a1", "A")};
  b.look_for(2, {});
  for (auto& one : b.fleet.leases) one.ran_out = true;
  EXPECT_EQ(taken(b.look_for(3, {})), Names{});
  EXPECT_EQ(taken(b.look_for(1, {})), Names{});
  EXPECT_EQ(taken(b.look({})), (Names{"a0", "a1"})) << "it did not come";
}

TEST(AccountSpread, ALeaseThatDoesNotChangeIsSilentWhateverTheDatabasesClockSays) {
  // That clock went back by a day, and the owner died before its next renewal.
  Looking a(settings("A", accounts(1)));
  a.fleet.daemons = {alive("A", accounts(1)), alive("B", accounts(1))};
  a.fleet.leases = {lease("a0", "B", 77)};
  a.look({});
  const std::int64_t last_stamp = a.fleet.leases[0].stamp;
  a.dead = {"B"};
  EXPECT_EQ(taken(a.look_for(11, {})), Names{});
  const SpreadPlan plan = a.look({});
  ASSERT_EQ(taken(plan), (Names{"a0"}));
  ASSERT_TRUE(plan.take[0].silent);
  EXPECT_EQ(plan.take[0].silent->stamp, last_stamp);
}

TEST(AccountSpread, SilenceWhileNobodyCouldLookIsNone) {
  Looking a(settings("A", accounts(1)));
  a.fleet.daemons = {alive("A", accounts(1)), alive("B", accounts(1))};
  a.fleet.leases = {lease("a0", "B")};
  a.look({});
  a.now += seconds{60};  // the database was away
  a.dead = {"B"};
  EXPECT_EQ(taken(a.look({})), Names{});
  a.fleet.leases[0].ran_out = true;
  EXPECT_EQ(taken(a.look_for(3, {})), Names{}) << "B lives, as far as anybody knows, and may renew";
}

TEST(AccountSpread, ThePreponderantOneHandsOneOverAfterAWhile) {
  Looking a(settings("A", accounts(4)));
  a.fleet.daemons = {alive("A", accounts(4)), alive("B", accounts(4))};
  for (const std::string& name : accounts(4)) a.fleet.leases.push_back(lease(name, "A"));
  const std::set<std::string> held{"a0", "a1", "a2", "a3"};
  EXPECT_FALSE(a.look_for(3, held).give) << "B has only just come";
  const auto give = a.look(held).give;
  ASSERT_TRUE(give);
  EXPECT_EQ(give->account, "a0");
  EXPECT_EQ(give->to, "B");
}

TEST(AccountSpread, ADifferenceOfOneStays) {
  Looking a(settings("A", accounts(3)));
  a.fleet.daemons = {alive("A", accounts(3)), alive("B", accounts(3))};
  a.fleet.leases = {lease("a0", "A"), lease("a1", "A"), lease("a2", "B")};
  EXPECT_FALSE(a.look_for(20, {"a0", "a1"}).give);
}

TEST(AccountSpread, OnlyWhatTheOtherIsConfiguredForIsHandedOver) {
  Looking a(settings("A", accounts(4)));
  a.fleet.daemons = {alive("A", accounts(4)), alive("B", {"a2"})};
  for (const std::string& name : accounts(4)) a.fleet.leases.push_back(lease(name, "A"));
  const auto give = a.look_for(4, {"a0", "a1", "a2", "a3"}).give;
  ASSERT_TRUE(give);
  EXPECT_EQ(give->account, "a2");
}

TEST(AccountSpread, NothingIsGivenWhileSomethingIsFree) {
  Looking a(settings("A", accounts(5)));
  a.fleet.daemons = {alive("A", accounts(5)), alive("B", accounts(5))};
  for (const std::string& name : accounts(4)) a.fleet.leases.push_back(lease(name, "A"));
  EXPECT_FALSE(a.look_for(4, {"a0", "a1", "a2", "a3"}).give);
}

TEST(AccountSpread, WhatCameBackIsNotOfferedAgainSoon) {
  Looking a(settings("A", accounts(4)));
  a.fleet.daemons = {alive("A", accounts(4)), alive("B", accounts(4))};
  for (const std::string& name : accounts(4)) a.fleet.leases.push_back(lease(name, "A"));
  const std::set<std::string> all{"a0", "a1", "a2", "a3"};
  auto give = a.look_for(4, all).give;
  ASSERT_TRUE(give);
  a.spread.gave(*give);
  a.fleet.leases[0].released = a.fleet.leases[0].ran_out = true;
  EXPECT_EQ(taken(a.look_for(4, {"a1", "a2", "a3"})), Names{});
  EXPECT_EQ(taken(a.look({"a1", "a2", "a3"})), (Names{"a0"})) << "B beats, and takes nothing";
  a.fleet.leases[0] = lease("a0", "A");
  EXPECT_FALSE(a.look_for(500, all).give);
  EXPECT_TRUE(a.look_for(150, all).give) << "ten minutes later";
}

TEST(AccountSpread, OneThatStopsTakesAndGivesNothingAndIsLeftNothing) {
  Looking a(settings("A", accounts(2)));
  a.fleet.daemons = {alive("A", accounts(2)), alive("B", accounts(2))};
  a.fleet.daemons[0].accepting = false;
  EXPECT_TRUE(taken(a.look({}, false)).empty());
  Looking b(settings("B", accounts(2)));
  b.fleet = a.fleet;
  EXPECT_EQ(taken(b.look({})), accounts(2));
}

TEST(AccountSpread, ATakingWhoseAnswerWasLostIsMadeAgain) {
  Looking a(settings("A", accounts(1)));
  a.fleet.daemons = {alive("A", accounts(1)), alive("B", accounts(1))};
  a.fleet.leases = {lease("a0", "A")};
  EXPECT_EQ(taken(a.look({})), accounts(1));
}

}  // namespace
}  // namespace dialerd::daemon
