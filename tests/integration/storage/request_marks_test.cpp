#include "storage_fixture.h"

namespace dialerd::test {
namespace {

using namespace std::chrono_literals;
using campaign::RequestHistory;

class RequestMarks : public StorageTest {
 protected:
  static RequestHistory spent(campaign::WallTime at) {
    RequestHistory told;
    told.spent = {{at - 30s, 7}, {at, 5}};
    told.told_at = told.sent_until = at;
    return told;
  }
  RequestHistory taken_over() {
    must(session_.acquire("main", "next", 60s));
    return must(session_.history("main")).requests.value();
  }
  campaign::WallTime now_ = must(session_.database_time());
};

TEST_F(RequestMarks, OfAnAccountThatNobodyOwnedBeforeNothingWasSent) {
  const auto told = must(session_.history("main")).requests;
  ASSERT_TRUE(told);
  EXPECT_TRUE(told->spent.empty());
  EXPECT_EQ(told->sent_until, told->told_at);
}

TEST_F(RequestMarks, AfterAnOwnerThatToldNothingNothingIsKnown) {
  must(session_.renew(owner_, 0s));
  must(session_.acquire("main", "next", 60s));
  EXPECT_FALSE(must(session_.history("main")).requests);
}

TEST_F(RequestMarks, AReleaseTellsAllOfThem) {
  must(session_.release(owner_, spent(now_)));
  const auto told = taken_over();
  EXPECT_EQ(told.sent_until, told.told_at);
  ASSERT_EQ(told.spent.size(), 2U);
  EXPECT_EQ(told.spent[0].requests, 7);
  EXPECT_GE(told.spent[0].until, now_ - 30s);
  EXPECT_LE(told.spent[0].until, now_ - 30s + storage::clock_step_untold_max);
}

TEST_F(RequestMarks, AnOwnerThatDiedMayHaveGoneOnUntilItsLeaseRanOut) {
  must(session_.renew(owner_, 0s, {}, spent(now_ - 10s)));
  database_.rows("update dialerd.ownership set lease_until = now() - interval '4 seconds'");
  const auto told = taken_over();
  EXPECT_EQ(told.told_at, now_ - 10s);
  EXPECT_GE(told.sent_until, now_ - 5s);
  EXPECT_LE(told.sent_until, now_ - 3s);
}

TEST_F(RequestMarks, AnOwnerInBetweenThatSentNothingHidesNothing) {
  must(session_.renew(owner_, 0s, {}, spent(now_ - 10s)));
  const auto between = must(session_.acquire("main", "between", 60s));
  must(session_.release(between));
  const auto told = taken_over();
  EXPECT_EQ(told.told_at, now_ - 10s);
  EXPECT_GT(told.sent_until, told.told_at + 5s);
}

TEST_F(RequestMarks, AFormerOwnersWordIsNotKept) {
  must(session_.renew(owner_, 0s, {}, spent(now_)));
  const auto next = must(session_.acquire("main", "next", 60s));
  EXPECT_TRUE(session_.renew(owner_, 60s, {}, RequestHistory{}).has_error());
  must(session_.release(next));
  EXPECT_EQ(taken_over().spent.size(), 2U);
}

TEST_F(RequestMarks, AfterAStepOfTheClockNothingIsKnown) {
  must(session_.renew(owner_, 60s, {{}, {{now_, 1h}}, "test"}, spent(now_)));
  must(session_.release(owner_, spent(now_)));
  must(session_.acquire("main", "next", 60s));
  EXPECT_FALSE(must(session_.history("main")).requests);
}

}  // namespace
}  // namespace dialerd::test
