#include <algorithm>

#include "storage_fixture.h"

namespace dialerd::test {
namespace {

using namespace std::chrono_literals;

class Fleet : public StorageTest {
 protected:
  static storage::DaemonCard card(const std::string& owner, std::vector<std::string> accounts = {"main"}) {
    return {owner, std::move(accounts), true, "host", 42, "1.0"};
  }
};

TEST_F(Fleet, EachSeesTheOthers) {
  must(session_.heartbeat(card("a"), 60s));
  const auto fleet = must(session_.heartbeat(card("b", {"main", "odd \"name\""}), 60s));
  ASSERT_EQ(fleet.daemons.size(), 2U);
  EXPECT_EQ(fleet.daemons[0].owner, "a");
  EXPECT_EQ(fleet.daemons[0].accounts, std::vector<std::string>{"main"});
  EXPECT_TRUE(fleet.daemons[0].fresh);
  EXPECT_TRUE(fleet.daemons[0].accepting);
  EXPECT_EQ(fleet.daemons[1].accounts, (std::vector<std::string>{"main", "odd \"name\""}));
}

TEST_F(Fleet, EveryHeartbeatIsAnother) {
  const auto beat = [&] { return must(session_.heartbeat(card("a"), 60s)).daemons.at(0).beat; };
  const std::int64_t first = beat();
  EXPECT_EQ(beat(), first + 1);
}

TEST_F(Fleet, WhoSaidNothingForLongIsNotFreshAndForgottenSomeTime) {
  must(session_.heartbeat(card("a"), 0s));
  EXPECT_FALSE(must(session_.heartbeat(card("b"), 60s)).daemons.at(0).fresh);
  database_.rows("update dialerd.daemon set seen_until = now() - interval '2 days' where owner = 'a'");
  const auto fleet = must(session_.heartbeat(card("c"), 60s));
  EXPECT_EQ(fleet.daemons.size(), 2U);
}

TEST_F(Fleet, OneThatStopsSaysSoAndLeaves) {
  auto stopping = card("a");
  must(session_.heartbeat(stopping, 60s));
  stopping.accepting = false;
  EXPECT_FALSE(must(session_.heartbeat(stopping, 60s)).daemons.at(0).accepting);
  must(session_.leave("a"));
  EXPECT_EQ(must(session_.heartbeat(card("b"), 60s)).daemons.size(), 1U);
}

TEST_F(Fleet, ShowsLeases) {
  must(session_.acquire("other", "a", 0s));
  must(session_.acquire("third", "a", 60s));
  must(session_.release({"third", 1}));
  const auto leases = must(session_.heartbeat(card("b"), 60s)).leases;
  ASSERT_EQ(leases.size(), 3U);
  EXPECT_EQ(leases[0].account, "main");
  EXPECT_EQ(leases[0].owner, "test");
  EXPECT_EQ(leases[0].epoch, 1);
  EXPECT_EQ(leases[0].lease, 60s);
  EXPECT_FALSE(leases[0].ran_out);
  EXPECT_FALSE(leases[0].released);
  EXPECT_TRUE(leases[1].ran_out);
  EXPECT_FALSE(leases[1].released);
  EXPECT_TRUE(leases[2].ran_out);
  EXPECT_TRUE(leases[2].released);
  EXPECT_EQ(leases[2].owner, "a");
}

TEST_F(Fleet, ARenewalChangesTheLeasesStampAndNothingElseDoes) {
  const auto stamp = [&] { return must(session_.heartbeat(card("b"), 60s)).leases.at(0).stamp; };
  const std::int64_t first = stamp();
  EXPECT_EQ(stamp(), first);
  must(session_.renew(owner_, 60s));
  EXPECT_NE(stamp(), first);
}

}  // namespace
}  // namespace dialerd::test
