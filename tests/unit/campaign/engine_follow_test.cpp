// What webhooks, operators and the time after a call's end do to the engine; and how it hands an account over.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/campaign/engine_fixture.h"

namespace dialerd::campaign {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using testing::IsEmpty;
using testing::SizeIs;

// A call whose POST's answer was lost, as it is recorded.
Call one_doubt(Driver& driver) {
  Call call = driver.one_call();
  driver.answer(call.attempt, AnswerKind::unknown);
  driver.store();
  return call;
}

// --- webhooks

TEST(EngineHint, ACallIsLookedUpAndOnlyTheAnswerSettles) {
  Driver driver(with_concurrency(1));
  Call call = driver.one_call();
  driver.accept(call.attempt);
  driver.store();
  driver.empty_pass();
  driver.engine.hinted(driver.now, account_index, {call.attempt, "call-" + to_string(call.attempt)});
  driver.tick();
  ASSERT_THAT(driver.commands.look_ups, SizeIs(1));
  EXPECT_THAT(driver.commands.writes, IsEmpty()) << "a hint is believed in nothing";
  CallNews ended;
  ended.attempt = call.attempt;
  ended.call_id = driver.commands.look_ups[0].call_id;
  ended.status = "ended";
  ended.disconnection_reason = "user_hangup";
  driver.engine.looked_up(driver.now, account_index, call.attempt, ended);
  driver.tick();
  EXPECT_EQ(driver.only_settlement().disposition, "user_hangup");
}

TEST(EngineHint, AHintThatOvertookThePostsAnswerTellsWhereToLookIfThatIsLost) {
  Driver driver(with_concurrency(1));
  Call call = driver.one_call();
  driver.engine.hinted(driver.now, account_index, {call.attempt, "call-1"});
  driver.tick();
  EXPECT_THAT(driver.commands.look_ups, IsEmpty()) << "the answer is still awaited";
  driver.answer(call.attempt, AnswerKind::unknown);
  ASSERT_THAT(driver.commands.look_ups, SizeIs(1));
  EXPECT_EQ(driver.commands.look_ups[0].call_id, "call-1");
  CallNews running;
  running.attempt = call.attempt;
  running.call_id = "call-1";
  running.status = "ongoing";
  driver.engine.looked_up(driver.now, account_index, call.attempt, running);
  driver.tick();
  EXPECT_EQ(driver.only_record().state, AttemptState::in_progress);
  EXPECT_EQ(driver.only_record().call_id, "call-1");
}

TEST(EngineHint, ATrustedWordThatOvertookThePostsAnswerIsRememberedToo) {
  Driver driver(with_concurrency(1));
  Call call = driver.one_call();
  driver.news(call.attempt, "ongoing");
  driver.answer(call.attempt, AnswerKind::unknown);
  EXPECT_THAT(driver.commands.look_ups, SizeIs(1));
}

TEST(EngineHint, ACallThatIsAnothersResolvesNoDoubt) {
  Driver driver(with_concurrency(1));
  Call call = one_doubt(driver);
  driver.engine.hinted(driver.now, account_index, {call.attempt, "somebody's"});
  driver.tick();
  ASSERT_THAT(driver.commands.look_ups, SizeIs(1));
  CallNews anothers;
  anothers.attempt = make_attempt_id(driver.now.wall, {9});
  anothers.call_id = "somebody's";
  anothers.status = "ended";
  anothers.disconnection_reason = "user_hangup";
  driver.engine.looked_up(driver.now, account_index, call.attempt, anothers);
  driver.tick();
  EXPECT_THAT(driver.commands.writes, IsEmpty());
  EXPECT_EQ(driver.engine.snapshot(account_index).doubts, 1);
}

TEST(EngineHint, ThatAnOpenCallHasBegunIsNothingNew) {
  Driver driver(with_concurrency(1));
  Call call = driver.one_call();
  driver.accept(call.attempt);
  driver.store();
  driver.empty_pass();
  driver.engine.hinted(driver.now, account_index, {call.attempt, "call-" + to_string(call.attempt), true});
  driver.tick();
  EXPECT_THAT(driver.commands.look_ups, IsEmpty());
}

TEST(EngineHint, OfNobodysCallNothingIsAsked) {
  Driver driver(with_concurrency(1));
  driver.engine.hinted(driver.now, account_index, {std::nullopt, "unknown"});
  driver.engine.hinted(driver.now, account_index, {make_attempt_id(driver.now.wall, {1}), "unknown"});
  driver.tick();
  EXPECT_THAT(driver.commands.look_ups, IsEmpty());
}

// --- operators

TEST(EngineResolve, APlacedCallIsCountedAndItsLeadNotCalledAgain) {
  Driver driver(with_concurrency(1));
  Call call = one_doubt(driver);
  driver.engine.resolved(driver.now, account_index, call.attempt, true);
  driver.tick();
  const Settlement& settlement = driver.only_settlement();
  EXPECT_EQ(settlement.state, AttemptState::abandoned);
  EXPECT_EQ(settlement.disposition, "resolved_placed");
  EXPECT_TRUE(settlement.counted);
  EXPECT_EQ(settlement.lead_state, LeadState::done);
  EXPECT_THAT(driver.commands.claims, IsEmpty()) << "the slot is free only when that is stored";
  driver.store();
  EXPECT_THAT(driver.commands.claims, SizeIs(1));
}

TEST(EngineResolve, ACallThatWasNotPlacedMakesItsLeadDueUncounted) {
  Driver driver(with_concurrency(1));
  Call call = one_doubt(driver);
  driver.engine.resolved(driver.now, account_index, call.attempt, false);
  driver.tick();
  const Settlement& settlement = driver.only_settlement();
  EXPECT_EQ(settlement.state, AttemptState::not_placed);
  EXPECT_EQ(settlement.disposition, "resolved_not_placed");
  EXPECT_FALSE(settlement.counted);
  EXPECT_EQ(settlement.lead_state, LeadState::ready);
}

TEST(EngineResolve, OnlyADoubtCanBeResolved) {
  Driver driver(with_concurrency(2));
  driver.claim_brings(2);
  ASSERT_THAT(driver.commands.calls, SizeIs(2));
  AttemptId dialing = driver.commands.calls[0].attempt;
  AttemptId open = driver.commands.calls[1].attempt;
  driver.accept(open);
  driver.store();
  for (bool placed : {true, false}) {
    driver.engine.resolved(driver.now, account_index, dialing, placed);
    driver.engine.resolved(driver.now, account_index, open, placed);
  }
  driver.tick();
  EXPECT_THAT(driver.commands.writes, IsEmpty()) << "a POST may still be on its way, an open call is followed";
}

// --- after the end

TEST(EngineAfterTheEnd, CostAndAnalysisAreWrittenAndChangeNothing) {
  Driver driver(with_concurrency(1));
  Call call = driver.one_call();
  driver.accept(call.attempt);
  driver.store();
  CallNews ended;
  ended.attempt = call.attempt;
  ended.call_id = "call-" + to_string(call.attempt);
  ended.status = "ended";
  ended.disconnection_reason = "user_hangup";
  ended.start_at = driver.now.wall;
  ended.end_at = driver.now.wall + seconds{30};
  driver.engine.news(driver.now, account_index, ended);
  driver.tick();
  driver.store();
  ended.details = CallDetails{"31.5", "wants to be called", "positive", "[]", ""};
  driver.advance(minutes{1});
  driver.engine.news(driver.now, account_index, ended);
  driver.tick();
  ASSERT_THAT(driver.commands.writes, SizeIs(1));
  EXPECT_THAT(driver.commands.writes[0].settlements, IsEmpty());
  ASSERT_THAT(driver.commands.writes[0].details, SizeIs(1));
  EXPECT_EQ(driver.commands.writes[0].details[0].details.total_cost, "31.5");
}

TEST(EngineAfterTheEnd, ContradictingNewsIsKeptAndChangesNothing) {
  Driver driver(with_concurrency(1));
  Call call = driver.one_call();
  driver.accept(call.attempt);
  driver.store();
  driver.news(call.attempt, "ended", "user_hangup");
  driver.store();
  driver.news(call.attempt, "ended", "voicemail_reached");
  ASSERT_THAT(driver.commands.writes, SizeIs(1));
  EXPECT_THAT(driver.commands.writes[0].settlements, IsEmpty());
  ASSERT_THAT(driver.commands.writes[0].late_news, SizeIs(1));
  EXPECT_EQ(driver.commands.writes[0].late_news[0].disposition, "voicemail_reached");
}

TEST(EngineAfterTheEnd, ACallThatShowsUpAfterItsAbsenceWasProvedIsKept) {
  Driver driver(with_concurrency(1));
  Call call = one_doubt(driver);
  driver.engine.resolved(driver.now, account_index, call.attempt, false);
  driver.tick();
  driver.store();
  driver.news(call.attempt, "ongoing");
  ASSERT_THAT(driver.commands.writes, SizeIs(1));
  ASSERT_THAT(driver.commands.writes[0].late_news, SizeIs(1));
  EXPECT_EQ(driver.commands.writes[0].late_news[0].attempt, call.attempt);
}

TEST(EngineAfterTheEnd, APassAsksForDetailsThoughNothingIsOpen) {
  Driver driver;
  AccountHistory history;
  EndedCall ended;
  ended.attempt = make_attempt_id(driver.now.wall - minutes{3}, {1});
  ended.call_status = "ended";
  ended.disposition = "user_hangup";
  ended.settled = driver.now.wall - minutes{1};
  history.ended.push_back(ended);
  driver.engine.gained(driver.now, account_index, history);
  driver.tick();
  ASSERT_THAT(driver.commands.list_pages, SizeIs(1));
  EXPECT_LE(driver.commands.list_pages[0].start_at_after, driver.now.wall - minutes{3});
}

// A take-over must not make the time begin anew in which a call's details are looked for: of two, only the younger is
// asked about, though the older comes last in the history.
TEST(EngineAfterTheEnd, ACallIsAsOldForItsNextOwner) {
  Driver driver;
  const auto details_for = FollowSettings().details_for;
  AccountHistory history;
  for (const auto age : {std::chrono::seconds{60}, details_for - seconds{90}}) {
    EndedCall ended;
    ended.settled = driver.now.wall - age;
    ended.attempt = make_attempt_id(ended.settled - minutes{2}, {1});
    ended.disposition = "user_hangup";
    history.ended.push_back(ended);
  }
  driver.engine.gained(driver.now, account_index, history);
  driver.advance(seconds{91});
  driver.tick();
  ASSERT_THAT(driver.commands.list_pages, SizeIs(1));
  EXPECT_GT(driver.commands.list_pages[0].start_at_after, history.ended[1].settled) << "the older one is forgotten";
  EXPECT_LE(driver.commands.list_pages[0].start_at_after, history.ended[0].settled);
}

// --- handing an account over

TEST(EngineYield, NothingNewIsBegunAndItIsDoneWhenAllIsWritten) {
  Driver driver(with_concurrency(2));
  driver.claim_brings(1);
  ASSERT_THAT(driver.commands.calls, SizeIs(1));
  AttemptId attempt = driver.commands.calls[0].attempt;
  EXPECT_FALSE(driver.engine.yielded(account_index));
  driver.engine.yield(account_index, true);
  driver.advance(seconds{5});
  driver.tick();
  EXPECT_THAT(driver.commands.claims, IsEmpty());
  EXPECT_FALSE(driver.engine.yielded(account_index)) << "a POST is on its way";
  driver.accept(attempt);
  EXPECT_FALSE(driver.engine.yielded(account_index)) << "its record is not written";
  driver.store();
  EXPECT_TRUE(driver.engine.yielded(account_index)) << "an open call is followed by the next owner";
}

TEST(EngineYield, WhatWasClaimedIsNotDialledAnyMore) {
  Driver driver(with_concurrency(1));
  driver.engine.yield(account_index, true);
  driver.claim_brings(1);
  EXPECT_THAT(driver.commands.calls, IsEmpty());
  EXPECT_EQ(driver.only_settlement().disposition, "not_sent:yielding");
}

TEST(EngineYield, CanBeTakenBack) {
  Driver driver(with_concurrency(1));
  driver.claim_brings(0);
  driver.engine.yield(account_index, true);
  EXPECT_TRUE(driver.engine.yielded(account_index));
  driver.engine.yield(account_index, false);
  EXPECT_FALSE(driver.engine.yielded(account_index));
  driver.advance(seconds{2});
  driver.tick();
  EXPECT_THAT(driver.commands.claims, SizeIs(1));
}

}  // namespace
}  // namespace dialerd::campaign
