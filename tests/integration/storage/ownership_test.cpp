#include <future>

#include "storage_fixture.h"

#include "storage/transaction.h"

namespace dialerd::test {
namespace {

using namespace std::chrono_literals;
using storage::ErrorKind;

template <typename Result>
void expect_not_owner(const Result& result) {
  ASSERT_TRUE(result.has_error());
  EXPECT_EQ(result.error().kind, ErrorKind::not_owner) << result.error().message;
}

class Ownership : public StorageTest {};

TEST_F(Ownership, EachTakingGrowsTheEpoch) {
  EXPECT_EQ(owner_.epoch, 1);
  EXPECT_EQ(must(session_.acquire("main", "test", 60s)).epoch, 2);
  EXPECT_EQ(must(session_.acquire("other", "test", 60s)).epoch, 1);
}

TEST_F(Ownership, AHeldAccountIsNotTaken) {
  expect_not_owner(session_.acquire("main", "standby", 60s));
  must(session_.renew(owner_, 60s));
}

TEST_F(Ownership, AnExpiredLeaseIsTakenAndTheFormerOwnerCanDoNothing) {
  add_leads(2);
  const auto lead = claim(1).at(0);
  must(session_.renew(owner_, 0s));
  storage::Session standby(database_.settings());
  const auto taken = must(standby.acquire("main", "standby", 60s));
  EXPECT_EQ(taken.epoch, owner_.epoch + 1);

  expect_not_owner(session_.claim(request(1)));
  expect_not_owner(record(accepted(lead)));
  expect_not_owner(settle(ended(lead)));
  expect_not_owner(session_.renew(owner_, 60s));
  expect_not_owner(session_.release(owner_));
  expect_not_owner(session_.read_back(request(1)));
  EXPECT_EQ(attempt_state(lead.attempt), "dialing");

  must(session_.write({taken, {}, {ended(lead)}}));
  EXPECT_EQ(attempt_state(lead.attempt), "ended");
}

TEST_F(Ownership, AnExpiredOwnerClaimsNothingButStillWritesUntilSomebodyTakesOver) {
  add_leads(2);
  const auto lead = claim(1).at(0);
  must(session_.renew(owner_, 0s));
  expect_not_owner(session_.claim(request(1)));
  must(record(accepted(lead)));
  must(session_.renew(owner_, 60s));
  EXPECT_EQ(claim(1).size(), 1U);
}

TEST_F(Ownership, ReleaseEndsTheLeaseAtOnceAndKeepsTheEpoch) {
  must(session_.release(owner_));
  EXPECT_EQ(database_.value("select lease_until from dialerd.ownership"), "-infinity") << "whatever the clock does";
  EXPECT_EQ(must(session_.acquire("main", "standby", 60s)).epoch, owner_.epoch + 1);
}

// A claim or write under way belongs to the former owner; the new one begins only after it, and so sees it.
TEST_F(Ownership, TakingWaitsForWritesUnderWay) {
  must(session_.release(owner_));
  std::future<storage::Result<storage::Ownership>> taking;
  must(session_.run("a slow write", [&](storage::Transaction& transaction) -> storage::Result<void> {
    transaction.exec("select from dialerd.ownership where account = 'main' for key share");
    taking = std::async(std::launch::async, [&] {
      storage::Session standby(database_.settings());
      return standby.acquire("main", "standby", 60s);
    });
    EXPECT_EQ(taking.wait_for(300ms), std::future_status::timeout);
    return {};
  }));
  EXPECT_EQ(must(taking.get()).epoch, owner_.epoch + 1);
}

storage::SeenLease seen(storage::Session& session) {
  return must(session.heartbeat({"looker", {"main"}, true, "host", 1, "1.0"}, 5s)).leases.at(0);
}

// The database's clock went back: its word on the lease is worth nothing, and the silence of its owner is.
TEST_F(Ownership, ALeaseThatIsStillTheOneSeenMayBeTakenAsSilent) {
  storage::Session standby(database_.settings());
  const storage::SeenLease lease = seen(standby);
  expect_not_owner(standby.acquire("main", "standby", 60s));
  EXPECT_EQ(must(standby.acquire("main", "standby", 60s, lease)).epoch, owner_.epoch + 1);
}

TEST_F(Ownership, ALeaseThatWasRenewedMeanwhileIsNotSilent) {
  storage::Session standby(database_.settings());
  const storage::SeenLease lease = seen(standby);
  must(session_.renew(owner_, 60s));
  expect_not_owner(standby.acquire("main", "standby", 60s, lease));
}

TEST_F(Ownership, TellsSinceWhen) {
  EXPECT_EQ(database_.value("select since between now() - interval '1 minute' and now() from dialerd.ownership"), "t");
}

TEST_F(Ownership, AnOwnerLeavesItsClocksForTheNextOne) {
  EXPECT_EQ(must(session_.clock_mark("main")).boot_id, "");
  const auto at = wall_now();
  must(session_.renew(owner_, 60s, {{"boot", 5s, at}, {{at, 1h}, {at + 2h, -90s}}, "test"}));
  must(session_.renew(owner_, 60s));  // says nothing of clocks, and leaves what is there
  const auto mark = must(session_.clock_mark("main"));
  EXPECT_EQ(mark.boot_id, "boot");
  EXPECT_EQ(mark.since_boot, 5s);
  EXPECT_EQ(mark.database, at);
  EXPECT_EQ(database_.rows("select account, by_ms, found_by from dialerd.clock_step order by step_id"),
            (std::vector<std::vector<std::string>>{{"main", "3600000", "test"}, {"main", "-90000", "test"}}));
}

TEST_F(Ownership, AStepThatIsToldTwiceIsOneStep) {
  const storage::ClockRecord record{{"boot", 5s, wall_now()}, {{wall_now(), 1h}}, "test"};
  must(session_.renew(owner_, 60s, record));
  must(session_.renew(owner_, 60s, record));
  EXPECT_EQ(must(session_.clock_steps("main")).size(), 1U);
}

TEST_F(Ownership, AFormerOwnerLeavesNoClocks) {
  must(session_.release(owner_));
  must(session_.acquire("main", "another", 60s));
  expect_not_owner(session_.renew(owner_, 60s, {{"boot", 5s, wall_now()}, {{wall_now(), 1h}}, "test"}));
  EXPECT_EQ(must(session_.clock_mark("main")).boot_id, "");
  EXPECT_EQ(database_.value("select count(*) from dialerd.clock_step"), "0");
}

TEST_F(Ownership, OfTwoThatTakeAtOnceOneWins) {
  must(session_.release(owner_));
  const auto take = [&](const std::string& who) {
    storage::Session session(database_.settings());
    return session.acquire("main", who, 60s).has_value();
  };
  auto a = std::async(std::launch::async, take, "a");
  auto b = std::async(std::launch::async, take, "b");
  EXPECT_EQ((a.get() ? 1 : 0) + (b.get() ? 1 : 0), 1);
}

}  // namespace
}  // namespace dialerd::test
