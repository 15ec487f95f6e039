#include "ratelimit/spacing.h"

#include <algorithm>
#include <chrono>
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

RC_GTEST_PROP(Spacing, NoRollingSecondHoldsMoreStartsThanTheRate, ()) {
  auto rate = *rc::gen::inRange<std::int64_t>(1, 2000);
  Spacing spacing(rate);
  std::vector<MonoTime> starts;
  MonoTime now = start;
  for (int i = 0; i < 3000; ++i) {
    now += nanoseconds{*rc::gen::inRange<std::int64_t>(0, 2'000'000)};
    if (spacing.next_slot() <= now) {
      spacing.take(now);
      starts.push_back(now);
    }
  }
  for (std::size_t i = 0; i + static_cast<std::size_t>(rate) < starts.size(); ++i) {
    RC_ASSERT(starts[i + static_cast<std::size_t>(rate)] - starts[i] >= seconds{1});
  }
}

}  // namespace
}  // namespace dialerd::ratelimit
