#include <map>
#include <numeric>

#include "storage_fixture.h"

namespace dialerd::test {
namespace {

using namespace std::chrono_literals;
using campaign::AttemptState;

class History : public StorageTest {
 protected:
  // A settled attempt that was claimed and answered that long ago.
  void past_attempt(std::chrono::milliseconds claimed_ago, const std::string& state,
                    std::optional<std::chrono::milliseconds> answered_ago) const {
    const auto ago = [](std::chrono::milliseconds d) {
      return "now() - interval '" + std::to_string(d.count()) + " ms'";
    };
    const auto id = new_attempts(1, wall_now() - claimed_ago).at(0);
    database_.rows(
        "insert into dialerd.attempt (attempt_id, account, campaign_id, lead_id, epoch, state, claimed_at, "
        "answered_at, settled_at, person, dialled) values ('" +
        to_string(id) + "', 'main', 1, 1, 1, '" + state + "', " + ago(claimed_ago) + ", " +
        (answered_ago ? ago(*answered_ago) : "null") + ", now(), 'KR1001', 'KR1001')");
  }
  std::int64_t calls() {
    const auto history = must(session_.history("main"));
    return std::accumulate(history.counts.begin(), history.counts.end(), std::int64_t{0},
                           [](std::int64_t sum, const storage::CallCount& count) { return sum + count.calls; });
  }
};

TEST_F(History, IsEmptyAtFirst) {
  const auto history = must(session_.history("main"));
  EXPECT_TRUE(history.open.empty());
  EXPECT_TRUE(history.counts.empty());
}

TEST_F(History, ShowsOpenAttemptsAsTheyStand) {
  add_leads(4);
  const auto leads = claim(4);
  must(session_.write({owner_, {accepted(leads[1])}, {}}));
  campaign::Record unknown;
  unknown.attempt = leads[2].attempt;
  unknown.state = AttemptState::unknown;
  unknown.answered = wall_now();
  must(session_.write({owner_, {unknown}, {ended(leads[3])}}));

  const auto history = must(session_.history("main"));
  ASSERT_EQ(history.open.size(), 3U);
  for (const auto& open : history.open) {
    EXPECT_EQ(open.campaign, campaign_);
    EXPECT_LT(std::chrono::abs(open.claimed - wall_now()), 10s);
    if (open.attempt == leads[0].attempt) {
      EXPECT_EQ(open.state, AttemptState::dialing);
      EXPECT_EQ(open.lead, leads[0].lead);
      EXPECT_EQ(open.answered, std::nullopt);
    } else if (open.attempt == leads[1].attempt) {
      EXPECT_EQ(open.state, AttemptState::in_progress);
      EXPECT_EQ(open.call_id, "call-" + to_string(leads[1].attempt));
      EXPECT_TRUE(open.answered);
    } else {
      EXPECT_EQ(open.attempt, leads[2].attempt);
      EXPECT_EQ(open.state, AttemptState::unknown);
      EXPECT_EQ(open.call_id, "");
    }
  }
  EXPECT_EQ(calls(), 1) << "the ended one; open ones are not counted twice";
  EXPECT_TRUE(must(session_.history("other")).open.empty());
}

TEST_F(History, CountsWhatTheProviderMayHaveCounted) {
  past_attempt(10min, "ended", 10min);
  past_attempt(10min, "abandoned", 10min);
  past_attempt(10min, "rejected", 10min);
  past_attempt(10min, "not_placed", 10min);
  EXPECT_EQ(calls(), 2);
}

TEST_F(History, CountsTheLongestDayByTheAnswer) {
  past_attempt(25h + 10min, "ended", 24h + 50min);  // answered late: still in the window
  past_attempt(25h + 10min, "ended", 25h + 10min);
  past_attempt(24h, "ended", 24h);
  EXPECT_EQ(calls(), 2);
}

TEST_F(History, ASliceEndsAfterItsCallsAndSoonAfter) {
  past_attempt(30min, "ended", 30min);
  past_attempt(5h, "ended", 5h);
  const auto counts = must(session_.history("main")).counts;
  ASSERT_EQ(counts.size(), 2U);
  const auto day_slice = counts[0].until - (wall_now() - 5h);
  EXPECT_GT(day_slice, -1s);
  EXPECT_LE(day_slice, 5min + storage::clock_step_untold_max);
  const auto hour_slice = counts[1].until - (wall_now() - 30min);
  EXPECT_GT(hour_slice, -1s);
  EXPECT_LE(hour_slice, 10s + storage::clock_step_untold_max);
}

TEST_F(History, CallsFromBeforeAStepForwardAreAsYoungAsTheyAre) {
  // An hour of the clock was jumped over 10 minutes ago: by it the first call is 75 minutes old, and truly 15.
  past_attempt(75min, "ended", 75min);
  past_attempt(5min, "ended", 5min);
  must(session_.renew(owner_, 60s, {{}, {{wall_now() - 70min, 1h}}, "test"}));
  const auto counts = must(session_.history("main")).counts;
  ASSERT_EQ(counts.size(), 2U);
  EXPECT_GT(counts[0].until, wall_now() - 15min - 1s);
  EXPECT_LE(counts[0].until, wall_now() - 15min + 5min + storage::clock_step_untold_max);
  EXPECT_LE(counts[1].until, wall_now() - 5min + 10s + storage::clock_step_untold_max) << "after the step";
}

TEST_F(History, ATimeThatTheClockShowedTwiceIsTakenForTheLaterOne) {
  // The clock was set back by two hours a minute after the call, and forward by one a minute later: the call is 110
  // minutes old, but a call of 50 minutes ago would bear the same time.
  past_attempt(50min, "ended", 50min);
  past_attempt(180min, "ended", 180min);
  must(session_.renew(owner_, 60s, {{}, {{wall_now() - 49min, -2h}, {wall_now() - 168min, 1h}}, "test"}));
  const auto counts = must(session_.history("main")).counts;
  ASSERT_EQ(counts.size(), 2U);
  EXPECT_GT(counts[0].until, wall_now() - 240min - 1s);
  EXPECT_LT(counts[0].until, wall_now() - 230min) << "from before both";
  EXPECT_GT(counts[1].until, wall_now() - 50min - 1s);
}

TEST_F(History, ReachesBackBeyondTheLongestDayWhenTheClockJumped) {
  past_attempt(24h * 10, "ended", 24h * 10);
  EXPECT_EQ(calls(), 0);
  must(session_.renew(owner_, 60s, {{}, {{wall_now() - 239h, 238h}}, "test"}));
  EXPECT_EQ(calls(), 1) << "it was two hours ago";
}

TEST_F(History, AnOpenCallsAnswerIsAsYoungAsItIs) {
  add_leads(1);
  auto record = accepted(claim(1).at(0));
  record.answered = wall_now() - 75min;
  must(this->record(record));
  must(session_.renew(owner_, 60s, {{}, {{wall_now() - 70min, 1h}}, "test"}));
  const auto answered = must(session_.history("main")).open.at(0).answered.value();
  EXPECT_LT(std::chrono::abs(answered - (wall_now() - 15min)), 10s);
}

TEST_F(History, AStepBetweenTheClaimAndAnUnrecordedAnswerCounts) {
  // Claimed 65 minutes ago by the clock, which jumped an hour a minute later; counted five minutes after the claim.
  past_attempt(65min, "abandoned", std::nullopt);
  must(session_.renew(owner_, 60s, {{}, {{wall_now() - 64min, 1h}}, "test"}));
  EXPECT_GT(must(session_.history("main")).counts.at(0).until, wall_now() - 5min);
}

TEST_F(History, CountsEachCallerNumberByItself) {
  add_leads(4);
  const auto leads = claim(4);
  for (std::size_t i = 0; i < 3; ++i) {
    auto end = ended(leads[i]);
    end.from_number = i < 2 ? "0211112222" : "";
    end.answered = wall_now() - 30min;
    must(settle(end));
  }
  must(record(accepted(leads[3])));
  const auto history = must(session_.history("main"));
  std::map<std::string, std::int64_t> calls;
  for (const auto& count : history.counts) calls[count.from_number] += count.calls;
  EXPECT_EQ(calls, (std::map<std::string, std::int64_t>{{"", 1}, {"0211112222", 2}}));
  EXPECT_EQ(history.open.at(0).from_number, "0212345678");
}

TEST_F(History, AnUnrecordedAnswerCountsLateRatherThanEarly) {
  past_attempt(30min, "abandoned", std::nullopt);
  const auto counts = must(session_.history("main")).counts;
  ASSERT_EQ(counts.size(), 1U);
  EXPECT_GT(counts[0].until, wall_now() - 26min);
}

}  // namespace
}  // namespace dialerd::test
