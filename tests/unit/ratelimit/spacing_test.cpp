#include "ratelimit/spacing.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <random>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace dialerd::ratelimit {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr MonoTime start{seconds{1000}};

TEST(Spacing, SpacesStartsEvenly) {
  Spacing spacing(4);
  spacing.take(start);
  EXPECT_EQ(spacing.next_slot(), start + milliseconds{250});
}

TEST(Spacing, IdleTimeBuysNoBurst) {
  Spacing spacing(10);
  spacing.take(start);
  MonoTime later = start + seconds{60};
  EXPECT_LE(spacing.next_slot(), later);
  spacing.take(later);
  EXPECT_EQ(spacing.next_slot(), later + milliseconds{100});
}

TEST(Spacing, CountsTheSlotsAhead) {
  Spacing spacing(100);
  EXPECT_EQ(spacing.slots_until(start, start + milliseconds{95}), 10);
  spacing.take(start);
  EXPECT_EQ(spacing.slots_until(start, start + milliseconds{95}), 9);
  EXPECT_EQ(spacing.slots_until(start, start + milliseconds{5}), 0);
}

TEST(Spacing, ABurstLeavesAtOnceAndNoMore) {
  Spacing spacing(10, 3);
  for (int i = 0; i < 3; ++i) {
    EXPECT_LE(spacing.next_slot(), start);
    spacing.take(start);
  }
  EXPECT_EQ(spacing.next_slot(), start + milliseconds{100});
}

TEST(Spacing, ABurstIsPartOfTheSecondsRateAndNotOnTopOfIt) {
  Spacing spacing(2, 2);
  spacing.take(start);
  spacing.take(start);
  EXPECT_GE(spacing.next_slot(), start + seconds{1});
}

TEST(Spacing, AfterARestartTheFormerProcessMayHaveSpentTheSecond) {
  for (std::int64_t burst : {1, 5}) {
    Spacing spacing(10, burst);
    spacing.restore(start);
    EXPECT_GE(spacing.next_slot(), start + (burst == 1 ? nanoseconds{milliseconds{100}} : nanoseconds{seconds{1}}));
  }
}

RC_GTEST_PROP(Spacing, NoRollingSecondHoldsMoreStartsThanTheRateAndNoMomentMoreThanTheBurst, ()) {
  auto rate = *rc::gen::inRange<std::int64_t>(1, 2000);
  auto burst = *rc::gen::inRange<std::int64_t>(1, rate + 1);
  auto longest_gap = *rc::gen::element<std::int64_t>(1'000'000, 10'000'000, 100'000'000);
  std::mt19937_64 random(*rc::gen::arbitrary<std::uint64_t>());
  Spacing spacing(rate, burst);
  std::vector<MonoTime> starts;
  MonoTime now = start;
  for (int i = 0; i < 6000; ++i) {
    // Pauses let a burst pile up; then as fast as it goes.
    now = random() % 50 == 0
              ? now + milliseconds{random() % 1500}
              : std::max(now, spacing.next_slot()) +
                    nanoseconds{random() % 3 == 0 ? static_cast<std::int64_t>(random()) % longest_gap : 0};
    now = std::max(now, starts.empty() ? now : starts.back());
    if (spacing.next_slot() > now) continue;
    spacing.take(now);
    starts.push_back(now);
  }
  auto n = static_cast<std::size_t>(rate);
  for (std::size_t i = 0; i + n < starts.size(); ++i) RC_ASSERT(starts[i + n] - starts[i] >= seconds{1});
  auto b = static_cast<std::size_t>(burst);
  for (std::size_t i = 0; i + b < starts.size(); ++i) {
    RC_ASSERT(starts[i + b] - starts[i] >= nanoseconds{1'000'000'000 / rate});
  }
}

RC_GTEST_PROP(Spacing, ASteadyPaceReaches995PerMilleOfTheRate, ()) {
  auto rate = *rc::gen::inRange<std::int64_t>(1, 3000);
  auto burst = *rc::gen::inRange<std::int64_t>(1, rate + 1);
  Spacing spacing(rate, burst);
  std::int64_t starts = 0;
  std::int64_t run = std::clamp<std::int64_t>(100'000 / rate, 30, 1000);
  for (MonoTime now = start; now < start + seconds{run}; now = std::max(now, spacing.next_slot())) {
    spacing.take(now);
    ++starts;
  }
  RC_ASSERT(starts >= run * rate * 995 / 1000);
}

RC_GTEST_PROP(Spacing, TellsHowManyMayStartUntilATime, ()) {
  auto rate = *rc::gen::inRange<std::int64_t>(1, 1000);
  auto burst = *rc::gen::inRange<std::int64_t>(1, rate + 1);
  std::mt19937_64 random(*rc::gen::arbitrary<std::uint64_t>());
  Spacing spacing(rate, burst);
  MonoTime now = start;
  for (auto i = random() % 1500; i > 0; --i) {
    now = std::max(now, spacing.next_slot()) + nanoseconds{random() % 3'000'000};
    spacing.take(now);
  }
  now += milliseconds{random() % 1200};
  MonoTime until = now + milliseconds{random() % 2500};
  std::int64_t told = spacing.slots_until(now, until);
  std::int64_t started = 0;
  for (MonoTime at = std::max(now, spacing.next_slot()); at <= until; at = std::max(at, spacing.next_slot())) {
    spacing.take(at);
    ++started;
  }
  std::int64_t off = burst == 1 ? 0 : burst + 3 * (rate / 256 + 1);
  RC_ASSERT(told >= started - off);
  RC_ASSERT(told <= started + off);
}

}  // namespace
}  // namespace dialerd::ratelimit
