#include "ratelimit/period_window.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <random>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace dialerd::ratelimit {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr MonoTime midnight{hours{1000}};
constexpr auto guard = PeriodWindow::guard;

void call(PeriodWindow& window, MonoTime at, std::int64_t n) {
  window.hold(n);
  window.count(at, n);
}

TEST(PeriodWindow, ANewDayGivesTheBudgetBackAfterTheGuardAndNotBefore) {
  PeriodWindow window(10, Unit::day);
  call(window, midnight - hours{3}, 10);
  EXPECT_EQ(window.available(midnight - seconds{1}), 0);
  window.new_period(midnight, midnight);
  EXPECT_EQ(window.available(midnight + guard - milliseconds{1}), 0);
  EXPECT_EQ(window.next_return(midnight), midnight + guard);
  EXPECT_EQ(window.available(midnight + guard), 10);
}

TEST(PeriodWindow, WithoutANewPeriodNothingComesBackInADay) {
  PeriodWindow window(1, Unit::day);
  call(window, midnight, 1);
  EXPECT_EQ(window.available(midnight + hours{25}), 0);
  EXPECT_EQ(window.available(midnight + hours{27}), 1);
}

TEST(PeriodWindow, CallsCloseToMidnightCountInBothDays) {
  PeriodWindow window(10, Unit::day);
  call(window, midnight - seconds{30}, 1);
  call(window, midnight - seconds{4}, 2);
  window.new_period(midnight, midnight);
  call(window, midnight + seconds{2}, 3);
  EXPECT_EQ(window.available(midnight + minutes{1}), 5);
}

TEST(PeriodWindow, ACallInFlightOverMidnightCountsInTheNewDay) {
  PeriodWindow window(1, Unit::day);
  window.hold(1);
  window.new_period(midnight, midnight);
  EXPECT_EQ(window.available(midnight + minutes{1}), 0);
  window.count(midnight + minutes{2}, 1);
  EXPECT_EQ(window.available(midnight + hours{23}), 0);
}

TEST(PeriodWindow, APeriodThatIsToldLateGivesBackWhatWasCountedWellBeforeIt) {
  PeriodWindow window(10, Unit::hour);
  call(window, midnight - minutes{20}, 4);
  call(window, midnight + minutes{3}, 5);
  window.new_period(midnight + minutes{5}, midnight);
  EXPECT_EQ(window.available(midnight + minutes{5}), 5);
}

TEST(PeriodWindow, TellingAPeriodAgainChangesNothing) {
  PeriodWindow window(10, Unit::day);
  call(window, midnight - seconds{30}, 2);
  call(window, midnight - seconds{3}, 3);
  for (MonoTime now = midnight; now < midnight + hours{3}; now += seconds{20}) {
    window.new_period(now, midnight);
    EXPECT_EQ(window.available(now), now < midnight + guard ? 5 : 7);
  }
}

TEST(PeriodWindow, AStepOfTheClockMakesItAWindowThatRolls) {
  PeriodWindow window(10, Unit::day);
  call(window, midnight - hours{1}, 6);
  window.clock_stepped(midnight - minutes{30});
  call(window, midnight - minutes{20}, 4);
  window.new_period(midnight - minutes{10}, midnight - minutes{10});
  EXPECT_EQ(window.available(midnight), 0);
  EXPECT_EQ(window.available(midnight + hours{24}), 0);
  EXPECT_EQ(window.available(midnight + hours{25} + minutes{7}), 6);
  EXPECT_EQ(window.available(midnight + hours{26}), 10);
}

TEST(PeriodWindow, AStepTakesBackAReleaseThatIsNotDueYet) {
  PeriodWindow window(1, Unit::day);
  call(window, midnight - hours{1}, 1);
  window.new_period(midnight, midnight);
  window.clock_stepped(midnight + seconds{1});
  EXPECT_EQ(window.available(midnight + hours{1}), 0);
}

TEST(PeriodWindow, PeriodsCountAgainWhenTheStepIsLongAgo) {
  PeriodWindow window(1, Unit::day);
  window.clock_stepped(midnight);
  MonoTime later = midnight + hours{30};
  call(window, later, 1);
  window.new_period(later + hours{18}, later + hours{18});
  EXPECT_EQ(window.available(later + hours{18} + guard), 1);
}

TEST(PeriodWindow, ARestartKnowsTheRunningPeriodAndCountsItsCallsAlone) {
  PeriodWindow window(10, Unit::day);
  MonoTime now = midnight + hours{4};
  window.new_period(now, midnight);
  window.restore(now, midnight - minutes{1}, 7);
  window.restore(now, midnight + minutes{1}, 2);
  EXPECT_EQ(window.available(now), 8);

  PeriodWindow told_later(10, Unit::day);
  told_later.restore(now, midnight - minutes{20}, 7);
  told_later.restore(now, midnight + minutes{1}, 2);
  told_later.new_period(now, midnight);
  EXPECT_EQ(told_later.available(now), 8);
}

// The provider: its own periods by a right clock. We: a clock that is off by less than the guard, is sometimes stepped
// by up to a day and somewhat later back, and an owner who looks at it now and then.
class Calendars {
 public:
  Calendars(std::uint64_t seed, Unit unit) : random_(seed), unit_(unit), limit_(1 + below(60)), window_(limit_, unit) {
    MonoTime boundary = midnight - 40 * longest(unit);
    while (boundary < midnight + 200 * longest(unit)) {
      boundaries_.push_back(boundary);
      boundary += unit == Unit::minute ? nanoseconds{minutes{1}} : hours{1} * (unit == Unit::hour ? 1 : 23 + below(3));
    }
    error_ = base_error_ = milliseconds{below(9990) - 4995};
    step_ =
        nanoseconds{longest(unit) / (std::vector<std::int64_t>{60, 1000, 20'000}[static_cast<std::size_t>(below(3))])};
    period_ = period_at(now_ + error_);
  }

  void run(int steps, bool clock_steps) {
    for (int i = 0; i < steps; ++i) {
      now_ += nanoseconds{below(step_.count())};
      if (clock_steps) step_clock();
      look_at_clock();
      if (below(3) > 0) {
        std::int64_t n = std::min(window_.available(now_), 1 + below(limit_));
        window_.hold(n);
        for (; n > 0; --n) in_flight_.push_back(now_);
      }
      while (!in_flight_.empty() && below(4) > 0) {
        MonoTime granted = in_flight_.front();
        in_flight_.pop_front();
        ++counted_[period_at(granted + (now_ - granted) / 100 * below(101))];
        window_.count(now_, 1);
      }
      if (below(300) == 0) restart();
    }
  }

  void judge() const {
    for (const auto& [period, calls] : counted_) RC_ASSERT(calls <= limit_);
  }

 private:
  std::int64_t below(std::int64_t n) { return static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(n)); }

  std::size_t period_at(MonoTime wall) const {
    return static_cast<std::size_t>(std::upper_bound(boundaries_.begin(), boundaries_.end(), wall) -
                                    boundaries_.begin()) -
           1;
  }

  void step_clock() {
    auto span = longest(unit_).count();
    bool wrong = error_ != base_error_;
    if (wrong && now_ >= back_at_) {
      error_ = base_error_;
    } else if (!wrong && below(150) == 0) {
      error_ = base_error_ + nanoseconds{below(2 * span) - span};
      back_at_ = now_ + nanoseconds{below(span)};
    } else {
      return;
    }
    stepped_ = true;
  }

  void look_at_clock() {
    if (stepped_) window_.clock_stepped(now_);
    stepped_ = false;
    std::size_t period = period_at(now_ + error_);
    if (period == period_ && below(4) > 0) return;  // told again now and then, which must not matter
    period_ = period;
    window_.new_period(now_, boundaries_[period] - error_);
  }

  // The store knows when calls were answered only in slices of a minute; here the last moment is good enough.
  void restart() {
    if (error_ != base_error_) return;
    std::size_t running = period_at(now_ + error_);
    std::int64_t before = window_.used(now_) - static_cast<std::int64_t>(in_flight_.size());
    window_ = PeriodWindow(limit_, unit_);
    window_.new_period(now_, boundaries_[running] - error_);
    window_.hold(static_cast<std::int64_t>(in_flight_.size()));
    window_.restore(now_, now_, before);
  }

  std::mt19937_64 random_;
  Unit unit_;
  std::int64_t limit_;
  PeriodWindow window_;
  std::vector<MonoTime> boundaries_;
  nanoseconds base_error_{};
  nanoseconds error_{};
  nanoseconds step_{};
  MonoTime back_at_{};
  bool stepped_ = false;
  std::size_t period_ = 0;
  MonoTime now_ = midnight;
  std::deque<MonoTime> in_flight_;
  std::map<std::size_t, std::int64_t> counted_;
};

RC_GTEST_PROP(PeriodWindow, NoPeriodOfTheProvidersClockHoldsMoreThanTheLimit, ()) {
  Calendars world(*rc::gen::arbitrary<std::uint64_t>(), *rc::gen::element(Unit::minute, Unit::hour, Unit::day));
  world.run(3000, false);
  world.judge();
}

RC_GTEST_PROP(PeriodWindow, AJumpOfTheClockByUpToADayEitherWayGivesNoSecondBudget, ()) {
  Calendars world(*rc::gen::arbitrary<std::uint64_t>(), *rc::gen::element(Unit::minute, Unit::hour, Unit::day));
  world.run(3000, true);
  world.judge();
}

// Steady demand, a little more than the limit, so that calls lie around every boundary.
TEST(PeriodWindow, UsesAtLeast995PerMilleOfTheLimit) {
  struct Case {
    Unit unit;
    MonoClock::duration length;
    std::int64_t limit;
  };
  for (Case c : {Case{Unit::hour, hours{1}, 20'000}, Case{Unit::day, hours{24}, 100'000}}) {
    PeriodWindow window(c.limit, c.unit);
    MonoClock::duration interval = c.length / c.limit * 199 / 200;
    std::int64_t calls = 0;
    MonoTime boundary = midnight;
    for (MonoTime now = midnight; now < midnight + 20 * c.length; now += interval) {
      if (now >= boundary) {
        window.new_period(now, boundary);
        boundary += c.length;
      }
      if (window.available(now) == 0) continue;
      call(window, now, 1);
      ++calls;
    }
    EXPECT_GE(calls, 20 * c.limit * 995 / 1000);
  }
  // Demand that takes all there is at once: the whole limit, of a minute's window too.
  PeriodWindow window(1000, Unit::minute);
  std::int64_t calls = 0;
  for (MonoTime now = midnight; now < midnight + hours{1}; now += seconds{1}) {
    if ((now - midnight) % minutes{1} == seconds{0}) window.new_period(now, now);
    std::int64_t n = window.available(now);
    call(window, now, n);
    calls += n;
  }
  EXPECT_EQ(calls, 60 * 1000);
}

}  // namespace
}  // namespace dialerd::ratelimit
