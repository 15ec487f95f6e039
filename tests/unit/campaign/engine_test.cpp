// The engine's promises one by one, in virtual time. tests/simulation holds them together under random faults.
#include "campaign/engine.h"

#include <algorithm>
#include <deque>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/campaign/engine_fixture.h"

namespace dialerd::campaign {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

TEST(EngineClaim, AsksForNoMoreLeadsThanThereArePermits) {
  Driver driver(with_concurrency(3));
  ASSERT_EQ(driver.commands.claims.size(), 1U);
  EXPECT_EQ(driver.commands.claims[0].leads, 3);
}

TEST(EngineClaim, TheCampaignsOwnLimitHoldsToo) {
  EngineSettings settings = with_concurrency(10);
  settings.campaigns[0].config.limits.per_day = 2;
  EXPECT_EQ(Driver(settings).commands.claims.at(0).leads, 2);
}

TEST(EngineClaim, UnusedPermitsGoBack) {
  Driver driver(with_concurrency(3));
  driver.claim_brings(1);
  driver.advance(seconds{2});
  driver.tick();
  EXPECT_EQ(driver.commands.claims.at(0).leads, 2);
}

TEST(EngineClaim, AFailedClaimGivesItsPermitsBackAndIsAskedAgainLater) {
  Driver driver(with_concurrency(3));
  driver.engine.claim_failed(driver.now, campaign_id, driver.commands.claims[0].number);
  driver.tick();
  EXPECT_TRUE(driver.commands.claims.empty());
  ASSERT_TRUE(driver.commands.wake_at);
  driver.advance(seconds{2});
  driver.tick();
  EXPECT_EQ(driver.commands.claims.at(0).leads, 3);
}

// A provider that answers at once, asked until `enough` calls are accepted. Returns how many leads each claim asked
// for.
std::vector<std::int64_t> claims_until_accepted(Driver& driver, std::size_t enough) {
  std::vector<std::int64_t> asked;
  std::deque<AttemptId> dialled;
  auto dial = [&] {
    for (const Call& call : driver.commands.calls) dialled.push_back(call.attempt);
  };
  dial();
  for (std::size_t accepted = 0; accepted < enough; ++accepted) {
    if (!driver.commands.claims.empty()) {
      asked.push_back(driver.commands.claims[0].leads);
      driver.claim_brings(asked.back());
      dial();
    }
    driver.accept(dialled.front());
    dialled.pop_front();
    dial();
  }
  return asked;
}

EngineSettings with_ten_connections() {
  EngineSettings settings = engine_settings();
  settings.accounts[0].dialing_max = 100;
  settings.accounts[0].connections = 10;
  return settings;
}

TEST(EngineClaim, WaitsForRoomForALargeClaimWhileEnoughIsQueued) {
  Driver driver(with_ten_connections());
  const std::vector<std::int64_t> asked = claims_until_accepted(driver, 100);
  ASSERT_GE(asked.size(), 2U);
  EXPECT_EQ(asked[0], 100);
  EXPECT_GE(*std::min_element(asked.begin(), asked.end()), 50);
}

TEST(EngineClaim, AsksForAsManyLeadsAsWereLatelyPosted) {
  const EngineSettings settings = with_ten_connections();
  Driver driver(settings);
  const std::vector<std::int64_t> asked = claims_until_accepted(driver, 3000);
  EXPECT_EQ(asked.front(), 100);
  EXPECT_EQ(asked.back(), settings.claim_max);
}

TEST(EngineClaim, NothingIsClaimedOutsideTheWindowAndTheEngineWakesForIt) {
  EngineSettings settings = engine_settings();
  settings.campaigns[0].config.calling_windows = {{2, 10 * 60, 20 * 60}};  // Tuesday; it is Tuesday 09:00 in Seoul
  Driver driver(settings);
  EXPECT_TRUE(driver.commands.claims.empty());
  ASSERT_TRUE(driver.commands.wake_at);
  EXPECT_LE(*driver.commands.wake_at, driver.now.mono + hours{1});
  driver.advance(hours{1});
  driver.tick();
  EXPECT_EQ(driver.commands.claims.size(), 1U);
}

TEST(EngineClaim, APausedCampaignIsNotClaimedFrom) {
  Driver driver;
  driver.claim_brings(0);
  driver.engine.set_wish(campaign_id, CampaignWish::paused);
  driver.advance(minutes{1});
  driver.tick();
  EXPECT_TRUE(driver.commands.claims.empty());
  driver.engine.set_wish(campaign_id, CampaignWish::running);
  driver.tick();
  EXPECT_EQ(driver.commands.claims.size(), 1U);
}

TEST(EngineClaim, AnswersToAClaimOfALostOwnershipAreIgnored) {
  Driver driver;
  Claim old = driver.commands.claims.at(0);
  driver.engine.lost(account_index);
  driver.engine.gained(driver.now, account_index, {});
  driver.tick();
  ClaimAnswer answer;
  answer.leads.resize(1);
  driver.engine.claimed(driver.now, old.campaign, old.number, answer);
  driver.tick();
  EXPECT_TRUE(driver.commands.calls.empty());
}

TEST(EngineClaim, CampaignsShareAnAccountEvenly) {
  EngineSettings settings = with_concurrency(10);
  settings.campaigns.push_back(settings.campaigns[0]);
  settings.campaigns[1].id = CampaignId{8};
  Driver driver(settings);
  ASSERT_EQ(driver.commands.claims.size(), 2U);
  EXPECT_EQ(driver.commands.claims[0].leads, 5);
  EXPECT_EQ(driver.commands.claims[1].leads, 5);
}

TEST(EngineDial, ACallIsHandedOutOnce) {
  Driver driver;
  AttemptId attempt = driver.one_call().attempt;
  for (int i = 0; i < 100; ++i) {
    driver.advance(minutes{1});
    driver.tick();
    for (const Call& call : driver.commands.calls) EXPECT_NE(call.attempt, attempt);
  }
}

TEST(EngineDial, NoMoreCallsAreHandedOutThanThereAreConnections) {
  EngineSettings settings = with_concurrency(10);
  settings.accounts[0].connections = 3;
  Driver driver(settings);
  driver.claim_brings(10);
  ASSERT_EQ(driver.commands.calls.size(), 3U) << "a call that waits for a connection outlives what its gate said";
  driver.accept(driver.commands.calls[0].attempt);
  EXPECT_EQ(driver.commands.calls.size(), 1U);
}

TEST(EngineDial, SpacesCallsByPerSecond) {
  config::Limits limits;
  limits.per_second = 10;
  Driver driver(with_account_limits(limits));
  for (int i = 0; i < 300; ++i) {
    if (!driver.commands.claims.empty()) driver.claim_brings(500);
    driver.advance(milliseconds{10});
    driver.tick();
  }
  ASSERT_GE(driver.dialled.size(), 29U);
  for (std::size_t i = 1; i < driver.dialled.size(); ++i) {
    EXPECT_GE(driver.dialled[i] - driver.dialled[i - 1], milliseconds{100});
  }
}

TEST(EngineDial, ALeadThatWaitedPastItsSendDeadlineIsNotDialledButDueAgain) {
  Driver driver;
  driver.advance(seconds{11});
  driver.claim_brings(1);
  EXPECT_TRUE(driver.commands.calls.empty());
  EXPECT_EQ(driver.only_settlement().disposition, "not_sent:send_deadline");
  EXPECT_EQ(driver.only_settlement().lead_state, LeadState::ready);
  EXPECT_FALSE(driver.only_settlement().counted);
}

TEST(EngineDial, TheWindowIsAskedAgainBeforeTheCall) {
  EngineSettings settings = engine_settings();
  settings.campaigns[0].config.calling_windows = {
      {2, 0, 9 * 60 + 2}};  // closes two minutes from now, margin one minute
  Driver driver(settings);
  driver.advance(seconds{5});
  driver.now.wall += seconds{56};  // the wall clock is corrected meanwhile
  driver.claim_brings(1);
  EXPECT_TRUE(driver.commands.calls.empty());
  EXPECT_EQ(driver.only_settlement().disposition, "not_sent:calling_window");
  EXPECT_GT(driver.only_settlement().next_at, driver.now.wall + hours{24});
}

TEST(EngineDial, APauseBetweenClaimAndCallStopsTheCall) {
  Driver driver;
  driver.engine.set_wish(campaign_id, CampaignWish::paused);
  Claim claim = driver.commands.claims.at(0);
  ClaimAnswer answer;
  answer.leads.resize(1);
  answer.wish = CampaignWish::paused;
  driver.engine.claimed(driver.now, campaign_id, claim.number, answer);
  driver.tick();
  EXPECT_TRUE(driver.commands.calls.empty());
  EXPECT_EQ(driver.only_settlement().disposition, "not_sent:paused");
}

TEST(EngineDial, AStopBetweenClaimAndCallStopsTheCall) {
  Driver driver;
  driver.engine.set_wish(campaign_id, CampaignWish::stopped);
  driver.claim_brings(1);
  EXPECT_TRUE(driver.commands.calls.empty());
  EXPECT_EQ(driver.only_settlement().disposition, "not_sent:stopped");
  EXPECT_EQ(driver.only_settlement().next_at, driver.now.wall);
}

TEST(EngineDial, ALeadWithoutAFieldOfTheTemplateIsHeldAndNotDialled) {
  EngineSettings settings = engine_settings();
  settings.campaigns[0].config.dynamic_variables = {{"name", {config::ValueSource::Kind::field, "customer"}}};
  Driver driver(settings);
  driver.claim_brings(1);
  EXPECT_TRUE(driver.commands.calls.empty());
  EXPECT_EQ(driver.only_settlement().lead_state, LeadState::held);
  EXPECT_EQ(driver.only_settlement().outcome, "missing_field:customer");
}

TEST(EngineDial, CallerNumbersTakeTurns) {
  Driver driver;
  driver.claim_brings(3);
  ASSERT_EQ(driver.commands.calls.size(), 3U);
  EXPECT_EQ(driver.commands.calls[0].request.from_number, "07011112222");
  EXPECT_EQ(driver.commands.calls[1].request.from_number, "07011113333");
  EXPECT_EQ(driver.commands.calls[2].request.from_number, "07011112222");
}

TEST(EngineAnswer, AnAcceptedCallIsRecordedAndFollowed) {
  Driver driver;
  AttemptId attempt = driver.one_call().attempt;
  driver.accept(attempt);
  EXPECT_EQ(driver.only_record().state, AttemptState::in_progress);
  EXPECT_EQ(driver.only_record().call_id, "call-" + to_string(attempt));
  EXPECT_EQ(driver.commands.list_pages.size(), 1U);
}

TEST(EngineAnswer, ThePermitComesBackOnlyWhenTheOutcomeIsStored) {
  Driver driver(with_concurrency(1));
  AttemptId attempt = driver.one_call().attempt;
  driver.accept(attempt);
  driver.store();
  driver.advance(seconds{5});
  driver.news(attempt, "ended", "user_hangup");
  EXPECT_TRUE(driver.commands.claims.empty()) << "ended but not stored";
  Commands ended = driver.commands;
  driver.advance(seconds{5});
  driver.tick();
  EXPECT_TRUE(driver.commands.claims.empty());
  driver.commands = ended;
  driver.store();
  EXPECT_EQ(driver.commands.claims.size(), 1U);
}

TEST(EngineAnswer, AnUnknownAnswerIsNeverSentAgainAndKeepsItsPermits) {
  Driver driver(with_concurrency(1));
  AttemptId attempt = driver.one_call().attempt;
  driver.answer(attempt, AnswerKind::unknown);
  EXPECT_EQ(driver.only_record().state, AttemptState::unknown);
  driver.store();
  for (int i = 0; i < 30; ++i) {
    driver.advance(seconds{1});
    driver.tick();
    EXPECT_TRUE(driver.commands.calls.empty());
    EXPECT_TRUE(driver.commands.claims.empty());
    EXPECT_TRUE(driver.commands.writes.empty());
  }
}

TEST(EngineAnswer, ADoubtThatTheListShowsBecomesACall) {
  Driver driver;
  AttemptId attempt = driver.one_call().attempt;
  driver.answer(attempt, AnswerKind::unknown);
  driver.store();
  driver.news(attempt, "ongoing");
  EXPECT_EQ(driver.only_record().state, AttemptState::in_progress);
  driver.store();
  driver.news(attempt, "ended", "agent_hangup");
  EXPECT_EQ(driver.only_settlement().lead_state, LeadState::done);
  EXPECT_EQ(driver.only_settlement().outcome, "agent_hangup");
}

TEST(EngineAnswer, ADoubtThatTwoListsDoNotShowIsNotPlacedAndTheLeadIsDueAgain) {
  Driver driver;
  AttemptId attempt = driver.one_call().attempt;
  driver.answer(attempt, AnswerKind::unknown);
  driver.store();
  int passes = 0;
  while (driver.commands.writes.empty() && passes < 100) {
    driver.advance(seconds{2});
    if (driver.empty_pass()) ++passes;
  }
  EXPECT_EQ(driver.only_settlement().state, AttemptState::not_placed);
  EXPECT_EQ(driver.only_settlement().lead_state, LeadState::ready);
  EXPECT_FALSE(driver.only_settlement().counted);
  EXPECT_GT(passes, 2);
}

TEST(EngineAnswer, ALeadWhosePostsAreInDoubtAgainAndAgainIsHeldInTheEnd) {
  Driver driver(with_concurrency(1));
  int doubts = 0;
  for (;;) {
    ClaimedLead lead;
    lead.lead = LeadId{1};
    lead.attempt = make_attempt_id(driver.now.wall, {});
    lead.to_number = "01012345678";
    if (doubts > 0) lead.facts.reason_counts = "not_placed=" + std::to_string(doubts);
    for (int i = 0; i < 60 && driver.commands.claims.empty(); ++i) {
      driver.advance(seconds{1});
      driver.tick();
    }
    ASSERT_EQ(driver.commands.claims.size(), 1U);
    ClaimAnswer answer;
    answer.leads = {lead};
    answer.next_due = minutes{1};
    driver.engine.claimed(driver.now, campaign_id, driver.commands.claims[0].number, answer);
    driver.tick();
    ASSERT_EQ(driver.commands.calls.size(), 1U);
    driver.answer(lead.attempt, AnswerKind::unknown);
    driver.store();
    while (driver.commands.writes.empty()) {
      driver.advance(seconds{2});
      driver.empty_pass();
    }
    ++doubts;
    Settlement settlement = driver.only_settlement();
    EXPECT_FALSE(settlement.counted);
    if (settlement.lead_state == LeadState::held) break;
    EXPECT_EQ(settlement.next_at, driver.now.wall + engine_settings().follow.list_lag * (doubts - 1));
    driver.store();
  }
  EXPECT_EQ(doubts, 6);
}

TEST(EngineAnswer, WhatMadeNoCallIsDueAgainUncounted) {
  for (AnswerKind kind : {AnswerKind::not_sent, AnswerKind::throttled, AnswerKind::account_fault}) {
    config::Limits limits;
    limits.concurrency = 1;
    limits.per_hour = 1;
    Driver driver(with_account_limits(limits));
    AttemptId attempt = driver.one_call().attempt;
    driver.answer(attempt, kind);
    EXPECT_EQ(driver.only_settlement().lead_state, LeadState::ready);
    EXPECT_FALSE(driver.only_settlement().counted);
    EXPECT_EQ(driver.only_settlement().next_at, driver.now.wall);
    driver.store();
    if (driver.commands.claims.empty()) {  // the account waits
      driver.advance(minutes{20});
      driver.tick();
    }
    EXPECT_EQ(driver.commands.claims.size(), 1U)
        << "the hour's token is back after answer kind " << static_cast<int>(kind);
  }
}

TEST(EngineAnswer, ARejectedCallIsHeldForAPersonAndNeverRetried) {
  Driver driver;
  AttemptId attempt = driver.one_call().attempt;
  driver.answer(attempt, AnswerKind::rejected);
  EXPECT_EQ(driver.only_settlement().state, AttemptState::rejected);
  EXPECT_EQ(driver.only_settlement().lead_state, LeadState::held);
}

TEST(EngineAnswer, ACampaignThatIsRejectedAgainAndAgainStopsBeforeItsListIsUsedUp) {
  Driver driver(with_concurrency(1));
  int rejected = 0;
  for (int i = 0; i < 200; ++i) {
    if (driver.commands.claims.empty()) break;
    AttemptId attempt = driver.one_call().attempt;
    driver.answer(attempt, AnswerKind::rejected);
    ++rejected;
    driver.store();
  }
  EXPECT_EQ(rejected, HoldOff::rejections_max);
}

TEST(EngineAnswer, AThrottledAccountWaitsAndThenProbesWithOneCall) {
  Driver driver;
  AttemptId attempt = driver.one_call().attempt;
  driver.answer(attempt, AnswerKind::throttled);
  driver.store();
  EXPECT_TRUE(driver.commands.claims.empty());
  driver.advance(seconds{2});
  driver.tick();
  ASSERT_EQ(driver.commands.claims.size(), 1U);
  EXPECT_EQ(driver.commands.claims[0].leads, 1);
  AttemptId probe = driver.one_call().attempt;
  driver.advance(seconds{2});
  driver.tick();
  EXPECT_TRUE(driver.commands.claims.empty()) << "until the probe is answered";
  driver.accept(probe);
  ASSERT_EQ(driver.commands.claims.size(), 1U);
  EXPECT_GT(driver.commands.claims[0].leads, 1);
}

}  // namespace
}  // namespace dialerd::campaign
