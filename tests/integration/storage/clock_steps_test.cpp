#include "storage/clock_steps.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace dialerd::storage {
namespace {

using namespace std::chrono_literals;
using campaign::WallTime;
using std::chrono::milliseconds;

constexpr WallTime noon{std::chrono::sys_days{std::chrono::year{2026} / 11 / 24} + 12h};

TEST(ClockSteps, TwoMarksOfOneBootTellAStep) {
  const ClockMark before{"boot", 100s, noon};
  EXPECT_FALSE(step_between(before, {"boot", 160s, noon + 60s}));
  EXPECT_FALSE(step_between(before, {"boot", 160s, noon + 61s})) << "readings are no better than that";
  const auto forward = step_between(before, {"boot", 160s, noon + 60s + 1h});
  ASSERT_TRUE(forward);
  EXPECT_EQ(forward->at, noon + 60s);
  EXPECT_EQ(forward->by, 1h);
  EXPECT_EQ(step_between(before, {"boot", 160s, noon + 60s - 24h})->by, -24h);
}

TEST(ClockSteps, MarksOfDifferentBootsTellNothing) {
  EXPECT_FALSE(step_between({"boot", 100s, noon}, {"another", 160s, noon + 5h}));
  EXPECT_FALSE(step_between({}, {"boot", 160s, noon + 5h}));
  EXPECT_FALSE(step_between({}, {}));
}

// The steps, in the order in which they were told, and the clock's time `now`.
WallTime counted(WallTime from, WallTime until, const std::vector<ClockStep>& steps, WallTime now = noon + 48h) {
  return ClockHistory(steps, now).counted_until(from, until) - clock_step_untold_max;
}

milliseconds reach(milliseconds window, const std::vector<ClockStep>& steps) {
  return ClockHistory(steps, noon).reach_back(window) - clock_step_untold_max;
}

TEST(ClockSteps, CallsFromBeforeAStepForwardAreYoungerThanTheyLook) {
  const std::vector<ClockStep> steps{{noon, 1h}};
  EXPECT_EQ(counted(noon - 30min, noon - 25min, steps), noon + 35min);
  EXPECT_EQ(counted(noon - 1min, noon + 4min, steps), noon + 64min) << "some from before";
  EXPECT_EQ(counted(noon + 61min, noon + 66min, steps), noon + 66min);
  EXPECT_EQ(counted(noon + 20min, noon + 25min, steps), noon + 85min) << "a time that was never shown";
}

TEST(ClockSteps, CallsFromBeforeAStepBackwardAreOlderThanTheyLook) {
  EXPECT_EQ(counted(noon - 90min, noon - 85min, {{noon, -1h}}), noon - 145min);
  EXPECT_EQ(counted(noon - 30min, noon - 25min, {{noon, -1h}}), noon - 25min) << "perhaps from after it";
  EXPECT_EQ(counted(noon - 10min, noon - 9min, {{noon, -1h}}, noon - 50min), noon - 69min) << "surely from before";
}

TEST(ClockSteps, AClockThatWasWrongForAWhileChangesNothing) {
  const std::vector<ClockStep> steps{{noon, 24h}, {noon + 24h + 10min, -24h}};
  EXPECT_EQ(counted(noon - 30min, noon - 25min, steps), noon - 25min);
  EXPECT_EQ(counted(noon + 24h, noon + 24h + 5min, steps, noon + 2h), noon + 5min) << "while it was wrong";
  EXPECT_EQ(reach(25h, steps), 25h);
}

TEST(ClockSteps, AHistoryReachesFurtherBackByTheStepsWithinIt) {
  EXPECT_EQ(reach(25h, {}), 25h);
  EXPECT_EQ(reach(25h, {{noon - 48h, 47h}}), 72h) << "an hour ago, really";
  EXPECT_EQ(reach(25h, {{noon - 240h, 47h}}), 25h) << "long ago";
  EXPECT_EQ(reach(25h, {{noon - 30h, 10h}, {noon - 10h, 5h}}), 40h);
  EXPECT_EQ(reach(25h, {{noon - 1h, -5h}}), 25h);
}

TEST(ClockSteps, WhatAStandbySawItselfIsRecordedUnlessTheOwnerDid) {
  const std::vector<ClockStep> seen{{noon, 1h}, {noon + 2h, -1h}, {noon + 2h, 1h}};
  const auto missing = [&](std::vector<ClockStep> recorded) { return not_recorded(seen, std::move(recorded)).size(); };
  EXPECT_EQ(missing({}), 3U);
  EXPECT_EQ(missing({{noon + 3s, 1h - 1s}}), 2U) << "told a little later, and measured a little differently";
  EXPECT_EQ(missing({{noon + 2h, 1h}, {noon + 2h, -1h}, {noon, 1h}}), 0U);
  EXPECT_EQ(missing({{noon, 1h}, {noon, 1h}}), 2U) << "each stands for one";
  EXPECT_EQ(missing({{noon + 5min, 1h}, {noon, 2h}}), 3U);
}

// A database whose clock is set again and again, and daemons that come and go on one machine: what a start rebuilds
// never gives a token back before a whole window of true time has passed.
class Life {
 public:
  explicit Life(milliseconds window) : window_(window) {}

  void pass(milliseconds time) { true_ += time; }
  void set_clock(milliseconds by) { offset_ += by; }
  // Answers are recorded by the clock that was read last, carried on by elapsed time (daemon/clock.h).
  void call() { calls_.push_back({true_, synced_.database + (true_ - synced_.since_boot)}); }
  // A daemon reads the clock, some error included, and keeps the mark as Runner does.
  void look(milliseconds error) {
    const ClockMark now{"boot", true_, database() + error};
    synced_ = now;
    if (mark_.boot_id.empty()) {
      mark_ = now;
    } else if (const auto step = step_between(mark_, now)) {
      steps_.push_back(*step);
      mark_ = now;
    }
  }
  // What a start would rebuild, slice of five minutes and all: the calls that are counted no more.
  bool forgets_too_early() const {
    const WallTime now = database();
    const ClockHistory clock(steps_, now);
    const milliseconds reach = clock.reach_back(window_);
    return std::any_of(calls_.begin(), calls_.end(), [&](const Call& call) {
      const bool within = true_ - call.at < window_;
      const auto slice = std::chrono::floor<std::chrono::duration<std::int64_t, std::ratio<300>>>(call.recorded);
      const bool read = call.recorded > now - reach;
      const bool counted = read && clock.counted_until(slice, slice + 5min) + window_ > now;
      return within && !counted;
    });
  }
  // By how much the rule errs when the clock was never set backward: a call that is counted for far too long.
  bool remembers_too_long() const {
    const WallTime now = database();
    const ClockHistory clock(steps_, now);
    return std::any_of(calls_.begin(), calls_.end(), [&](const Call& call) {
      const auto slice = std::chrono::floor<std::chrono::duration<std::int64_t, std::ratio<300>>>(call.recorded);
      return true_ - call.at > window_ + 10min && clock.counted_until(slice, slice + 5min) + window_ > now;
    });
  }

 private:
  struct Call {
    milliseconds at;
    WallTime recorded;
  };
  WallTime database() const { return noon + true_ + offset_; }

  milliseconds window_;
  milliseconds true_{0};
  milliseconds offset_{0};
  ClockMark mark_;
  ClockMark synced_;
  std::vector<ClockStep> steps_;
  std::vector<Call> calls_;
};

milliseconds any_step() {
  const milliseconds size = *rc::gen::element<milliseconds>(300ms, 999ms, 1001ms, 2s, 1min, 1h, 24h, 400h);
  return *rc::gen::inRange(0, 2) == 0 ? size : -size;
}

void live(Life& life, bool backward_too) {
  life.look(0ms);
  const int events = *rc::gen::inRange(1, 40);
  for (int i = 0; i < events; ++i) {
    switch (*rc::gen::inRange(0, 4)) {
      case 0:
        life.pass(milliseconds{*rc::gen::inRange(1, 4 * 3600 * 1000)});
        break;
      case 1: {
        const milliseconds step = any_step();
        life.set_clock(backward_too ? step : std::chrono::abs(step));
        break;
      }
      case 2:
        life.call();
        break;
      default:
        // Readings err by half a round trip of at most a second.
        life.look(milliseconds{*rc::gen::inRange(-499, 500)});
    }
  }
  life.look(0ms);  // whoever acquires looks before the history is read
}

RC_GTEST_PROP(ClockStepsProperty, NoTokenComesBackBeforeAWindowOfTrueTime, ()) {
  Life life(*rc::gen::element<milliseconds>(1h, 25h));
  live(life, true);
  RC_ASSERT(!life.forgets_too_early());
}

RC_GTEST_PROP(ClockStepsProperty, StepsForwardAloneCostNoTokens, ()) {
  Life life(1h);
  live(life, false);
  RC_ASSERT(!life.remembers_too_long());
}

}  // namespace
}  // namespace dialerd::storage
