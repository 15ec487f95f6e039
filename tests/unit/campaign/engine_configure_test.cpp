// What holds when an account gets another configuration while its daemon runs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "campaign/engine.h"
#include "tests/unit/campaign/engine_fixture.h"

namespace dialerd::campaign {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr CampaignId second_id{8};

AccountConfiguration configuration_of(const EngineSettings& settings) {
  return {settings.accounts[0], settings.campaigns, settings.follow};
}

CampaignSettings second_campaign() {
  CampaignSettings campaign = engine_settings().campaigns[0];
  campaign.id = second_id;
  campaign.config.name = "summer";
  return campaign;
}

// A driver that keeps what a database would, and configures as the daemon does.
class Reloaded : public testing::Test {
 protected:
  void begin(const EngineSettings& settings) {
    driver_ = std::make_unique<Driver>(settings);
    settings_ = settings;
  }

  // Dials one lead after the other, as many as the limits admit, `n` at most; each is accepted and recorded.
  std::int64_t dial(std::int64_t n) {
    std::int64_t dialled = 0;
    while (dialled < n) {
      if (driver_->commands.claims.empty()) driver_->tick();
      if (driver_->commands.claims.empty()) break;
      const Claim claim = driver_->commands.claims.front();
      driver_->claim_brings(1, hours{1});
      if (driver_->commands.calls.size() != 1) break;
      const Call call = driver_->commands.calls.front();
      driver_->accept(call.attempt);
      driver_->store();
      OpenAttempt open;
      open.attempt = call.attempt;
      open.campaign = claim.campaign;
      open.lead = LeadId{++leads_};
      open.state = AttemptState::in_progress;
      open.call_id = "call-" + to_string(call.attempt);
      open.claimed = driver_->now.wall;
      open.answered = driver_->now.wall;
      open.from_number = call.request.from_number;
      open.to_number = call.request.to_number;
      history_.open.push_back(open);
      ++dialled;
      driver_->advance(seconds{2});  // past the wait for further leads
    }
    return dialled;
  }

  void configure(const AccountConfiguration& configuration) {
    if (!driver_->commands.claims.empty()) driver_->claim_brings(0, hours{1});
    driver_->engine.yield(account_index, true);
    driver_->tick();
    driver_->store();
    ASSERT_TRUE(driver_->engine.yielded(account_index));
    driver_->engine.lost(account_index);
    driver_->engine.configure(account_index, configuration);
    driver_->engine.gained(driver_->now, account_index, history_);
    driver_->tick();
  }

  void configure_limits(const config::Limits& limits) {
    settings_.accounts[0].limits = limits;
    configure(configuration_of(settings_));
  }

  Driver& driver() { return *driver_; }

  EngineSettings settings_;
  AccountHistory history_;

 private:
  std::unique_ptr<Driver> driver_;
  std::int64_t leads_ = 0;
};

config::Limits per_hour(std::int64_t n) {
  config::Limits limits;
  limits.per_hour = n;
  return limits;
}

TEST_F(Reloaded, ARaisedLimitCountsWhatWasDialledBefore) {
  begin(with_account_limits(per_hour(3)));
  ASSERT_EQ(dial(10), 3);
  configure_limits(per_hour(5));
  EXPECT_EQ(dial(10), 2) << "three of the five are spent";
}

TEST_F(Reloaded, ALoweredLimitIsFullUntilTheWindowHasPassed) {
  begin(with_account_limits(per_hour(5)));
  ASSERT_EQ(dial(10), 5);
  configure_limits(per_hour(2));
  EXPECT_EQ(dial(10), 0);
  driver().advance(minutes{58});
  EXPECT_EQ(dial(10), 0);
  driver().advance(minutes{3});
  EXPECT_EQ(dial(10), 2);
}

TEST_F(Reloaded, ANewWindowCountsWhatWasDialledWhenItWasNone) {
  begin(engine_settings());
  ASSERT_EQ(dial(6), 6);
  config::Limits limits;
  limits.per_day = 7;
  configure_limits(limits);
  EXPECT_EQ(dial(10), 1);
}

TEST_F(Reloaded, ALoweredConcurrencyWaitsForOpenCallsToEnd) {
  begin(with_concurrency(4));
  ASSERT_EQ(dial(10), 4);
  config::Limits limits;
  limits.concurrency = 2;
  configure_limits(limits);
  EXPECT_EQ(dial(10), 0);
  for (std::size_t i = 0; i < 2; ++i) {
    driver().news(history_.open[i].attempt, "ended", "user_hangup");
    driver().store();
  }
  EXPECT_EQ(dial(10), 0) << "two are still open";
  driver().news(history_.open[2].attempt, "ended", "user_hangup");
  driver().store();
  EXPECT_EQ(dial(10), 1);
}

TEST_F(Reloaded, ACampaignsAndACallerNumbersNewLimitsCountToo) {
  EngineSettings settings = engine_settings();
  settings.campaigns[0].config.caller_numbers = {"07011112222"};
  begin(settings);
  ASSERT_EQ(dial(4), 4);
  settings_.campaigns[0].config.limits = per_hour(4);
  configure(configuration_of(settings_));
  EXPECT_EQ(dial(10), 0) << "the campaign's";
  settings_.campaigns[0].config.limits = {};
  settings_.accounts[0].caller_numbers["07011112222"].limits = per_hour(5);
  configure(configuration_of(settings_));
  EXPECT_EQ(dial(10), 1) << "the number's";
}

TEST_F(Reloaded, WhatIsClaimedGoesBackBeforeIt) {
  config::Limits limits;
  limits.per_second = 1;
  EngineSettings settings = with_account_limits(limits);
  settings.claim_lookahead = seconds{5};
  begin(settings);
  driver().claim_brings(0);
  driver().advance(seconds{2});
  driver().tick();
  driver().claim_brings(3);
  ASSERT_EQ(driver().commands.calls.size(), 1U);
  const AttemptId dialled = driver().commands.calls[0].attempt;
  driver().engine.yield(account_index, true);
  driver().tick();
  ASSERT_EQ(driver().commands.writes.size(), 1U);
  for (const Settlement& settlement : driver().commands.writes[0].settlements) {
    EXPECT_EQ(settlement.disposition, "not_sent:yielding");
    EXPECT_EQ(settlement.lead_state, LeadState::ready);
    EXPECT_FALSE(settlement.counted);
  }
  EXPECT_FALSE(driver().engine.yielded(account_index));
  driver().store();
  EXPECT_FALSE(driver().engine.yielded(account_index)) << "an answer is outstanding";
  driver().accept(dialled);
  EXPECT_FALSE(driver().engine.yielded(account_index)) << "and not recorded";
  driver().store();
  EXPECT_TRUE(driver().engine.yielded(account_index));
}

TEST_F(Reloaded, ItWaitsForRequestsThatAreUnderWay) {
  begin(engine_settings());
  ASSERT_EQ(dial(1), 1);
  driver().engine.yield(account_index, true);
  driver().tick();
  EXPECT_TRUE(driver().engine.yielded(account_index));
  EXPECT_FALSE(driver().engine.quiet(account_index));
  ASSERT_TRUE(driver().empty_pass());
  EXPECT_TRUE(driver().engine.quiet(account_index));
}

TEST_F(Reloaded, AnOpenCallEndsByThePolicyThatIsInForceThen) {
  begin(engine_settings());
  ASSERT_EQ(dial(1), 1);
  config::ReasonPolicy policy;
  policy.then = config::AfterCall::done;
  settings_.campaigns[0].config.retry.reasons["dial_no_answer"] = policy;
  configure(configuration_of(settings_));
  driver().news(history_.open[0].attempt, "not_connected", "dial_no_answer");
  EXPECT_EQ(driver().only_settlement().lead_state, LeadState::done);
}

TEST_F(Reloaded, ACampaignThatIsGoneBringsItsOpenCallsToTheirEnd) {
  EngineSettings settings = engine_settings();
  begin(settings);
  ASSERT_EQ(dial(2), 2);
  settings_.campaigns = {second_campaign()};
  configure(configuration_of(settings_));
  EXPECT_EQ(driver().engine.snapshot(account_index).open, 2);
  ASSERT_EQ(driver().commands.claims.size(), 1U);
  EXPECT_EQ(driver().commands.claims[0].campaign, second_id) << "nothing of the old one is claimed";
  driver().claim_brings(0);
  driver().news(history_.open[0].attempt, "not_connected", "dial_no_answer");
  EXPECT_EQ(driver().only_settlement().lead_state, LeadState::ready) << "by its last policy";
  driver().store();
  EXPECT_FALSE(driver().engine.exhausted(account_index)) << "one is still open";
  driver().news(history_.open[1].attempt, "ended", "user_hangup");
  driver().store();
  EXPECT_EQ(driver().engine.snapshot(account_index).open, 0);
  EXPECT_TRUE(driver().engine.exhausted(account_index)) << "the ready lead of the old campaign is nobody's";
}

TEST_F(Reloaded, CallsOfACampaignThatIsGoneKeepTheirSlots) {
  begin(with_concurrency(2));
  ASSERT_EQ(dial(2), 2);
  settings_.campaigns = {second_campaign()};
  configure(configuration_of(settings_));
  EXPECT_TRUE(driver().commands.claims.empty());
  driver().news(history_.open[0].attempt, "ended", "user_hangup");
  driver().store();
  ASSERT_EQ(driver().commands.claims.size(), 1U);
  EXPECT_EQ(driver().commands.claims[0].leads, 1);
}

TEST_F(Reloaded, ACampaignThatComesBackIsDialledAgain) {
  begin(engine_settings());
  ASSERT_EQ(dial(1), 1);
  const EngineSettings with = settings_;
  settings_.campaigns.clear();
  configure(configuration_of(settings_));
  EXPECT_TRUE(driver().commands.claims.empty());
  configure(configuration_of(with));
  ASSERT_EQ(driver().commands.claims.size(), 1U);
  EXPECT_EQ(driver().commands.claims[0].campaign, campaign_id);
  driver().claim_brings(0);
  driver().news(history_.open[0].attempt, "ended", "user_hangup");
  EXPECT_EQ(driver().only_settlement().lead_state, LeadState::done);
}

TEST_F(Reloaded, APauseIsKept) {
  begin(engine_settings());
  driver().claim_brings(0, hours{1});
  driver().engine.set_wish(campaign_id, CampaignWish::paused);
  settings_.campaigns[0].config.limits = per_hour(100);
  configure(configuration_of(settings_));
  EXPECT_TRUE(driver().commands.claims.empty());
  driver().engine.set_wish(campaign_id, CampaignWish::running);
  driver().tick();
  EXPECT_EQ(driver().commands.claims.size(), 1U);
}

TEST_F(Reloaded, AnotherAccountGoesOnUntouched) {
  EngineSettings settings = engine_settings();
  settings.accounts.push_back({});
  settings.accounts[1].name = "other";
  CampaignSettings other = second_campaign();
  other.account = AccountIndex{1};
  settings.campaigns.push_back(other);
  begin(settings);
  driver().engine.gained(driver().now, AccountIndex{1}, {});
  driver().claim_brings(0, hours{1});
  ASSERT_EQ(driver().commands.claims.size(), 1U);
  const Claim claim = driver().commands.claims[0];
  ASSERT_EQ(claim.campaign, second_id);
  driver().commands.claims.clear();  // and not answered yet
  settings.campaigns.pop_back();
  settings.accounts[0].limits = per_hour(1);
  configure(configuration_of(settings));
  ClaimAnswer answer;
  answer.leads.emplace_back();
  answer.leads[0].attempt = make_attempt_id(driver().now.wall, {1});
  answer.leads[0].lead = LeadId{900};
  answer.leads[0].to_number = "01012345678";
  driver().engine.claimed(driver().now, claim.campaign, claim.number, std::move(answer));
  driver().tick();
  ASSERT_EQ(driver().commands.calls.size(), 1U) << "its claim was under way all the while";
  EXPECT_EQ(driver().commands.calls[0].account, AccountIndex{1});
}

TEST_F(Reloaded, AnAccountIsAddedAtTheEnd) {
  begin(engine_settings());
  driver().claim_brings(0, hours{1});
  AccountConfiguration added = configuration_of(engine_settings());
  added.account.name = "other";
  CampaignSettings campaign = second_campaign();
  campaign.account = AccountIndex{1};
  added.campaigns = {campaign};
  driver().engine.configure(AccountIndex{1}, added);
  driver().tick();
  EXPECT_TRUE(driver().commands.claims.empty()) << "nothing before it is owned";
  driver().engine.gained(driver().now, AccountIndex{1}, {});
  driver().tick();
  ASSERT_EQ(driver().commands.claims.size(), 1U);
  EXPECT_EQ(driver().commands.claims[0].campaign, second_id);
  EXPECT_EQ(driver().engine.snapshot(AccountIndex{1}).name, "other");
}

// Whatever sizes the windows have had: a burst after a reload never makes an hour fuller than the limit that is in
// force.
TEST_F(Reloaded, NoWindowIsExceededOverManyOfThem) {
  begin(with_account_limits(per_hour(7)));
  std::vector<MonoTime> dialled;
  std::int64_t limit = 7;
  for (std::int64_t round = 0; round < 60; ++round) {
    const std::int64_t before = static_cast<std::int64_t>(history_.open.size());
    dial(round % 5);
    for (std::int64_t n = before; n < static_cast<std::int64_t>(history_.open.size()); ++n) {
      const WallTime at = *history_.open[static_cast<std::size_t>(n)].answered;
      std::int64_t in_window = 0;
      for (const OpenAttempt& other : history_.open)
        in_window += *other.answered > at - hours{1} && *other.answered <= at;
      EXPECT_LE(in_window, limit) << "round " << round;
    }
    limit = 3 + (round * 7) % 11;
    driver().advance(minutes{3 + round % 20});
    configure_limits(per_hour(limit));
  }
  EXPECT_GT(history_.open.size(), 40U);
}

}  // namespace
}  // namespace dialerd::campaign
