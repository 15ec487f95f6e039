#include "daemon/progress_watch.h"

#include <gtest/gtest.h>

namespace dialerd::daemon {
namespace {

using namespace std::chrono_literals;
using Doing = StorageProgress::Doing;

class ProgressWatchTest : public ::testing::Test {
 protected:
  void look_after(std::chrono::milliseconds passed, const std::vector<StorageProgress>& threads) {
    now_ += passed;
    watch_.look(now_, threads);
  }

  campaign::MonoTime now_{1h};
  ProgressWatch watch_{15s, 25s};
};

TEST_F(ProgressWatchTest, AThreadWithoutWorkIsNotStalled) {
  look_after(0s, {{}});
  look_after(1h, {{}});
  EXPECT_FALSE(watch_.stalled());
  EXPECT_FALSE(watch_.database_silent());
}

TEST_F(ProgressWatchTest, AJobThatTakesNoStepIs) {
  look_after(0s, {{}, {Doing::a_job, false, 7}});
  look_after(14s, {{}, {Doing::a_job, false, 7}});
  EXPECT_FALSE(watch_.stalled());
  look_after(1s, {{}, {Doing::a_job, false, 7}});
  EXPECT_TRUE(watch_.stalled());
  look_after(1s, {{}, {Doing::a_job, false, 8}});
  EXPECT_FALSE(watch_.stalled()) << "it goes on";
}

TEST_F(ProgressWatchTest, AQueueThatNobodyTakesFromIs) {
  look_after(0s, {{Doing::nothing, true, 7}});
  look_after(15s, {{Doing::nothing, true, 7}});
  EXPECT_TRUE(watch_.stalled());
}

TEST_F(ProgressWatchTest, AJobAfterALongRestHasAllItsTime) {
  look_after(0s, {{Doing::nothing, false, 7}});
  look_after(1h, {{Doing::nothing, false, 7}});
  look_after(1s, {{Doing::nothing, true, 7}});
  EXPECT_FALSE(watch_.stalled());
}

TEST_F(ProgressWatchTest, ADatabaseThatIsAwayIsNoStall) {
  look_after(0s, {{Doing::waiting_to_try_again, true, 7}, {Doing::a_transaction, true, 9}});
  look_after(24h, {{Doing::waiting_to_try_again, true, 7}, {Doing::a_transaction, true, 9}});
  EXPECT_FALSE(watch_.stalled());
}

TEST_F(ProgressWatchTest, ADatabaseThatDoesNotAnswerIsToldSo) {
  look_after(0s, {{Doing::a_transaction, true, 9}});
  look_after(24s, {{Doing::a_transaction, true, 9}});
  EXPECT_FALSE(watch_.database_silent());
  look_after(1s, {{Doing::a_transaction, true, 9}});
  EXPECT_TRUE(watch_.database_silent());
  look_after(1s, {{Doing::a_transaction, true, 11}});
  EXPECT_FALSE(watch_.database_silent());
}

TEST_F(ProgressWatchTest, ALongTransactionThatMayTakeLongSaysNothingOfTheDatabase) {
  look_after(0s, {{Doing::a_transaction, true, 9, true}});
  look_after(1h, {{Doing::a_transaction, true, 9, true}});
  EXPECT_FALSE(watch_.database_silent());
  EXPECT_FALSE(watch_.stalled());
}

}  // namespace
}  // namespace dialerd::daemon
