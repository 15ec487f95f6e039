// The engine's rules: the gate at the claim and at the dispatch, shares, the request budget, caller numbers, and why it
// waits.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/campaign/engine_fixture.h"

namespace dialerd::campaign {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::UnorderedElementsAre;

ClaimedLead lead(const Driver& driver, std::uint8_t n) {
  ClaimedLead lead;
  lead.lead = LeadId{n};
  lead.attempt = make_attempt_id(driver.now.wall, {0, 0, 0, 0, 0, 0, 0, 0, 1, n});
  lead.to_number = "01012345678";
  lead.facts.created_at = driver.now.wall;
  return lead;
}

void claim_brings(Driver& driver, std::vector<ClaimedLead> leads) {
  ASSERT_EQ(driver.commands.claims.size(), 1U);
  Claim claim = driver.commands.claims.front();
  ClaimAnswer answer;
  answer.leads = std::move(leads);
  driver.engine.claimed(driver.now, claim.campaign, claim.number, std::move(answer));
  driver.tick();
}

config::CampaignConfig& campaign(EngineSettings& settings) { return settings.campaigns[0].config; }

void open_from_nine_to_five(EngineSettings& settings) {
  campaign(settings).calling_windows.clear();
  for (std::uint8_t day = 1; day <= 7; ++day) campaign(settings).calling_windows.push_back({day, 9 * 60, 17 * 60});
}

// --- the gate

TEST(EngineGate, ALeadThatIsNotToBeCalledIsDoneOrHeldWithItsRule) {
  Driver driver;
  ClaimedLead expired = lead(driver, 1);
  expired.facts.expires_at = driver.now.wall - seconds{1};
  ClaimedLead nowhere = lead(driver, 2);
  nowhere.facts.clock = "Mars/Olympus";
  claim_brings(driver, {expired, nowhere});
  EXPECT_TRUE(driver.commands.calls.empty());
  ASSERT_EQ(driver.commands.writes.size(), 1U);
  const auto& settlements = driver.commands.writes[0].settlements;
  ASSERT_EQ(settlements.size(), 2U);
  EXPECT_EQ(settlements[0].lead_state, LeadState::done);
  EXPECT_EQ(settlements[0].outcome, "expired");
  EXPECT_EQ(settlements[1].lead_state, LeadState::held);
  EXPECT_EQ(settlements[1].outcome, "timezone_invalid:Mars/Olympus");
  for (const Settlement& settlement : settlements) {
    EXPECT_EQ(settlement.state, AttemptState::not_placed);
    EXPECT_FALSE(settlement.counted);
  }
}

TEST(EngineGate, ClaimsOnlyLeadsWhoseClockIsOpen) {
  EngineSettings settings = engine_settings();
  open_from_nine_to_five(settings);
  Driver driver(settings);
  claim_brings(driver, {});
  driver.advance(hours{15});  // midnight in Seoul, 10:00 in New York, 15:00 in London
  driver.engine.set_clocks(driver.now.mono, campaign_id, {"", "America/New_York", "Europe/London", "Asia/Tokyo"});
  driver.tick();
  ASSERT_EQ(driver.commands.claims.size(), 1U);
  EXPECT_THAT(driver.commands.claims[0].clocks, ElementsAre("America/New_York", "Europe/London"));
}

TEST(EngineGate, AClockReadBeforeALeadBecameReadyDoesNotHideTheLead) {
  EngineSettings settings = with_concurrency(1);
  Driver driver(settings);
  ClaimedLead tokyo = lead(driver, 1);
  tokyo.facts.clock = "Asia/Tokyo";
  claim_brings(driver, {tokyo});
  MonoTime asked = driver.now.mono;
  driver.advance(seconds{1});
  driver.answer(tokyo.attempt, AnswerKind::throttled);
  driver.store();
  driver.engine.set_clocks(asked, campaign_id, {});
  driver.advance(seconds{5});
  driver.tick();
  ASSERT_EQ(driver.commands.claims.size(), 1U);
  EXPECT_THAT(driver.commands.claims[0].clocks, ElementsAre("", "Asia/Tokyo"));
}

TEST(EngineGate, WhatWasReadUnderAnotherOwnerDoesNotSayThatNothingIsLeft) {
  Driver driver;
  claim_brings(driver, {});
  driver.engine.set_clocks(driver.now.mono, campaign_id, {});
  EXPECT_TRUE(driver.engine.exhausted());
  driver.advance(seconds{1});
  driver.engine.gained(driver.now, account_index, {});
  EXPECT_FALSE(driver.engine.exhausted());
  driver.engine.set_clocks(driver.now.mono - seconds{1}, campaign_id, {});
  EXPECT_FALSE(driver.engine.exhausted()) << "asked before it was ours";
}

TEST(EngineGate, ALeadThatWaitedIsAskedForOnceMoreBeforeItIsDialled) {
  EngineSettings settings = with_account_limits({});
  settings.accounts[0].limits.per_second = 1;
  settings.claim_lookahead = seconds{3};
  Driver driver(settings);
  claim_brings(driver, {});
  driver.advance(seconds{5});  // an earlier process may just have placed a call
  driver.tick();
  ClaimedLead first = lead(driver, 1);
  ClaimedLead second = lead(driver, 2);
  ClaimedLead third = lead(driver, 3);
  claim_brings(driver, {first, second, third});
  EXPECT_EQ(driver.commands.calls.size(), 1U) << "the first one's verdict is fresh";
  EXPECT_TRUE(driver.commands.rechecks.empty());

  driver.advance(seconds{1});
  driver.tick();
  EXPECT_TRUE(driver.commands.calls.empty());
  ASSERT_EQ(driver.commands.rechecks.size(), 1U);
  EXPECT_THAT(driver.commands.rechecks[0].attempts, ElementsAre(second.attempt, third.attempt));

  AttemptId refused = driver.commands.rechecks[0].attempts[0];
  AttemptId allowed = driver.commands.rechecks[0].attempts[1];
  driver.engine.rechecked(driver.now, driver.now.mono, campaign_id, {{refused, "suppressed", std::nullopt}});
  driver.tick();
  ASSERT_EQ(driver.commands.calls.size(), 1U);
  EXPECT_EQ(driver.commands.calls[0].attempt, allowed);
  EXPECT_EQ(driver.only_settlement().attempt, refused);
  EXPECT_EQ(driver.only_settlement().lead_state, LeadState::done);
  EXPECT_EQ(driver.only_settlement().outcome, "suppressed");
}

TEST(EngineGate, ASlowDatabasesWordIsGoodWhenItArrivesAndAnOldOneIsNot) {
  EngineSettings settings = with_account_limits({});
  settings.accounts[0].limits.per_second = 1;
  settings.claim_lookahead = seconds{3};
  Driver driver(settings);
  claim_brings(driver, {lead(driver, 1)});
  driver.advance(seconds{1});
  driver.tick();
  ASSERT_EQ(driver.commands.rechecks.size(), 1U);
  MonoTime asked = driver.now.mono;
  driver.advance(milliseconds{1001});
  driver.engine.rechecked(driver.now, asked, campaign_id, {});
  driver.tick();
  EXPECT_TRUE(driver.commands.calls.empty());
  ASSERT_EQ(driver.commands.rechecks.size(), 1U) << "asked anew";
  asked = driver.now.mono;
  driver.advance(milliseconds{999});
  driver.engine.rechecked(driver.now, asked, campaign_id, {});
  driver.tick();
  EXPECT_EQ(driver.commands.calls.size(), 1U);
}

TEST(EngineGate, WithoutTheDatabasesWordNothingIsDialled) {
  EngineSettings settings = with_account_limits({});
  settings.accounts[0].limits.per_second = 1;
  settings.claim_lookahead = seconds{3};
  Driver driver(settings);
  claim_brings(driver, {lead(driver, 1), lead(driver, 2)});
  for (int i = 0; i < 12; ++i) {
    driver.advance(seconds{1});
    driver.tick();
    EXPECT_TRUE(driver.commands.calls.empty());
    if (!driver.commands.rechecks.empty()) driver.engine.recheck_failed(driver.now, campaign_id);
    if (!driver.commands.writes.empty()) break;
  }
  ASSERT_EQ(driver.commands.writes.size(), 1U);
  for (const Settlement& settlement : driver.commands.writes[0].settlements) {
    EXPECT_EQ(settlement.disposition, "not_sent:send_deadline");
  }
}

TEST(EngineGate, ACampaignWhoseListIsStaleSaysSoAndAsksAgain) {
  Driver driver;
  Claim claim = driver.commands.claims.at(0);
  ClaimAnswer answer;
  answer.blocked = "list_stale:dnc";
  driver.engine.claimed(driver.now, claim.campaign, claim.number, answer);
  driver.tick();
  EXPECT_FALSE(driver.engine.exhausted());
  auto conditions = driver.engine.conditions(driver.now, account_index);
  ASSERT_EQ(conditions.size(), 1U);
  EXPECT_EQ(conditions[0].state, "list_stale:dnc");
  EXPECT_EQ(conditions[0].campaign, campaign_id);
  driver.advance(seconds{10});
  driver.tick();
  EXPECT_EQ(driver.commands.claims.size(), 1U);
}

TEST(EngineGate, ACallbackThatWasNotPlacedStaysPromised) {
  Driver driver;
  ClaimedLead promised = lead(driver, 1);
  promised.facts.callback = true;
  claim_brings(driver, {promised});
  driver.answer(promised.attempt, AnswerKind::not_sent);
  EXPECT_TRUE(driver.only_settlement().callback);
}

TEST(EngineGate, AfterARefusalThePromiseStands) {
  Driver driver;
  ClaimedLead promised = lead(driver, 1);
  promised.facts.callback = true;
  claim_brings(driver, {promised});
  driver.accept(promised.attempt);
  driver.store();
  driver.news(promised.attempt, "error", "hourly_call_limit_reached");
  EXPECT_EQ(driver.only_settlement().lead_state, LeadState::ready);
  EXPECT_TRUE(driver.only_settlement().callback);
}

TEST(EngineGate, AnUnknownEndOfAConnectedCallMayHaveBeenAConversation) {
  Driver driver;
  Call call = driver.one_call();
  driver.accept(call.attempt);
  driver.store();
  driver.news(call.attempt, "ended", "operator_hangup");
  EXPECT_TRUE(driver.only_settlement().conversation);
}

TEST(EngineGate, AConsentThatLiesFarAheadIsNoEndlessLoop) {
  EngineSettings settings = engine_settings();
  config::Rules rules;
  rules.consent.required = true;
  campaign(settings).rules.push_back(rules);
  campaign(settings).holidays_until = std::chrono::sys_days{std::chrono::year{2028} / 12 / 31};
  Driver driver(settings);
  ClaimedLead early = lead(driver, 1);
  early.facts.consent_at = driver.now.wall + hours{24 * 365 * 36};
  claim_brings(driver, {early});
  EXPECT_EQ(driver.only_settlement().disposition, "not_sent:consent_in_future");
  EXPECT_EQ(driver.only_settlement().next_at, *early.facts.consent_at);
}

TEST(EngineGate, AfterACallTheCallbackIsKept) {
  Driver driver;
  ClaimedLead promised = lead(driver, 1);
  promised.facts.callback = true;
  claim_brings(driver, {promised});
  driver.accept(promised.attempt);
  driver.store();
  driver.news(promised.attempt, "not_connected", "dial_no_answer");
  EXPECT_EQ(driver.only_settlement().lead_state, LeadState::ready);
  EXPECT_FALSE(driver.only_settlement().callback);
}

// --- shares

TEST(EngineShares, PermitsGoByWeightAndPriority) {
  EngineSettings settings = with_concurrency(12);
  for (std::int64_t id : {8, 9}) {
    settings.campaigns.push_back(settings.campaigns[0]);
    settings.campaigns.back().id = CampaignId{id};
  }
  settings.campaigns[0].config.share = {1, 0};
  settings.campaigns[1].config.share = {3, 0};
  settings.campaigns[2].config.share = {1, 5};
  settings.campaigns[2].config.limits.concurrency = 4;
  Driver driver(settings);
  std::map<CampaignId, std::int64_t> granted;
  for (const Claim& claim : driver.commands.claims) granted[claim.campaign] = claim.leads;
  EXPECT_EQ(granted[CampaignId{9}], 4) << "first, as much as it may";
  EXPECT_EQ(granted[campaign_id], 2);
  EXPECT_EQ(granted[CampaignId{8}], 6);
}

TEST(EngineShares, TheReserveIsLeftToOthers) {
  EngineSettings settings = with_concurrency(10);
  settings.accounts[0].reserve_percent = 25;
  EXPECT_EQ(Driver(settings).commands.claims.at(0).leads, 7);
}

// --- requests

TEST(EngineRequests, CallsAndListingsShareTheBudget) {
  EngineSettings settings = engine_settings();
  settings.accounts[0].requests.per_minute = 10;
  Driver driver(settings);
  driver.advance(minutes{2});  // what an earlier process may have used is over
  std::int64_t calls = 0;
  std::int64_t pages = 0;
  std::vector<MonoTime> requests;
  std::uint8_t n = 0;
  for (int second = 0; second < 600; ++second) {
    for (bool again = true; again;) {
      Commands commands = driver.engine.tick(driver.now);
      again = !commands.claims.empty() || !commands.calls.empty() || !commands.list_pages.empty();
      for (const Claim& claim : commands.claims) {
        ClaimAnswer answer;
        for (std::int64_t i = 0; i < claim.leads; ++i) answer.leads.push_back(lead(driver, ++n));
        driver.engine.claimed(driver.now, claim.campaign, claim.number, answer);
      }
      for (const Call& call : commands.calls) {
        ++calls;
        requests.push_back(driver.now.mono);
        CreateAnswer answer;
        answer.kind = AnswerKind::accepted;
        answer.call_id = to_string(call.attempt);
        driver.engine.answered(driver.now, call.attempt, answer);
      }
      for (std::size_t i = 0; i < commands.list_pages.size(); ++i) {
        ++pages;
        requests.push_back(driver.now.mono);
        ListPageAnswer answer;
        answer.listed = true;
        driver.engine.list_page_answered(driver.now, account_index, answer);
      }
      for (const LookUp& look_up : commands.look_ups) {
        ++pages;
        requests.push_back(driver.now.mono);
        driver.engine.looked_up(driver.now, account_index, look_up.attempt, std::nullopt);
      }
      for (const Write& write : commands.writes) driver.engine.stored(driver.now, write.account, write);
    }
    driver.advance(seconds{1});
  }
  for (std::size_t i = 0; i + 10 < requests.size(); ++i) ASSERT_GE(requests[i + 10] - requests[i], minutes{1});
  EXPECT_GE(calls + pages, 95);
  EXPECT_GE(pages, 15) << "open calls are never without news";
  EXPECT_GE(calls, 60) << "but creating comes first";
}

TEST(EngineRequests, AListIsReadPageByPage) {
  Driver driver;
  driver.accept(driver.one_call().attempt);
  ASSERT_EQ(driver.commands.list_pages.size(), 1U);
  EXPECT_EQ(driver.commands.list_pages[0].cursor, "");
  ListPageAnswer answer;
  answer.listed = true;
  answer.next_cursor = "second";
  driver.engine.list_page_answered(driver.now, account_index, answer);
  driver.tick();
  ASSERT_EQ(driver.commands.list_pages.size(), 1U);
  EXPECT_EQ(driver.commands.list_pages[0].cursor, "second");
  answer.next_cursor = "second";
  driver.engine.list_page_answered(driver.now, account_index, answer);
  driver.tick();
  EXPECT_TRUE(driver.commands.list_pages.empty()) << "a cursor that does not move ends the pass";
}

// --- caller numbers

TEST(EngineCallers, ANumberWithoutAPermitPlacesNoCall) {
  EngineSettings settings = engine_settings();
  settings.accounts[0].caller_numbers["07011112222"].limits.concurrency = 1;
  settings.accounts[0].caller_numbers["07011113333"].limits.concurrency = 2;
  Driver driver(settings);
  ASSERT_EQ(driver.commands.claims.at(0).leads, 3);
  claim_brings(driver, {lead(driver, 1), lead(driver, 2), lead(driver, 3)});
  std::vector<std::string> from;
  for (const Call& call : driver.commands.calls) from.push_back(call.request.from_number);
  EXPECT_THAT(from, UnorderedElementsAre("07011112222", "07011113333", "07011113333"));
}

TEST(EngineCallers, ARestedNumberIsNamed) {
  EngineSettings settings = engine_settings();
  settings.accounts[0].caller_numbers["07011112222"].rested = true;
  Driver driver(settings);
  EXPECT_EQ(driver.one_call().request.from_number, "07011113333");
  auto conditions = driver.engine.conditions(driver.now, account_index);
  ASSERT_EQ(conditions.size(), 1U);
  EXPECT_EQ(conditions[0].caller_number, "07011112222");
  EXPECT_EQ(conditions[0].state, "rested:by_hand");
}

TEST(EngineCallers, ACallThatMayHaveComeFromAnyNumberFillsEachAfterARestart) {
  EngineSettings settings = engine_settings();
  for (const std::string& number : campaign(settings).caller_numbers) {
    settings.accounts[0].caller_numbers[number].limits.concurrency = 2;
  }
  Driver driver(settings);
  AccountHistory history;
  OpenAttempt dialing;
  dialing.attempt = make_attempt_id(driver.now.wall - seconds{2}, {});
  dialing.campaign = campaign_id;
  history.open = {dialing};
  driver.engine.gained(driver.now, account_index, history);
  driver.tick();
  EXPECT_EQ(driver.commands.claims.at(0).leads, 2) << "one of each";
}

TEST(EngineCallers, ASlowNumberHoldsUpItsOwnCampaignAlone) {
  EngineSettings settings = engine_settings();
  settings.accounts[0].limits.per_second = 50;
  settings.accounts[0].caller_numbers["07011112222"].limits.per_second = 1;
  settings.campaigns[0].config.caller_numbers = {"07011112222"};
  settings.campaigns.push_back(settings.campaigns[0]);
  settings.campaigns[1].id = CampaignId{8};
  settings.campaigns[1].config.caller_numbers = {"07011113333"};
  Driver driver(settings);
  for (const Claim& claim : driver.commands.claims) {
    driver.engine.claimed(driver.now, claim.campaign, claim.number, {});
  }
  driver.advance(seconds{2});
  std::map<std::string, int> calls;
  std::int64_t n = 0;
  for (int i = 0; i < 1000; ++i) {  // ten seconds
    for (bool again = true; again;) {
      Commands commands = driver.engine.tick(driver.now);
      again = !commands.claims.empty() || !commands.calls.empty();
      for (const Claim& claim : commands.claims) {
        ClaimAnswer answer;
        for (std::int64_t k = 0; k < claim.leads; ++k) {
          ClaimedLead one = lead(driver, 0);
          one.lead = LeadId{++n};
          one.attempt =
              make_attempt_id(driver.now.wall, {0, 0, 0, 0, 0, 0, 0, static_cast<std::uint8_t>(n >> 16),
                                                static_cast<std::uint8_t>(n >> 8), static_cast<std::uint8_t>(n)});
          answer.leads.push_back(one);
        }
        driver.engine.claimed(driver.now, claim.campaign, claim.number, answer);
      }
      for (const Call& call : commands.calls) {
        ++calls[call.request.from_number];
        CreateAnswer answer;
        answer.kind = AnswerKind::accepted;
        answer.call_id = to_string(call.attempt);
        driver.engine.answered(driver.now, call.attempt, answer);
      }
      for (const Write& write : commands.writes) driver.engine.stored(driver.now, write.account, write);
    }
    driver.advance(milliseconds{10});
  }
  EXPECT_NEAR(calls["07011112222"], 10, 1);
  EXPECT_GE(calls["07011112222"] + calls["07011113333"], 480);
}

TEST(EngineCallers, ANumberThatCampaignsShareGoesByPriority) {
  EngineSettings settings = engine_settings();
  settings.accounts[0].caller_numbers["07011112222"].limits.concurrency = 5;
  settings.campaigns[0].config.caller_numbers = {"07011112222"};
  settings.campaigns.push_back(settings.campaigns[0]);
  settings.campaigns[1].id = CampaignId{8};
  settings.campaigns[1].config.share.priority = 9;
  Driver driver(settings);
  ASSERT_EQ(driver.commands.claims.size(), 1U) << "what the number bears, and no more";
  EXPECT_EQ(driver.commands.claims[0].campaign, CampaignId{8});
  EXPECT_EQ(driver.commands.claims[0].leads, 5);
}

// --- learned

TEST(EngineLearned, ARefusalForConcurrencyLowersWhatIsTried) {
  Driver driver(with_concurrency(100));
  std::vector<ClaimedLead> leads;
  for (std::uint8_t i = 0; i < 100; ++i) leads.push_back(lead(driver, i));
  claim_brings(driver, leads);
  for (const ClaimedLead& one : leads) driver.accept(one.attempt);
  driver.store();
  driver.news(leads[0].attempt, "error", "concurrency_limit_reached");
  driver.store();
  bool learned = false;
  for (const Condition& condition : driver.engine.conditions(driver.now, account_index)) {
    learned = learned || condition.state.starts_with("learned_concurrency:");
    EXPECT_LE(condition.since, driver.now.wall + seconds{1});
    EXPECT_TRUE(condition.until);
  }
  EXPECT_TRUE(learned);
}

// --- pacing

TEST(EnginePacing, ADaysBudgetIsSpreadOverItsWindow) {
  EngineSettings settings = engine_settings();
  open_from_nine_to_five(settings);
  campaign(settings).pacing = config::Pacing::even;
  campaign(settings).limits.per_day = 80;
  campaign(settings).window_margin = seconds{0};
  Driver driver(settings);  // 09:00 in Seoul
  std::vector<int> per_hour(9, 0);
  std::uint8_t n = 0;
  for (int second = 0; second < 9 * 3600; second += 10) {
    if (!driver.commands.claims.empty()) {
      std::vector<ClaimedLead> leads;
      for (std::int64_t i = 0; i < driver.commands.claims[0].leads; ++i) leads.push_back(lead(driver, ++n));
      claim_brings(driver, leads);
    }
    auto calls = driver.commands.calls;
    for (const Call& call : calls) {
      ++per_hour[static_cast<std::size_t>(second / 3600)];
      driver.accept(call.attempt);
      driver.news(call.attempt, "ended", "user_hangup");
    }
    driver.store();
    driver.advance(seconds{10});
    driver.tick();
  }
  for (std::size_t hour = 0; hour < 8; ++hour) EXPECT_NEAR(per_hour[hour], 10, 1) << "hour " << hour;
  EXPECT_EQ(per_hour[8], 0);
}

}  // namespace
}  // namespace dialerd::campaign
