#include "daemon/metrics/metrics.h"

#include <gmock/gmock.h>

#include "campaign/attempt.h"
#include "daemon/http_server/server.h"
#include "daemon/webhook/receiver.h"

namespace dialerd::daemon::metrics {
namespace {

using namespace std::chrono_literals;
using campaign::AnswerKind;
using campaign::AttemptState;
using testing::HasSubstr;
using testing::Not;

std::string line(const std::string& text) { return "\n" + text + "\n"; }

class MetricsTest : public testing::Test {
 protected:
  MetricsTest() {
    AccountPicture account;
    account.name = "main";
    picture.accounts.push_back(account);
    CampaignPicture campaign;
    campaign.name = "spring";
    campaign.account = "main";
    picture.campaigns.push_back(campaign);
  }

  std::string text() { return metrics.text(picture); }
  std::string settled(AttemptState state, const std::string& disposition) {
    campaign::Settlement settlement;
    settlement.state = state;
    settlement.disposition = disposition;
    metrics.settled("main", "spring", settlement);
    return text();
  }

  Metrics metrics{"1.2.3"};
  Picture picture;
};

TEST_F(MetricsTest, SeriesAreThereBeforeTheirFirstEvent) {
  EXPECT_THAT(
      text(),
      HasSubstr(line(R"(dialerd_attempts_answered_total{account="main",campaign="spring",result="accepted"} 0)")));
  EXPECT_THAT(text(), HasSubstr(line(R"(dialerd_invariant_violations_total{invariant="write_refused"} 0)")));
  EXPECT_THAT(text(), HasSubstr(line(R"(dialerd_webhooks_received_total{account="main"} 0)")));
  EXPECT_THAT(text(), HasSubstr(line(R"(dialerd_post_duration_seconds_count{account="main"} 0)")));
  EXPECT_THAT(text(), HasSubstr(line(R"(dialerd_build_info{version="1.2.3"} 1)")));
}

TEST_F(MetricsTest, AnswersAreCountedByWhatTheyProveAndTimed) {
  metrics.post_answered("main", "spring", AnswerKind::accepted, 120ms);
  metrics.post_answered("main", "spring", AnswerKind::accepted, 30ms);
  metrics.post_answered("main", "spring", AnswerKind::unknown, 30s);
  EXPECT_THAT(
      text(),
      HasSubstr(line(R"(dialerd_attempts_answered_total{account="main",campaign="spring",result="accepted"} 2)")));
  EXPECT_THAT(
      text(),
      HasSubstr(line(R"(dialerd_attempts_answered_total{account="main",campaign="spring",result="unknown"} 1)")));
  EXPECT_THAT(text(), HasSubstr(line(R"(dialerd_post_duration_seconds_bucket{account="main",le="0.05"} 1)")));
  EXPECT_THAT(text(), HasSubstr(line(R"(dialerd_post_duration_seconds_bucket{account="main",le="0.25"} 2)")));
  EXPECT_THAT(text(), HasSubstr(line(R"(dialerd_post_duration_seconds_sum{account="main"} 30.15)")));
}

TEST_F(MetricsTest, EndsAreGroupedWhateverTheProviderCallsThem) {
  EXPECT_THAT(settled(AttemptState::ended, "user_hangup"), HasSubstr(R"(disposition="conversation"} 1)"));
  EXPECT_THAT(settled(AttemptState::ended, "insufficient_balance"), HasSubstr(R"(disposition="provider_refusal"} 1)"));
  EXPECT_THAT(settled(AttemptState::not_placed, "not_sent:lock_out:REASON"),
              HasSubstr(R"(disposition="not_placed"} 1)"));
  EXPECT_THAT(settled(AttemptState::rejected, "rejected"), HasSubstr(R"(disposition="rejected"} 1)"));
  EXPECT_THAT(settled(AttemptState::abandoned, "abandoned"), HasSubstr(R"(disposition="abandoned"} 1)"));
  // Free text from outside makes no series.
  const std::string free = settled(AttemptState::ended, "010-1234-5678 \"{}\"");
  EXPECT_THAT(free, HasSubstr(R"(disposition="other"} 1)"));
  EXPECT_THAT(free, Not(HasSubstr("5678")));
}

TEST_F(MetricsTest, EachReasonToRefuseARequestIsAWord) {
  metrics.webhook_rejected(webhook::reason::signature);
  metrics.webhook_rejected(http_server::reason::internal);
  metrics.webhook_rejected("something new");
  EXPECT_THAT(text(), HasSubstr(line(R"(dialerd_webhooks_rejected_total{reason="signature"} 1)")));
  EXPECT_THAT(text(), HasSubstr(line(R"(dialerd_webhooks_rejected_total{reason="internal"} 1)")));
  EXPECT_THAT(text(), HasSubstr(line(R"(dialerd_webhooks_rejected_total{reason="other"} 1)")));
  EXPECT_THAT(text(), Not(HasSubstr("something new")));
}

TEST_F(MetricsTest, EveryEnumeratorHasItsWord) {
  for (const auto& [use, word] :
       {std::pair{StorageUse::claims, "claims"}, {StorageUse::webhook_reads, "webhook_reads"}}) {
    metrics.storage_failed(use);
    picture.storage_failing = {use};
    EXPECT_THAT(text(), HasSubstr(line("dialerd_storage_failures_total{use=\"" + std::string(word) + "\"} 1")));
    EXPECT_THAT(text(), HasSubstr(line("dialerd_storage_failing{use=\"" + std::string(word) + "\"} 1")));
  }
  metrics.violated(Invariant::call_after_no_call);
  EXPECT_THAT(text(), HasSubstr(line(R"(dialerd_invariant_violations_total{invariant="call_after_no_call"} 1)")));
  metrics.claim_failed("main", ClaimFailure::refused, 1ms);
  EXPECT_THAT(text(), HasSubstr(line(R"(dialerd_claim_failures_total{account="main",reason="refused"} 1)")));
}

TEST_F(MetricsTest, WhatIsNotKnownIsLeftOut) {
  EXPECT_THAT(text(), Not(HasSubstr("dialerd_attempts_oldest_doubt_timestamp_seconds")));
  EXPECT_THAT(text(), Not(HasSubstr("dialerd_account_epoch")));
  picture.accounts[0].oldest_doubt = campaign::WallTime(1700000000500ms);
  picture.accounts[0].epoch = 7;
  EXPECT_THAT(text(), Not(HasSubstr("dialerd_rollups_refreshed_timestamp_seconds")));
  picture.rollups_refreshed = campaign::WallTime(1700000000500ms);
  EXPECT_THAT(text(), HasSubstr(line("dialerd_rollups_refreshed_timestamp_seconds 1700000000.5")));
  EXPECT_THAT(text(),
              HasSubstr(line(R"(dialerd_attempts_oldest_doubt_timestamp_seconds{account="main"} 1700000000.5)")));
  EXPECT_THAT(text(), HasSubstr(line(R"(dialerd_account_epoch{account="main"} 7)")));
}

TEST_F(MetricsTest, ACauseHasTheWordThatTheLogAndTheDatabaseHave) {
  picture.accounts[0].trouble = campaign::Trouble::hourly_limit;
  const std::string word(to_string(campaign::Trouble::hourly_limit));
  EXPECT_THAT(text(), HasSubstr(line(R"(dialerd_account_waiting{account="main",cause=")" + word + R"("} 1)")));
}

TEST_F(MetricsTest, ACampaignWaitsForItsTroubleAndItsConditions) {
  picture.campaigns[0].trouble = campaign::Trouble::rejections;
  picture.campaigns[0].blocked = {"list_stale"};
  const std::string of = R"(dialerd_campaign_waiting{account="main",campaign="spring",cause=")";
  EXPECT_THAT(text(), HasSubstr(line(of + R"(rejections"} 1)")));
  EXPECT_THAT(text(), HasSubstr(line(of + R"(list_stale"} 1)")));
  EXPECT_THAT(text(), HasSubstr(line(of + R"(list_missing"} 0)")));
}

TEST_F(MetricsTest, AFailedReloadLeavesTheTimeOfTheLastGoodOne) {
  EXPECT_THAT(text(), HasSubstr(line("dialerd_config_last_reload_successful 1")));
  metrics.reloaded(false);
  EXPECT_THAT(text(), HasSubstr(line("dialerd_config_last_reload_successful 0")));
  EXPECT_THAT(text(), HasSubstr(line(R"(dialerd_config_reloads_total{result="success"} 1)")));
  EXPECT_THAT(text(), Not(HasSubstr(line("dialerd_config_last_reload_success_timestamp_seconds 0"))));
}

TEST_F(MetricsTest, TheSameStateGivesTheSameText) {
  auto without_process = [](const std::string& text) { return text.substr(0, text.find("# HELP process_")); };
  EXPECT_EQ(without_process(text()), without_process(text()));
}

}  // namespace
}  // namespace dialerd::daemon::metrics
