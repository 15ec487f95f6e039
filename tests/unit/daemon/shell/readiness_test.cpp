#include "daemon/readiness.h"

#include <gtest/gtest.h>

namespace dialerd::daemon {
namespace {

TEST(Readiness, AnOwnerIsReadyAndSaysOfWhat) {
  ReadinessFacts facts;
  facts.owned = {"main", "other"};
  facts.elsewhere = {"third"};
  EXPECT_TRUE(readiness_of(facts).ready);
  EXPECT_EQ(readiness_of(facts).reason, "owns main, other; standing by for third");
}

TEST(Readiness, AStandbyIsReady) {
  ReadinessFacts facts;
  facts.elsewhere = {"main"};
  EXPECT_TRUE(readiness_of(facts).ready);
  EXPECT_EQ(readiness_of(facts).reason, "no account owned; standing by for main");
}

TEST(Readiness, WithoutItsDatabaseNobodyIs) {
  ReadinessFacts facts;
  facts.owned = {"main"};
  facts.storage_failure = "connection refused";
  EXPECT_FALSE(readiness_of(facts).ready);
  EXPECT_EQ(readiness_of(facts).reason, "database: connection refused");
}

TEST(Readiness, ALeaseThatCouldNotBeRenewedShowsThatTheDatabaseHangs) {
  ReadinessFacts facts;
  facts.owned = {"other"};
  facts.suspended = {"main"};
  EXPECT_FALSE(readiness_of(facts).ready);
  EXPECT_EQ(readiness_of(facts).reason, "database: the lease could not be renewed in time of: main");
}

TEST(Readiness, OneThatStopsIsNot) {
  ReadinessFacts facts;
  facts.owned = {"main"};
  facts.draining = true;
  EXPECT_FALSE(readiness_of(facts).ready);
}

}  // namespace
}  // namespace dialerd::daemon
