#include "tests/unit/campaign/engine_fixture.h"

#include <gtest/gtest.h>

namespace dialerd::campaign {

EngineSettings engine_settings() {
  EngineSettings settings;
  settings.accounts.emplace_back().name = "main";
  CampaignSettings campaign;
  campaign.id = campaign_id;
  campaign.config.name = "spring";
  campaign.config.account = "main";
  campaign.config.agent = {"0f8fad5b-d9cb-469f-a165-70867728950e", "production"};
  campaign.config.caller_numbers = {"07011112222", "07011113333"};
  campaign.config.timezone = "Asia/Seoul";
  for (std::uint8_t day = 1; day <= 7; ++day) campaign.config.calling_windows.push_back({day, 0, 24 * 60});
  settings.campaigns.push_back(campaign);
  return settings;
}

EngineSettings with_account_limits(const config::Limits& limits) {
  EngineSettings settings = engine_settings();
  settings.accounts[0].limits = limits;
  return settings;
}

EngineSettings with_concurrency(std::int64_t n) {
  config::Limits limits;
  limits.concurrency = n;
  return with_account_limits(limits);
}

Driver::Driver(EngineSettings settings) : engine(std::move(settings)) {
  engine.gained(now, account_index, {});
  tick();
}

void Driver::tick() {
  commands = engine.tick(now);
  dialled.insert(dialled.end(), commands.calls.size(), now.mono);
  if (!commands.list_pages.empty()) pass_under_way_ = true;
}

void Driver::advance(std::chrono::milliseconds by) {
  now.mono += by;
  now.wall += by;
}

void Driver::claim_brings(std::int64_t n, std::optional<std::chrono::milliseconds> next_due) {
  ASSERT_EQ(commands.claims.size(), 1U);
  Claim claim = commands.claims.front();
  ClaimAnswer answer;
  answer.next_due = next_due;
  for (std::int64_t i = 0; i < std::min(n, claim.leads); ++i) {
    ClaimedLead lead;
    ++leads_;
    lead.lead = LeadId{leads_};
    lead.attempt = make_attempt_id(
        now.wall, {0, 0, 0, 0, 0, 0, 0, 0, static_cast<std::uint8_t>(leads_ >> 8), static_cast<std::uint8_t>(leads_)});
    lead.to_number = "01012345678";
    answer.leads.push_back(lead);
  }
  engine.claimed(now, claim.campaign, claim.number, std::move(answer));
  tick();
}

Call Driver::one_call() {
  claim_brings(1);
  EXPECT_EQ(commands.calls.size(), 1U);
  return commands.calls.at(0);
}

void Driver::answer(const AttemptId& attempt, AnswerKind kind) {
  CreateAnswer answer;
  answer.kind = kind;
  if (kind == AnswerKind::accepted) answer.call_id = "call-" + to_string(attempt);
  engine.answered(now, attempt, answer);
  tick();
}

void Driver::news(const AttemptId& attempt, const std::string& status, const std::string& reason) {
  CallNews news;
  news.call_id = "call-" + to_string(attempt);
  news.attempt = attempt;
  news.status = status;
  news.disconnection_reason = reason;
  engine.news(now, account_index, news);
  tick();
}

bool Driver::empty_pass() {
  tick();
  if (!pass_under_way_) return false;
  pass_under_way_ = false;
  ListPageAnswer last;
  last.listed = true;
  engine.list_page_answered(now, account_index, last);
  tick();
  return true;
}

void Driver::store() {
  auto writes = commands.writes;
  for (const Write& write : writes) engine.stored(now, write.account, write);
  tick();
}

const Settlement& Driver::only_settlement() const {
  EXPECT_EQ(commands.writes.size(), 1U);
  EXPECT_EQ(commands.writes.at(0).settlements.size(), 1U);
  return commands.writes.at(0).settlements.at(0);
}

const Record& Driver::only_record() const {
  EXPECT_EQ(commands.writes.size(), 1U);
  EXPECT_EQ(commands.writes.at(0).records.size(), 1U);
  return commands.writes.at(0).records.at(0);
}

}  // namespace dialerd::campaign
