// Never over: every limit of every node, as the provider's clock counts calls and requests.
#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "tests/simulation/checker.h"
#include "tests/simulation/oracle.h"

namespace dialerd::simulation {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

struct Node {
  std::string name;
  config::Limits limits;
  std::vector<const ProviderCall*> calls;  // in the provider's order
  std::vector<MonoTime> starts;            // of POSTs, in the order of their hand-out
};

// `percent` of the limit stays unused, rounded up, but one call is always left.
std::optional<std::int64_t> less(std::optional<std::int64_t> limit, std::int64_t percent) {
  if (!limit) return limit;
  return std::max<std::int64_t>(1, *limit - (*limit * percent + 99) / 100);
}

config::Limits with_reserve(config::Limits limits, std::int64_t percent) {
  limits.concurrency = less(limits.concurrency, percent);
  limits.per_second = less(limits.per_second, percent);
  limits.per_minute = less(limits.per_minute, percent);
  limits.per_hour = less(limits.per_hour, percent);
  limits.per_day = less(limits.per_day, percent);
  return limits;
}

std::vector<Node> nodes_of(const Books& books) {
  const World& world = books.world;
  const campaign::EngineSettings& settings = world.scenario.settings;
  std::vector<Node> nodes;
  std::map<std::size_t, std::size_t> account_node;
  std::map<campaign::CampaignId, std::size_t> campaign_node;
  std::map<std::pair<std::size_t, std::string>, std::size_t> caller_node;
  for (std::size_t a = 0; a < settings.accounts.size(); ++a) {
    const campaign::AccountSettings& account = settings.accounts[a];
    account_node[a] = nodes.size();
    nodes.push_back({account.name, with_reserve(account.limits, account.reserve_percent), {}, {}});
    for (const auto& [number, said] : account.caller_numbers) {
      caller_node[{a, number}] = nodes.size();
      nodes.push_back({number, said.limits, {}, {}});
    }
  }
  for (const campaign::CampaignSettings& campaign : settings.campaigns) {
    campaign_node[campaign.id] = nodes.size();
    nodes.push_back({campaign.config.name, campaign.config.limits, {}, {}});
  }
  auto each_node = [&](const campaign::AttemptId& attempt, std::size_t account, const std::string& number, auto act) {
    act(nodes[account_node.at(account)]);
    if (auto row = world.store.attempts.find(attempt); row != world.store.attempts.end())
      act(nodes[campaign_node.at(row->second.campaign)]);
    if (auto caller = caller_node.find({account, number}); caller != caller_node.end()) act(nodes[caller->second]);
  };
  for (const ProviderCall& call : world.provider.calls)
    each_node(call.attempt, call.account, call.from_number, [&](Node& node) { node.calls.push_back(&call); });
  for (const Post& post : world.posts)
    each_node(post.attempt, post.account, post.from_number, [&](Node& node) { node.starts.push_back(post.handed); });
  return nodes;
}

bool any_window_exceeds(const std::vector<MonoTime>& moments, std::int64_t limit, nanoseconds length) {
  auto n = static_cast<std::size_t>(limit);
  for (std::size_t i = 0; i + n < moments.size(); ++i) {
    if (moments[i + n] - moments[i] < length) return true;
  }
  return false;
}

void rolling(const Node& node, std::optional<std::int64_t> limit, nanoseconds length, const std::string& name,
             Verdict& verdict) {
  if (!limit) return;
  std::vector<MonoTime> counted;
  for (const ProviderCall* call : node.calls) counted.push_back(call->counted);
  if (any_window_exceeds(counted, *limit, length)) verdict.add(node.name + ": " + name + " exceeded");
}

// A calendar period of the clock that decides, which is the database's. What was counted in the period that ran when
// that clock was set is of no other period: it is gone one period's length later, and not before.
void calendar(const Books& books, const Node& node, std::optional<std::int64_t> limit, nanoseconds length,
              const std::string& name, Verdict& verdict) {
  if (!limit) return;
  auto period_of = [&](MonoTime at) -> std::pair<std::int64_t, std::int64_t> {
    WallTime wall = books.daemon_wall(at);
    // Local minutes are UTC's; a repeated hour of the local clock is one hour with its first time.
    if (length == minutes{1}) return {0, std::chrono::floor<minutes>(wall).time_since_epoch().count()};
    oracle::LocalTime local = oracle::local_time(node.limits.timezone, wall);
    return {local.date.time_since_epoch().count(), length == hours{1} ? local.minute / 60 : 0};
  };
  struct Group {
    std::size_t segment;  // between two steps of the clock
    std::pair<std::int64_t, std::int64_t> period;
    std::vector<MonoTime> counted;
  };
  std::vector<Group> groups;
  for (const ProviderCall* call : node.calls) {
    std::size_t segment = 0;
    for (const ClockStep& step : books.world.steps) segment += step.at <= call->counted ? 1U : 0U;
    auto period = period_of(call->counted);
    if (groups.empty() || groups.back().segment != segment || groups.back().period != period)
      groups.push_back({segment, period, {}});
    groups.back().counted.push_back(call->counted);
    std::int64_t sum = static_cast<std::int64_t>(groups.back().counted.size());
    // Of earlier segments: the period that ran at the step.
    for (std::size_t g = 0; g + 1 < groups.size(); ++g) {
      const Group& earlier = groups[g];
      if (earlier.segment == segment) continue;
      MonoTime stepped = books.world.steps[earlier.segment].at;
      if (period_of(stepped - nanoseconds{1}) != earlier.period) continue;
      for (MonoTime at : earlier.counted) sum += at > call->counted - length ? 1 : 0;
    }
    if (sum > *limit) return verdict.add(node.name + ": " + name + " of the calendar exceeded");
  }
}

void windows(const Books& books, const Node& node, Verdict& verdict) {
  auto check = [&](std::optional<std::int64_t> limit, nanoseconds length, const std::string& name) {
    if (node.limits.window == config::WindowKind::rolling) {
      rolling(node, limit, length, name, verdict);
    } else {
      calendar(books, node, limit, length, name, verdict);
    }
  };
  check(node.limits.per_minute, minutes{1}, "per_minute");
  check(node.limits.per_hour, hours{1}, "per_hour");
  check(node.limits.per_day, hours{24}, "per_day");
}

// Calls are started when they are handed out.
void spacing(const Node& node, Verdict& verdict) {
  if (!node.limits.per_second) return;
  std::int64_t per_second = *node.limits.per_second;
  if (any_window_exceeds(node.starts, per_second, seconds{1})) verdict.add(node.name + ": per_second exceeded");
  std::int64_t burst = std::min(node.limits.burst, per_second);
  if (any_window_exceeds(node.starts, burst, nanoseconds{seconds{1}} / per_second))
    verdict.add(node.name + ": more than a burst at once");
}

void concurrency(const Books& books, const Node& node, Verdict& verdict) {
  if (!node.limits.concurrency) return;
  std::vector<std::pair<MonoTime, int>> changes;
  for (const ProviderCall* call : node.calls) {
    changes.emplace_back(call->counted, 1);
    // Beyond the daemon's patience a call holds no slot any more: said in docs/configuration.md at abandon_after.
    MonoTime patience = call->counted + books.world.scenario.settings.follow.abandon_after;
    changes.emplace_back(std::min(call->ended, patience), -1);
  }
  std::sort(changes.begin(), changes.end());
  std::int64_t open = 0;
  for (const auto& [at, change] : changes) {
    open += change;
    if (open > *node.limits.concurrency) return verdict.add(node.name + ": concurrency exceeded");
  }
}

void requests(const Books& books, Verdict& verdict) {
  const auto& accounts = books.world.scenario.settings.accounts;
  for (std::size_t a = 0; a < accounts.size(); ++a) {
    std::vector<MonoTime> moments;
    for (const ProviderRequest& request : books.world.provider.requests) {
      // How many requests a process had under way when it ended, its successor cannot know.
      if (request.account == a && !request.orphan) moments.push_back(request.at);
    }
    const config::Requests& budget = accounts[a].requests;
    if (budget.per_second && any_window_exceeds(moments, *budget.per_second, seconds{1}))
      verdict.add(accounts[a].name + ": more requests per second than its budget");
    if (budget.per_minute && any_window_exceeds(moments, *budget.per_minute, minutes{1}))
      verdict.add(accounts[a].name + ": more requests per minute than its budget");
  }
}

void rested_by_hand(const Books& books, Verdict& verdict) {
  for (const Post& post : books.world.posts) {
    const auto& said = books.world.scenario.settings.accounts[post.account].caller_numbers;
    auto found = said.find(post.from_number);
    if (found != said.end() && found->second.rested)
      verdict.add("a call was placed from " + post.from_number + ", which rests");
  }
}

}  // namespace

void check_limits(const Books& books, Verdict& verdict) {
  for (const Node& node : nodes_of(books)) {
    windows(books, node, verdict);
    spacing(node, verdict);
    concurrency(books, node, verdict);
  }
  requests(books, verdict);
  rested_by_hand(books, verdict);
}

}  // namespace dialerd::simulation
