// Reads from the database what `dialerd plan` needs: the account's campaigns, their leads, and what earlier calls tell.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "daemon/commands/context.h"
#include "daemon/plan/plan.h"
#include "daemon/plan/plan_text.h"
#include "storage/lead_sample.h"

namespace dialerd::daemon::commands {

// What `dialerd plan` is asked.
struct PlanQuestion {
  plan::ModelWishes model;
  plan::PlanWishes plan;
  std::optional<campaign::WallTime> from;
  std::optional<std::int64_t> leads;
};

// Reads what the forecast needs; the first error ends it.
class PlanReader {
 public:
  PlanReader(storage::Session& session, const Files& files, const config::CampaignConfig& planned,
             const PlanQuestion& wishes)
      : session_(session), files_(files), planned_(planned), wishes_(wishes) {}

  std::optional<storage::Error> read();

  plan::ForecastInput input;
  plan::PlanContext context;

 private:
  std::optional<storage::Error> read_campaign(const config::CampaignConfig& config);
  std::optional<storage::Error> read_model(plan::CampaignInput& campaign);
  std::optional<storage::Error> read_leads(plan::CampaignInput& campaign, bool planned);
  std::optional<storage::Error> read_controls();
  std::optional<storage::Error> read_history(campaign::WallTime now);

  storage::Session& session_;
  const Files& files_;
  const config::CampaignConfig& planned_;
  const PlanQuestion& wishes_;
  std::optional<std::vector<storage::DispositionStatistic>> all_calls_;  // once read
};

}  // namespace dialerd::daemon::commands
