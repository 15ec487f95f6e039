// The engine's promises at the end of calls, restarts, changes of ownership and drains. See engine_test.cpp.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "campaign/engine.h"
#include "tests/unit/campaign/engine_fixture.h"

namespace dialerd::campaign {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

TEST(EngineEnd, ARetryIsNotBeforeItsDelayAndNotMuchLater) {
  Driver driver;
  AttemptId attempt = driver.one_call().attempt;
  driver.accept(attempt);
  driver.store();
  driver.news(attempt, "not_connected", "dial_no_answer");
  const Settlement& settlement = driver.only_settlement();
  EXPECT_EQ(settlement.lead_state, LeadState::ready);
  EXPECT_GE(settlement.next_at, driver.now.wall + minutes{30});
  EXPECT_LE(settlement.next_at, driver.now.wall + minutes{33});
  EXPECT_EQ(settlement.lead_attempts, 1);
  EXPECT_EQ(count_of(parse_reason_counts(settlement.reason_counts), "dial_no_answer"), 1);
}

TEST(EngineEnd, ARetryThatFallsOutsideTheWindowMovesToTheNextOpening) {
  EngineSettings settings = engine_settings();
  settings.campaigns[0].config.calling_windows = {{2, 0, 9 * 60 + 20}, {3, 11 * 60, 12 * 60}};  // it is Tuesday 09:00
  Driver driver(settings);
  AttemptId attempt = driver.one_call().attempt;
  driver.accept(attempt);
  driver.store();
  driver.news(attempt, "not_connected", "dial_no_answer");
  WallTime opening = driver.now.wall + hours{26};  // Wednesday 11:00
  EXPECT_GE(driver.only_settlement().next_at, opening);
  EXPECT_LE(driver.only_settlement().next_at, opening + minutes{15}) << "spread over a quarter of the window";
}

TEST(EngineEnd, AnUnknownReasonIsHeld) {
  Driver driver;
  AttemptId attempt = driver.one_call().attempt;
  driver.accept(attempt);
  driver.store();
  driver.news(attempt, "ended", "blocked_number");
  EXPECT_EQ(driver.only_settlement().lead_state, LeadState::held);
  EXPECT_EQ(driver.only_settlement().outcome, "blocked_number");
}

TEST(EngineEnd, AProviderLimitStopsTheAccountAndCostsTheLeadNothing) {
  Driver driver;
  AttemptId attempt = driver.one_call().attempt;
  driver.accept(attempt);
  driver.store();
  driver.news(attempt, "error", "daily_call_limit_reached");
  EXPECT_FALSE(driver.only_settlement().counted);
  EXPECT_EQ(driver.only_settlement().lead_attempts, 0);
  EXPECT_EQ(driver.only_settlement().lead_state, LeadState::ready);
  EXPECT_EQ(driver.engine.snapshot(account_index).trouble, Trouble::daily_limit);
  driver.store();
  driver.advance(minutes{9});
  driver.tick();
  EXPECT_TRUE(driver.commands.claims.empty());
}

TEST(EngineEnd, AnAcceptedProbeDoesNotEndALimitThatShowsOnlyAtTheEnd) {
  Driver driver;
  AttemptId attempt = driver.one_call().attempt;
  driver.accept(attempt);
  driver.store();
  driver.news(attempt, "error", "hourly_call_limit_reached");
  driver.store();
  driver.advance(minutes{2});
  driver.tick();
  AttemptId probe = driver.one_call().attempt;
  driver.accept(probe);
  driver.store();
  EXPECT_TRUE(driver.commands.claims.empty()) << "accepted, but that is what the refused ones were too";
  driver.news(probe, "ongoing");
  EXPECT_EQ(driver.commands.claims.size(), 1U);
}

TEST(EngineEnd, LateNewsOfASettledCallChangesNothing) {
  Driver driver;
  AttemptId attempt = driver.one_call().attempt;
  driver.accept(attempt);
  driver.store();
  driver.news(attempt, "ended", "user_hangup");
  Commands ended = driver.commands;
  driver.news(attempt, "not_connected", "dial_no_answer");
  EXPECT_TRUE(driver.commands.writes.empty());
  driver.commands = ended;
  driver.store();
  driver.news(attempt, "not_connected", "dial_no_answer");
  ASSERT_EQ(driver.commands.writes.size(), 1U);
  EXPECT_TRUE(driver.commands.writes[0].settlements.empty()) << "it is only kept";
}

TEST(EngineRestart, RebuildsLimitsAndNeverDialsAnOpenAttemptAgain) {
  config::Limits limits;
  limits.concurrency = 10;
  limits.per_hour = 10;
  Driver driver(with_account_limits(limits));
  AccountHistory history;
  history.counts.push_back({campaign_id, "07011112222", driver.now.wall - minutes{10}, 5});
  OpenAttempt dialing;
  dialing.attempt = make_attempt_id(driver.now.wall - seconds{20}, {});
  dialing.campaign = campaign_id;
  dialing.claimed = driver.now.wall - seconds{20};
  OpenAttempt open = dialing;
  open.attempt = make_attempt_id(driver.now.wall - seconds{30}, {});
  open.state = AttemptState::in_progress;
  open.call_id = "call-1";
  open.answered = driver.now.wall - seconds{29};
  history.open = {dialing, open};
  driver.engine.gained(driver.now, account_index, history);
  driver.tick();
  ASSERT_EQ(driver.commands.claims.size(), 1U);
  EXPECT_EQ(driver.commands.claims[0].leads, 3) << "10 less 5 counted less 2 open";
  EXPECT_TRUE(driver.commands.calls.empty());
  EXPECT_EQ(driver.only_record().attempt, dialing.attempt);
  EXPECT_EQ(driver.only_record().state, AttemptState::unknown);
  EXPECT_EQ(driver.engine.snapshot(account_index).open, 1);
  EXPECT_EQ(driver.engine.snapshot(account_index).doubts, 1);
}

TEST(EngineRestart, APostThatMayJustHaveLeftIsWaitedForBeforeItsAbsenceCounts) {
  Driver driver;
  AccountHistory history;
  OpenAttempt dialing;
  dialing.attempt = make_attempt_id(driver.now.wall, {});
  dialing.campaign = campaign_id;
  history.open = {dialing};
  driver.engine.gained(driver.now, account_index, history);
  driver.tick();
  driver.store();
  MonoTime begun = driver.now.mono;
  while (driver.commands.writes.empty()) {
    driver.advance(seconds{1});
    driver.empty_pass();
  }
  EXPECT_EQ(driver.only_settlement().disposition, "not_placed");
  FollowSettings follow = engine_settings().follow;
  EXPECT_GE(driver.now.mono - begun, follow.answer_max + 2 * follow.list_lag);
}

TEST(EngineRestart, ADoubtWhoseRecordedTimeLiesAheadIsNotWaitedForLongerThanForAnAnswer) {
  Driver driver;
  AccountHistory history;
  OpenAttempt open;
  open.attempt = make_attempt_id(driver.now.wall, {7});
  open.campaign = campaign_id;
  open.lead = LeadId{7};
  open.state = AttemptState::unknown;
  open.answered = driver.now.wall + hours{24};  // corrected by a step of the clock
  history.open.push_back(open);
  driver.engine.gained(driver.now, account_index, history);
  const FollowSettings follow;
  Commands settled;
  for (auto waited = seconds{0}; waited < follow.answer_max + 4 * follow.list_lag; waited += seconds{5}) {
    driver.advance(seconds{5});
    driver.empty_pass();
    if (!driver.commands.writes.empty()) settled = driver.commands;
  }
  ASSERT_EQ(settled.writes.size(), 1U);
  ASSERT_EQ(settled.writes[0].settlements.size(), 1U);
  EXPECT_EQ(settled.writes[0].settlements[0].disposition, "not_placed");
}

TEST(EngineRestart, PassesForDoubtsReachBackByWhatTheClockWasSetSince) {
  Driver driver;
  AccountHistory history;
  history.clock_moved = hours{1};
  OpenAttempt open;
  open.attempt = make_attempt_id(driver.now.wall + minutes{59}, {7});  // by the clock as it was then
  open.campaign = campaign_id;
  open.lead = LeadId{7};
  open.state = AttemptState::unknown;
  history.open.push_back(open);
  driver.engine.gained(driver.now, account_index, history);
  driver.tick();
  ASSERT_EQ(driver.commands.list_pages.size(), 1U);
  EXPECT_LE(driver.commands.list_pages[0].start_at_after, driver.now.wall - minutes{5});
}

TEST(EngineRestart, AnAcceptedCallThatLooksYoungerThanItIsGivesItsTokenBackAllTheSame) {
  config::Limits limits;
  limits.per_minute = 1;
  Driver driver(with_account_limits(limits));
  AccountHistory history;
  OpenAttempt open;
  open.attempt = make_attempt_id(driver.now.wall, {7});
  open.campaign = campaign_id;
  open.lead = LeadId{7};
  open.state = AttemptState::in_progress;
  open.call_id = "call-" + to_string(open.attempt);
  open.answered = driver.now.wall + seconds{2};
  history.open.push_back(open);
  driver.engine.gained(driver.now, account_index, history);
  driver.tick();
  driver.news(open.attempt, "ended", "user_hangup");
  driver.store();
  EXPECT_TRUE(driver.commands.claims.empty());
  driver.advance(seconds{62});
  driver.tick();
  EXPECT_EQ(driver.commands.claims.size(), 1U);
}

TEST(EngineRestart, SpacingGoesOnAsIfACallHadJustBeenStarted) {
  config::Limits limits;
  limits.per_second = 1;
  EngineSettings settings = with_account_limits(limits);
  Driver driver(settings);
  for (int i = 0; driver.dialled.empty() && i < 100; ++i) {
    if (!driver.commands.claims.empty()) driver.claim_brings(1);
    driver.advance(milliseconds{50});
    driver.tick();
  }
  ASSERT_FALSE(driver.dialled.empty());
  EXPECT_GE(driver.dialled[0] - MonoTime{hours{100}}, seconds{1});
}

TEST(EngineOwnership, WithoutTheAccountNothingHappens) {
  Driver driver;
  driver.engine.lost(account_index);
  driver.advance(seconds{5});
  driver.tick();
  EXPECT_TRUE(driver.commands.claims.empty());
  EXPECT_FALSE(driver.commands.wake_at);
}

TEST(EngineOwnership, WhileTheLeaseIsInDoubtNothingIsClaimedOrDialledButAnswersAreRecorded) {
  Driver driver;
  AttemptId under_way = driver.one_call().attempt;
  driver.advance(seconds{2});
  driver.tick();
  driver.engine.suspend(account_index, true);
  driver.claim_brings(1);
  EXPECT_TRUE(driver.commands.calls.empty());
  EXPECT_EQ(driver.only_settlement().disposition, "not_sent:suspended");
  driver.accept(under_way);
  EXPECT_EQ(driver.only_record().state, AttemptState::in_progress);
  driver.advance(seconds{5});
  driver.tick();
  EXPECT_TRUE(driver.commands.claims.empty());
  driver.engine.suspend(account_index, false);
  driver.tick();
  EXPECT_EQ(driver.commands.claims.size(), 1U);
}

TEST(EngineOwnership, WhileTheLeaseIsInDoubtOrTheAccountIsHandedOverNothingIsAsked) {
  Driver driver;
  driver.accept(driver.one_call().attempt);
  driver.store();
  driver.empty_pass();
  driver.engine.suspend(account_index, true);
  driver.advance(seconds{10});
  driver.tick();
  EXPECT_TRUE(driver.commands.list_pages.empty()) << "the request budget may be another owner's";
  driver.engine.suspend(account_index, false);
  driver.engine.yield(account_index, true);
  driver.tick();
  ASSERT_TRUE(driver.engine.yielded(account_index));
  EXPECT_TRUE(driver.commands.list_pages.empty()) << "what it has spent is told already";
  driver.engine.yield(account_index, false);
  driver.tick();
  EXPECT_EQ(driver.commands.list_pages.size(), 1U);
}

TEST(EngineDrain, StopsCallsAtOnceAndIsDrainedWhenAllIsStored) {
  Driver driver;
  driver.claim_brings(2);
  ASSERT_EQ(driver.commands.calls.size(), 2U);
  AttemptId first = driver.commands.calls[0].attempt;
  AttemptId second = driver.commands.calls[1].attempt;
  driver.engine.drain();
  driver.advance(seconds{2});
  driver.tick();
  EXPECT_TRUE(driver.commands.claims.empty());
  EXPECT_FALSE(driver.engine.drained());
  driver.accept(first);
  driver.store();
  driver.accept(second);
  EXPECT_FALSE(driver.engine.drained()) << "the record is not stored";
  driver.store();
  EXPECT_TRUE(driver.engine.drained()) << "open calls are left to the next start";
}

TEST(EngineDrain, AClaimThatWasUnderWayComesBackUndialled) {
  Driver driver;
  driver.engine.drain();
  EXPECT_FALSE(driver.engine.drained());
  driver.claim_brings(1);
  EXPECT_TRUE(driver.commands.calls.empty());
  EXPECT_EQ(driver.only_settlement().disposition, "not_sent:draining");
  driver.store();
  EXPECT_TRUE(driver.engine.drained());
}

TEST(EngineExhausted, OnlyWhenNothingIsReadyNowOrLaterAndNothingIsOpen) {
  Driver driver;
  EXPECT_FALSE(driver.engine.exhausted());
  AttemptId attempt = driver.one_call().attempt;
  EXPECT_FALSE(driver.engine.exhausted());
  driver.accept(attempt);
  driver.store();
  driver.news(attempt, "ended", "user_hangup");
  EXPECT_FALSE(driver.engine.exhausted());
  driver.store();
  EXPECT_TRUE(driver.engine.exhausted());
}

TEST(EngineExhausted, AnAnswerThatIsOlderThanASettlementDoesNotHideItsLead) {
  Driver driver;
  AttemptId attempt = driver.one_call().attempt;
  driver.accept(attempt);
  driver.store();
  driver.advance(seconds{2});
  driver.news(attempt, "not_connected", "dial_busy");
  Commands ended = driver.commands;
  ASSERT_EQ(ended.claims.size(), 1U) << "asked before the settlement is stored, and sees no ready lead";
  driver.commands = ended;
  driver.store();
  driver.engine.claimed(driver.now, campaign_id, ended.claims[0].number, {});
  driver.tick();
  EXPECT_FALSE(driver.engine.exhausted());
}

// Leads may be ready: nothing of it is to be called.
TEST(EngineExhausted, ADraftOrAStoppedCampaignIsNotWaitedForAPausedOneIs) {
  for (CampaignWish wish : {CampaignWish::draft, CampaignWish::stopped}) {
    Driver driver;
    driver.claim_brings(0, minutes{30});
    driver.engine.set_wish(campaign_id, wish);
    EXPECT_TRUE(driver.engine.exhausted()) << to_string(wish);
    driver.engine.set_wish(campaign_id, CampaignWish::paused);
    EXPECT_FALSE(driver.engine.exhausted());
  }
}

TEST(EngineExhausted, AStoppedCampaignsOpenCallIsWaitedFor) {
  Driver driver;
  AttemptId attempt = driver.one_call().attempt;
  driver.accept(attempt);
  driver.store();
  driver.engine.set_wish(campaign_id, CampaignWish::stopped);
  driver.tick();
  EXPECT_FALSE(driver.engine.exhausted());
  driver.news(attempt, "ended", "user_hangup");
  driver.store();
  EXPECT_TRUE(driver.engine.exhausted());
}

TEST(EngineExhausted, ACampaignIsOverAfterItsLastDay) {
  EngineSettings settings = engine_settings();
  settings.campaigns[0].config.end_date = std::chrono::sys_days{std::chrono::year{2000} / 1 / 1};
  Driver driver(settings);
  EXPECT_TRUE(driver.commands.claims.empty());
  EXPECT_TRUE(driver.engine.exhausted());
}

TEST(EngineExhausted, ALeadThatIsDueLaterIsNotNothing) {
  Driver driver;
  driver.claim_brings(0, minutes{30});
  EXPECT_FALSE(driver.engine.exhausted());
}

}  // namespace
}  // namespace dialerd::campaign
