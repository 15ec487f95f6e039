#include "daemon/commands/plan_reader.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "campaign/call_template.h"
#include "daemon/account_settings.h"
#include "daemon/plan/words.h"

namespace dialerd::daemon::commands {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t page_size = 20'000;

std::vector<plan::SeenOutcome> seen_outcomes(const std::vector<storage::DispositionStatistic>& statistics) {
  auto time = [](double seconds) {
    return seconds > 0 ? std::optional(milliseconds{static_cast<std::int64_t>(seconds * 1000)}) : std::nullopt;
  };
  std::vector<plan::SeenOutcome> seen;
  for (const storage::DispositionStatistic& one : statistics) {
    seen.push_back({one.disposition, one.calls, time(one.mean_open_seconds), time(one.mean_call_seconds)});
  }
  return seen;
}

std::int64_t calls_of(const std::vector<storage::DispositionStatistic>& statistics) {
  std::int64_t calls = 0;
  for (const storage::DispositionStatistic& one : statistics) calls += one.calls;
  return calls;
}

}  // namespace

std::optional<storage::Error> PlanReader::read() {
  context.campaign = planned_.name;
  context.account = planned_.account;
  context.timezone = planned_.timezone;
  auto account = std::ranges::find(files_.daemon.accounts, planned_.account, &config::Account::name);
  input.account = account_settings(*account, files_.daemon.http);
  input.list_interval = files_.daemon.follow.list_interval;

  auto now = session_.database_time();
  if (!now) return now.error();
  input.start = std::max(*now, wishes_.from.value_or(*now));

  for (const config::CampaignConfig& config : files_.campaigns) {
    if (config.account != planned_.account) continue;
    if (config.name == planned_.name) input.planned = input.campaigns.size();
    if (auto error = read_campaign(config)) return error;
  }
  if (auto error = read_controls()) return error;
  if (auto error = read_history(*now)) return error;

  context.assumptions = input.campaigns[input.planned].model.assumptions();
  context.assumptions.push_back({"answer_time", plan::seconds_text(input.answer_time), "default"});
  context.assumptions.push_back(
      {"list_interval", plan::seconds_text(input.list_interval), "follow.list_interval in dialerd.yaml"});
  return std::nullopt;
}

std::optional<storage::Error> PlanReader::read_campaign(const config::CampaignConfig& config) {
  plan::CampaignInput campaign;
  campaign.config = config;
  campaign.leads = std::make_shared<plan::LeadPool>();
  bool planned = config.name == planned_.name;
  auto id = session_.find_campaign(config.name);
  if (!id) return id.error();
  if (*id) {
    campaign.id = **id;
    if (auto error = read_leads(campaign, planned)) return error;
  } else if (planned) {
    // Never imported to and never run. Any number that no campaign of the database has will do.
    campaign.id = campaign::CampaignId{-1};
  } else {
    return std::nullopt;
  }
  if (auto error = read_model(campaign)) return error;
  if (planned && wishes_.leads) {
    campaign.leads = std::make_shared<plan::LeadPool>(campaign.leads->resized(*wishes_.leads, config, input.start));
    context.notes.push_back("As if " + plan::grouped(*wishes_.leads) +
                            " leads were to be called, like those that are.");
  }
  input.campaigns.push_back(std::move(campaign));
  return std::nullopt;
}

std::optional<storage::Error> PlanReader::read_leads(plan::CampaignInput& campaign, bool planned) {
  plan::LeadIntake intake(campaign.config, input.start);
  auto take = [&](const std::vector<storage::ReadyLead>& page) {
    for (const storage::ReadyLead& ready : page) {
      std::string skipped;
      if (!ready.missing_field.empty()) skipped = "missing_field:" + ready.missing_field;
      if (ready.suppressed) skipped = "suppressed";
      intake.add({ready.lead, ready.next_at, skipped, ready.facts});
    }
  };
  auto done = storage::read_ready_leads(session_, campaign.id, page_size, take,
                                        campaign::CallTemplate(campaign.config).lead_fields());
  if (!done) return done.error();
  plan::LeadPool pool = intake.take();
  if (planned) {
    context.skipped = pool.skipped;
    auto counts = storage::count_leads(session_, campaign.id);
    if (!counts) return counts.error();
    context.ready = counts->ready;
    context.active = counts->active;
    for (const storage::OutcomeCount& finished : counts->finished) {
      bool held = finished.state == campaign::LeadState::held;
      (held ? context.held : context.done)[finished.outcome] += finished.leads;
    }
  }
  campaign.leads = std::make_shared<plan::LeadPool>(std::move(pool));
  return std::nullopt;
}

// From the campaign's own calls where they are enough, else from those of all campaigns.
std::optional<storage::Error> PlanReader::read_model(plan::CampaignInput& campaign) {
  auto own = storage::disposition_statistics(session_, campaign.id);
  if (!own) return own.error();
  if (calls_of(*own) >= plan::OutcomeModel::seen_min) {
    campaign.model = plan::OutcomeModel(seen_outcomes(*own), wishes_.model, "of this campaign in 90 days");
    return std::nullopt;
  }
  if (!all_calls_) {
    auto all = storage::disposition_statistics(session_, std::nullopt);
    if (!all) return all.error();
    all_calls_ = std::move(*all);
  }
  campaign.model = plan::OutcomeModel(seen_outcomes(*all_calls_), wishes_.model, "of all campaigns in 90 days");
  return std::nullopt;
}

std::optional<storage::Error> PlanReader::read_controls() {
  std::vector<campaign::CampaignId> ids;
  for (const plan::CampaignInput& campaign : input.campaigns) ids.push_back(campaign.id);
  auto controls = session_.controls(ids);
  if (!controls) return controls.error();
  for (std::size_t i = 0; i < controls->size(); ++i) {
    const campaign::CampaignWish wish = (*controls)[i].wish;
    if (wish == campaign::CampaignWish::running) continue;
    const std::string state = wish == campaign::CampaignWish::draft ? "a draft" : std::string(to_string(wish));
    if (i == input.planned) {
      context.notes.push_back(planned_.name + " is " + state + "; this is how it would go on if it were " +
                              (wish == campaign::CampaignWish::paused ? "resumed." : "started."));
    } else {
      input.campaigns[i].paused = true;
      context.notes.push_back(input.campaigns[i].config.name + ", on the same account, is " + state +
                              " and takes no part.");
    }
  }
  return std::nullopt;
}

// Calls that were made already fill the limits' windows. Those that are open now have ended by a later start.
std::optional<storage::Error> PlanReader::read_history(campaign::WallTime now) {
  auto history = session_.history(planned_.account);
  if (!history) return history.error();
  input.history = std::move(*history);
  if (input.start > now) {
    for (const campaign::OpenAttempt& open : input.history.open) {
      input.history.counts.push_back({open.campaign, open.from_number, open.answered.value_or(open.claimed), 1});
    }
    input.history.open.clear();
  }
  return std::nullopt;
}

}  // namespace dialerd::daemon::commands
