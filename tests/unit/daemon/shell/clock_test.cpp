#include "daemon/clock.h"

#include <gtest/gtest.h>

#include "daemon/boot_time.h"

namespace dialerd::daemon {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr campaign::WallTime noon{std::chrono::sys_days{std::chrono::year{2026} / 11 / 24} + hours{12}};

TEST(Clock, CarriesTheDatabasesTimeOnByElapsedTime) {
  Clock clock;
  campaign::MonoTime asked = boot_time() - seconds{100};
  clock.sync(noon, asked, asked);
  campaign::Now now = clock.now();
  EXPECT_GE(now.wall, noon + seconds{100});
  EXPECT_LT(now.wall, noon + seconds{110});
}

TEST(Clock, TakesTheAnswerForTheMiddleOfTheQuestion) {
  Clock clock;
  campaign::MonoTime asked = boot_time() - seconds{10};
  clock.sync(noon, asked, asked + seconds{4});
  EXPECT_LT(clock.now().wall, noon + seconds{9});
}

TEST(Clock, TellsHowFarTheDatabasesClockWasSet) {
  Clock clock;
  campaign::MonoTime first = boot_time() - seconds{60};
  EXPECT_EQ(clock.sync(noon, first, first), milliseconds{0}) << "nothing to compare with";
  EXPECT_EQ(clock.sync(noon + seconds{30}, first + seconds{30}, first + seconds{30}), milliseconds{0});
  EXPECT_EQ(clock.sync(noon - hours{1}, first + seconds{60}, first + seconds{60}), -hours{1} - seconds{60});
}

TEST(Clock, ASlowAnswerIsNoStepAndARealOneIsFoundAllTheSame) {
  Clock clock;
  campaign::MonoTime first = boot_time() - seconds{60};
  clock.sync(noon, first, first);
  // Read at once and sent back late: by its middle it would be 2 s behind.
  EXPECT_EQ(clock.sync(noon + seconds{10}, first + seconds{10}, first + seconds{14}), milliseconds{0});
  EXPECT_EQ(clock.sync(noon + seconds{20}, first + seconds{20}, first + seconds{20}), milliseconds{0})
      << "nor does the next one look like a step back";
  EXPECT_EQ(clock.sync(noon + hours{1}, first + seconds{28}, first + seconds{32}), hours{1} - seconds{30});
}

}  // namespace
}  // namespace dialerd::daemon
