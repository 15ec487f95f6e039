#include "campaign/ended_calls.h"

#include <gtest/gtest.h>

namespace dialerd::campaign {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr WallTime wall_start{hours{24 * 365 * 50}};
constexpr MonoTime mono_start{hours{100}};

Now at(milliseconds offset) { return {mono_start + offset, wall_start + offset}; }

AttemptId attempt(std::uint8_t n) { return make_attempt_id(wall_start + seconds{n}, {n, 0, 0, 0, 0, 0, 0, 0, 0, n}); }

CallNews news(std::uint8_t n, const std::string& reason = "user_hangup") {
  CallNews news;
  news.attempt = attempt(n);
  news.call_id = "call-" + std::to_string(n);
  news.status = "ended";
  news.disconnection_reason = reason;
  return news;
}

CallNews with_details(std::uint8_t n) {
  CallNews told = news(n);
  told.details = CallDetails{"12.5", "a summary", "neutral", "[]", ""};
  return told;
}

class EndedCallsTest : public testing::Test {
 protected:
  void add(std::uint8_t n, EndedCalls::Kind kind = EndedCalls::Kind::connected, seconds ended = seconds{0}) {
    calls_.add(at(ended).mono, attempt(n), "ended", "user_hangup", kind);
  }
  bool is_due(seconds when) { return calls_.ask_since(at(when).mono).has_value(); }
  EndedCalls calls_{minutes{15}};
};

TEST_F(EndedCallsTest, DetailsAreNewsOnce) {
  add(1);
  EXPECT_FALSE(calls_.news(at(seconds{1}), news(1)).details);
  auto found = calls_.news(at(seconds{2}), with_details(1));
  ASSERT_TRUE(found.details);
  EXPECT_EQ(found.details->attempt, attempt(1));
  EXPECT_EQ(found.details->details.total_cost, "12.5");
  EXPECT_FALSE(found.late_news);
  EXPECT_FALSE(calls_.news(at(seconds{3}), with_details(1)).details);
  EXPECT_FALSE(is_due(seconds{10})) << "nothing is awaited any more";
}

TEST_F(EndedCallsTest, DetailsAreAskedForTenSecondsAfterTheEndAndThenOnceAMinute) {
  add(1);
  EXPECT_FALSE(is_due(seconds{9})) << "the provider cannot have them yet";
  EXPECT_TRUE(is_due(seconds{10}));
  EXPECT_TRUE(is_due(seconds{11})) << "no pass has begun";
  calls_.asked(at(seconds{11}).mono);
  add(2, EndedCalls::Kind::connected, seconds{12});
  EXPECT_FALSE(is_due(seconds{22})) << "what ended in the meantime waits for the next one";
  EXPECT_FALSE(is_due(seconds{70}));
  EXPECT_TRUE(is_due(seconds{71}));
}

TEST_F(EndedCallsTest, TheFirstToEndAfterAPauseIsAskedForTenSecondsLater) {
  add(1);
  calls_.asked(at(seconds{10}).mono);
  calls_.news(at(seconds{11}), with_details(1));
  add(2, EndedCalls::Kind::connected, seconds{300});
  EXPECT_FALSE(is_due(seconds{309}));
  EXPECT_TRUE(is_due(seconds{310}));
  calls_.asked(at(seconds{310}).mono);
  calls_.news(at(seconds{311}), with_details(2));
  add(3, EndedCalls::Kind::connected, seconds{312});
  EXPECT_FALSE(is_due(seconds{322})) << "but no two within a minute";
  EXPECT_TRUE(is_due(seconds{370}));
}

TEST_F(EndedCallsTest, ThatOthersKeepEndingPutsNothingOff) {
  for (std::uint8_t n = 0; n < 10; ++n) add(n, EndedCalls::Kind::connected, seconds{n});
  EXPECT_TRUE(is_due(seconds{10}));
}

// Passes for open calls show it all the time: that is as good as asking, but not before it can have details.
TEST_F(EndedCallsTest, ACallThatIsShownAllTheTimeIsAwaitedForAsLongAsItsAsksLast) {
  add(1);
  seconds last{0};
  for (; calls_.awaits(attempt(1)) && last < minutes{14}; last += seconds{1}) calls_.news(at(last), news(1));
  last -= seconds{1};
  EXPECT_EQ(last, EndedCalls::first_ask_after + (EndedCalls::asks_max - 1) * EndedCalls::ask_interval / 2);
}

TEST_F(EndedCallsTest, ACostWithoutItsAnalysisIsKeptAndTheRestAwaited) {
  add(1);
  CallNews cost_alone = news(1);
  cost_alone.details = CallDetails{"3", "", "", "", ""};
  EXPECT_TRUE(calls_.news(at(seconds{1}), cost_alone).details);
  EXPECT_TRUE(calls_.awaits(attempt(1)));
  EXPECT_TRUE(calls_.news(at(seconds{2}), with_details(1)).details);
  EXPECT_FALSE(calls_.awaits(attempt(1)));
}

TEST_F(EndedCallsTest, APassReachesBackToTheOldestThatIsAwaited) {
  add(1, EndedCalls::Kind::not_connected);
  add(3);
  add(2);
  EXPECT_EQ(calls_.ask_since(at(seconds{10}).mono), wall_start + seconds{2});
  calls_.asked(at(seconds{10}).mono);
  EXPECT_FALSE(is_due(seconds{69}));
  calls_.news(at(seconds{69}), with_details(2));
  EXPECT_EQ(calls_.ask_since(at(seconds{70}).mono), wall_start + seconds{3});
}

TEST_F(EndedCallsTest, ACallThatNeverHasDetailsIsNotAskedAboutForEver) {
  add(1);
  int asks = 0;
  for (seconds when{0}; when < minutes{14}; when += seconds{2}) {
    calls_.news(at(when), news(1));
    if (!is_due(when)) continue;
    calls_.asked(at(when).mono);
    ++asks;
  }
  EXPECT_GE(asks, 2);
  EXPECT_LE(asks, EndedCalls::asks_max);
}

TEST_F(EndedCallsTest, AfterAWhileACallIsForgotten) {
  add(1);
  EXPECT_FALSE(is_due(minutes{15}));
  EXPECT_FALSE(calls_.news(at(minutes{15}), with_details(1)).details);
}

TEST_F(EndedCallsTest, ACallThatIsToldToHaveEndedOtherwiseIsLateNewsOnce) {
  add(1);
  auto found = calls_.news(at(minutes{1}), news(1, "agent_hangup"));
  ASSERT_TRUE(found.late_news);
  EXPECT_EQ(found.late_news->attempt, attempt(1));
  EXPECT_EQ(found.late_news->disposition, "agent_hangup");
  EXPECT_EQ(found.late_news->call_status, "ended");
  EXPECT_EQ(found.late_news->seen, wall_start + minutes{1});
  EXPECT_FALSE(calls_.news(at(minutes{2}), news(1, "agent_hangup")).late_news);
  EXPECT_TRUE(calls_.news(at(minutes{3}), news(1)).late_news) << "and back again";
}

TEST_F(EndedCallsTest, NewsFromBeforeTheEndThatWasOnItsWayForLongContradictsNothing) {
  add(1);
  CallNews old = news(1, "");
  old.status = "ongoing";
  EXPECT_FALSE(calls_.news(at(seconds{1}), old).late_news);
}

TEST_F(EndedCallsTest, ACallThatDidNotConnectIsAskedForNothingButContradictionsAreKept) {
  add(1, EndedCalls::Kind::not_connected);
  EXPECT_FALSE(is_due(minutes{2}));
  EXPECT_TRUE(calls_.news(at(seconds{1}), news(1, "dial_busy")).late_news);
}

TEST_F(EndedCallsTest, ThatThereIsACallAfterAllIsNewsWhileItStillRuns) {
  calls_.add(at(seconds{0}).mono, attempt(1), "", "not_placed", EndedCalls::Kind::no_call);
  CallNews there = news(1, "");
  there.status = "queued";
  auto found = calls_.news(at(seconds{1}), there);
  ASSERT_TRUE(found.late_news);
  EXPECT_EQ(found.late_news->call_id, "call-1");
  EXPECT_EQ(found.late_news->disposition, "queued");
  EXPECT_FALSE(calls_.news(at(seconds{2}), there).late_news);
  EXPECT_TRUE(calls_.news(at(seconds{3}), news(1)).late_news) << "and how it ended";
}

TEST_F(EndedCallsTest, TheSameDetailsAreNewsOnceThoughMoreIsAwaited) {
  add(1);
  CallNews cost_alone = news(1);
  cost_alone.details = CallDetails{"3", "", "", "", ""};
  EXPECT_TRUE(calls_.news(at(seconds{1}), cost_alone).details);
  EXPECT_FALSE(calls_.news(at(seconds{2}), cost_alone).details);
  cost_alone.details->total_cost = "4";
  EXPECT_TRUE(calls_.news(at(seconds{3}), cost_alone).details);
}

TEST_F(EndedCallsTest, TwoCallsOfOneAttemptAreNotNewsForEver) {
  add(1);
  int told = 0;
  for (int i = 0; i < 100; ++i) {
    if (calls_.news(at(seconds{i}), news(1, i % 2 == 0 ? "dial_busy" : "user_hangup")).late_news) ++told;
  }
  EXPECT_EQ(told, EndedCalls::late_news_max);
}

TEST_F(EndedCallsTest, NewsOfStrangersTellsNothing) {
  add(1);
  EXPECT_FALSE(calls_.news(at(seconds{1}), news(2, "dial_busy")).late_news);
  CallNews nobodys = news(1, "dial_busy");
  nobodys.attempt.reset();
  EXPECT_FALSE(calls_.news(at(seconds{1}), nobodys).late_news);
}

TEST_F(EndedCallsTest, VeryManyCallsAreNotKept) {
  for (std::size_t i = 0; i < EndedCalls::calls_max + 10; ++i) {
    auto n = static_cast<std::uint32_t>(i);
    std::array<std::uint8_t, 10> bits{};
    for (std::size_t b = 0; b < 4; ++b) bits[b + 2] = static_cast<std::uint8_t>(n >> (8 * b));
    calls_.add(mono_start, make_attempt_id(wall_start + milliseconds{i}, bits), "ended", "user_hangup",
               EndedCalls::Kind::connected);
  }
  EXPECT_GE(calls_.ask_since(mono_start + EndedCalls::first_ask_after), wall_start + milliseconds{10});
}

}  // namespace
}  // namespace dialerd::campaign
