// No campaign starves (ratelimit/fair_share.h states the bound): in a crowd, where every campaign wants to call all the
// time, so many calls of others at most come between two of its own.
#include <algorithm>
#include <map>
#include <set>

#include "tests/simulation/checker.h"

namespace dialerd::simulation {
namespace {

// Of so many permits that are granted while a priority waits, one is its.
constexpr std::int64_t starvation_bound = 64;

// `own`: whose turn is waited for. Calls leave in another order than their permits were granted, by no more than may be
// on their way at once, of each side.
std::int64_t most_between(const campaign::EngineSettings& settings, const config::Share& own, campaign::CampaignId id) {
  std::int64_t of_its_priority = 0;
  bool others = false;
  for (const campaign::CampaignSettings& campaign : settings.campaigns) {
    if (campaign.id == id) continue;
    const config::Share& share = campaign.config.share;
    if (share.priority == own.priority) {
      of_its_priority += (share.weight + own.weight - 1) / own.weight + 2;
    } else {
      others = true;
    }
  }
  std::int64_t under_way = 2 * settings.accounts.front().dialing_max;
  return of_its_priority + (others ? (of_its_priority + 1) * starvation_bound : 0) + under_way;
}

}  // namespace

void check_shares(const Books& books, Verdict& verdict) {
  const Scenario& scenario = books.world.scenario;
  if (!scenario.crowd) return;
  // First calls of leads alone: while one is to come, its campaign has somebody to call.
  std::vector<const Case*> posts;
  std::map<campaign::CampaignId, std::int64_t> to_come;
  std::set<campaign::LeadId> seen;
  for (const Case& one : books.cases) {
    if (one.post == nullptr || !seen.insert(one.row->lead).second) continue;
    posts.push_back(&one);
    ++to_come[one.row->campaign];
  }
  std::stable_sort(posts.begin(), posts.end(),
                   [](const Case* a, const Case* b) { return a->post->handed < b->post->handed; });
  std::map<campaign::CampaignId, std::int64_t> waited;
  for (const Case* one : posts) {
    for (const campaign::CampaignSettings& campaign : scenario.settings.campaigns) {
      if (to_come[campaign.id] == 0) continue;
      if (campaign.id == one->row->campaign) {
        --to_come[campaign.id];
        waited[campaign.id] = 0;
      } else if (++waited[campaign.id] > most_between(scenario.settings, campaign.config.share, campaign.id)) {
        return verdict.add(campaign.config.name + " starves");
      }
    }
  }
}

}  // namespace dialerd::simulation
