#include "daemon/plan/engine_settings.h"

#include <algorithm>
#include <utility>

namespace dialerd::daemon::plan {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

// As many calls per second, let go together once in a step.
void start_in_steps(config::Limits& limits, milliseconds step) {
  if (!limits.per_second) return;
  std::int64_t in_a_step = (*limits.per_second * step.count() + 999) / 1000;
  limits.burst = std::clamp(in_a_step, limits.burst, *limits.per_second);
}

}  // namespace

campaign::EngineSettings engine_settings(const ForecastInput& input) {
  campaign::EngineSettings settings;
  settings.accounts.push_back(input.account);
  start_in_steps(settings.accounts.back().limits, input.step);
  for (auto& [number, said] : settings.accounts.back().caller_numbers) start_in_steps(said.limits, input.step);
  for (const CampaignInput& campaign : input.campaigns) {
    campaign::CampaignSettings one{campaign.id, the_account, campaign.config};
    // What the agent is told makes no difference here, and leads that lack it are not among the leads.
    one.config.dynamic_variables.clear();
    one.config.metadata.clear();
    start_in_steps(one.config.limits, input.step);
    settings.campaigns.push_back(std::move(one));
  }
  // The ends of calls are told; nothing is listed or looked up.
  settings.follow.list_interval = hours{24 * 365 * 10};
  settings.follow.abandon_after = hours{24 * 365 * 10};
  settings.verdict_age_max = hours{24};
  // Nobody adds leads here. It bounds how late the opening of another clock is noticed.
  settings.idle_claim_interval = std::chrono::minutes{1};
  settings.claim_lookahead = input.step;
  return settings;
}

}  // namespace dialerd::daemon::plan
