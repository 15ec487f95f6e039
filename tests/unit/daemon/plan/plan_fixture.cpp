#include "tests/unit/daemon/plan/plan_fixture.h"

#include <memory>

namespace dialerd::daemon::plan {

void open_daily(config::CampaignConfig& config, int from_hour, int to_hour) {
  config.calling_windows.clear();
  for (std::uint8_t day = 1; day <= 7; ++day) {
    config.calling_windows.push_back(
        {day, static_cast<std::uint16_t>(from_hour * 60), static_cast<std::uint16_t>(to_hour * 60)});
  }
  config.window_margin = std::chrono::seconds{0};
}

OutcomeModel always(const std::string& reason, bool conversation, std::chrono::milliseconds duration) {
  Outcome outcome;
  outcome.reason = reason;
  outcome.conversation = conversation;
  outcome.share = 1;
  outcome.before = conversation ? std::chrono::milliseconds{0} : duration;
  outcome.talk = conversation ? duration : std::chrono::milliseconds{0};
  return OutcomeModel::fixed({outcome});
}

CampaignInput campaign_of(std::int64_t id, std::int64_t leads) {
  CampaignInput campaign;
  campaign.id = campaign::CampaignId{id};
  campaign.config.name = "campaign-" + std::to_string(id);
  campaign.config.account = "main";
  campaign.config.caller_numbers = {"07011112222"};
  open_daily(campaign.config, 0, 24);
  campaign.config.retry.jitter_percent = 0;
  campaign.model = always("agent_hangup", true, std::chrono::seconds{60});
  auto pool = std::make_shared<LeadPool>();
  for (std::int64_t lead = 1; lead <= leads; ++lead) {
    campaign::LeadFacts facts;
    facts.created_at = wednesday_nine;
    pool->add(campaign::LeadId{id * 10'000'000 + lead}, wednesday_nine, facts);
  }
  campaign.leads = std::move(pool);
  return campaign;
}

ForecastInput input_of(std::int64_t leads) {
  ForecastInput input;
  input.account.name = "main";
  input.start = wednesday_nine;
  input.answer_time = std::chrono::milliseconds{0};
  input.list_interval = std::chrono::milliseconds{1};
  input.step = std::chrono::milliseconds{1};
  input.campaigns.push_back(campaign_of(1, leads));
  return input;
}

}  // namespace dialerd::daemon::plan
