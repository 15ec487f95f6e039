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

// A call that the provider counted, and when the engine handed it out.
struct Counted {
  const ProviderCall* call;
  MonoTime handed;
};

// Limits that were in force from a moment on. What is promised of a window: whoever was the last to be let into it was
// let in by the limit that was in force then, and saw all the others.
struct InForce {
  MonoTime from;
  config::Limits limits;
};

struct Node {
  std::string name;
  std::vector<InForce> in_force;
  std::vector<Counted> calls;    // in the provider's order
  std::vector<MonoTime> starts;  // of POSTs, in the order of their hand-out

  std::size_t epoch_of(MonoTime handed) const {
    std::size_t epoch = 0;
    while (epoch + 1 < in_force.size() && in_force[epoch + 1].from <= handed) ++epoch;
    return epoch;
  }
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
  auto add = [&](const std::string& name, std::size_t account, auto limits_in) {
    Node& node = nodes.emplace_back();
    node.name = name;
    for (const Revision& revision : world.revisions[account])
      node.in_force.push_back({revision.from, limits_in(revision)});
    return nodes.size() - 1;
  };
  for (std::size_t a = 0; a < settings.accounts.size(); ++a) {
    account_node[a] = add(settings.accounts[a].name, a, [](const Revision& revision) {
      return with_reserve(revision.account.limits, revision.account.reserve_percent);
    });
    for (const auto& [number, said] : settings.accounts[a].caller_numbers) {
      caller_node[{a, number}] = add(number, a, [&number = number](const Revision& revision) {
        return revision.account.caller_numbers.at(number).limits;
      });
    }
  }
  for (const campaign::CampaignSettings& campaign : settings.campaigns) {
    campaign_node[campaign.id] =
        add(campaign.config.name, static_cast<std::size_t>(campaign.account),
            [&](const Revision& revision) { return revision.campaigns.at(campaign.id).limits; });
  }
  auto each_node = [&](const campaign::AttemptId& attempt, std::size_t account, const std::string& number, auto act) {
    act(nodes[account_node.at(account)]);
    if (auto row = world.store.attempts.find(attempt); row != world.store.attempts.end())
      act(nodes[campaign_node.at(row->second.campaign)]);
    if (auto caller = caller_node.find({account, number}); caller != caller_node.end()) act(nodes[caller->second]);
  };
  std::map<campaign::AttemptId, MonoTime> handed;
  for (const Post& post : world.posts) {
    handed[post.attempt] = post.handed;
    each_node(post.attempt, post.account, post.from_number, [&](Node& node) { node.starts.push_back(post.handed); });
  }
  for (const ProviderCall& call : world.provider.calls) {
    each_node(call.attempt, call.account, call.from_number, [&](Node& node) {
      node.calls.push_back({&call, handed.at(call.attempt)});
    });
  }
  return nodes;
}

void rolling(const Node& node, std::size_t epoch, std::optional<std::int64_t> limit, nanoseconds length,
             const std::string& name, Verdict& verdict) {
  if (!limit) return;
  std::size_t first = 0;
  for (std::size_t last = 0; last < node.calls.size(); ++last) {
    while (node.calls[last].call->counted - node.calls[first].call->counted >= length) ++first;
    if (last - first + 1 <= static_cast<std::size_t>(*limit)) continue;
    MonoTime handed = node.calls[first].handed;
    for (std::size_t i = first; i <= last; ++i) handed = std::max(handed, node.calls[i].handed);
    if (node.epoch_of(handed) == epoch) return verdict.add(node.name + ": " + name + " exceeded");
  }
}

// A calendar period of the clock that decides, which is the database's. What was counted in the period that ran when
// that clock was set is of no other period: it is gone one period's length later, and not before.
void calendar(const Books& books, const Node& node, std::size_t epoch, std::optional<std::int64_t> limit,
              nanoseconds length, const std::string& name, Verdict& verdict) {
  if (!limit) return;
  const std::string& timezone = node.in_force[epoch].limits.timezone;
  auto period_of = [&](MonoTime at) -> std::pair<std::int64_t, std::int64_t> {
    WallTime wall = books.daemon_wall(at);
    // Local minutes are UTC's; a repeated hour of the local clock is one hour with its first time.
    if (length == minutes{1}) return {0, std::chrono::floor<minutes>(wall).time_since_epoch().count()};
    oracle::LocalTime local = oracle::local_time(timezone, wall);
    return {local.date.time_since_epoch().count(), length == hours{1} ? local.minute / 60 : 0};
  };
  struct Group {
    std::size_t segment;  // between two steps of the clock
    std::pair<std::int64_t, std::int64_t> period;
    std::vector<MonoTime> counted;
    MonoTime handed;  // of its calls the latest
  };
  std::vector<Group> groups;
  for (const auto& [call, handed] : node.calls) {
    std::size_t segment = 0;
    for (const ClockStep& step : books.world.steps) segment += step.at <= call->counted ? 1U : 0U;
    auto period = period_of(call->counted);
    if (groups.empty() || groups.back().segment != segment || groups.back().period != period)
      groups.push_back({segment, period, {}, handed});
    groups.back().counted.push_back(call->counted);
    groups.back().handed = std::max(groups.back().handed, handed);
    std::int64_t sum = static_cast<std::int64_t>(groups.back().counted.size());
    // Of earlier segments: the period that ran at the step.
    for (std::size_t g = 0; g + 1 < groups.size(); ++g) {
      const Group& earlier = groups[g];
      if (earlier.segment == segment) continue;
      MonoTime stepped = books.world.steps[earlier.segment].at;
      if (period_of(stepped - nanoseconds{1}) != earlier.period) continue;
      for (MonoTime at : earlier.counted) sum += at > call->counted - length ? 1 : 0;
    }
    if (sum > *limit && node.epoch_of(groups.back().handed) == epoch)
      return verdict.add(node.name + ": " + name + " of the calendar exceeded");
  }
}

void windows(const Books& books, const Node& node, std::size_t epoch, Verdict& verdict) {
  const config::Limits& limits = node.in_force[epoch].limits;
  auto check = [&](std::optional<std::int64_t> limit, nanoseconds length, const std::string& name) {
    if (limits.window == config::WindowKind::rolling) {
      rolling(node, epoch, limit, length, name, verdict);
    } else {
      calendar(books, node, epoch, limit, length, name, verdict);
    }
  };
  check(limits.per_minute, minutes{1}, "per_minute");
  check(limits.per_hour, hours{1}, "per_hour");
  check(limits.per_day, hours{24}, "per_day");
}

// Calls are started when they are handed out.
void spacing(const Node& node, std::size_t epoch, Verdict& verdict) {
  const config::Limits& limits = node.in_force[epoch].limits;
  if (!limits.per_second) return;
  auto exceeds = [&](std::int64_t limit, nanoseconds length) {
    const auto n = static_cast<std::size_t>(limit);
    for (std::size_t i = 0; i + n < node.starts.size(); ++i) {
      if (node.starts[i + n] - node.starts[i] < length && node.epoch_of(node.starts[i + n]) == epoch) return true;
    }
    return false;
  };
  std::int64_t per_second = *limits.per_second;
  if (exceeds(per_second, seconds{1})) verdict.add(node.name + ": per_second exceeded");
  std::int64_t burst = std::min(limits.burst, per_second);
  if (exceeds(burst, nanoseconds{seconds{1}} / per_second)) verdict.add(node.name + ": more than a burst at once");
}

void concurrency(const Books& books, const Node& node, std::size_t epoch, Verdict& verdict) {
  const std::optional<std::int64_t> limit = node.in_force[epoch].limits.concurrency;
  if (!limit) return;
  struct Change {
    MonoTime at;
    int change;
    MonoTime handed;
    bool operator<(const Change& other) const { return std::pair(at, change) < std::pair(other.at, other.change); }
  };
  std::vector<Change> changes;
  for (const auto& [call, handed] : node.calls) {
    changes.push_back({call->counted, 1, handed});
    // Beyond the daemon's patience a call holds no slot any more: said in docs/configuration.md at abandon_after.
    MonoTime patience = call->counted + books.world.scenario.settings.follow.abandon_after;
    changes.push_back({std::min(call->ended, patience), -1, handed});
  }
  std::sort(changes.begin(), changes.end());
  std::multiset<MonoTime> open;
  for (const Change& one : changes) {
    if (one.change < 0) {
      open.erase(open.find(one.handed));
      continue;
    }
    open.insert(one.handed);
    if (static_cast<std::int64_t>(open.size()) > *limit && node.epoch_of(*open.rbegin()) == epoch)
      return verdict.add(node.name + ": concurrency exceeded");
  }
}

void requests(const Books& books, Verdict& verdict) {
  for (std::size_t a = 0; a < books.world.scenario.settings.accounts.size(); ++a) {
    std::vector<MonoTime> moments;
    for (const ProviderRequest& request : books.world.provider.requests) {
      // How many requests a process had under way when it ended, its successor cannot know.
      if (request.account == a && !request.orphan) moments.push_back(request.at);
    }
    auto exceeds = [&](std::int64_t limit, nanoseconds length, const Revision& revision) {
      const auto n = static_cast<std::size_t>(limit);
      for (std::size_t i = 0; i + n < moments.size(); ++i) {
        if (moments[i + n] - moments[i] < length && &books.world.revision_at(a, moments[i + n]) == &revision)
          return true;
      }
      return false;
    };
    for (const Revision& revision : books.world.revisions[a]) {
      const config::Requests& budget = revision.account.requests;
      if (budget.per_second && exceeds(*budget.per_second, seconds{1}, revision))
        verdict.add(revision.account.name + ": more requests per second than its budget");
      if (budget.per_minute && exceeds(*budget.per_minute, minutes{1}, revision))
        verdict.add(revision.account.name + ": more requests per minute than its budget");
    }
  }
}

void rested_by_hand(const Books& books, Verdict& verdict) {
  for (const Post& post : books.world.posts) {
    const auto& said = books.world.revision_at(post.account, post.handed).account.caller_numbers;
    auto found = said.find(post.from_number);
    if (found != said.end() && found->second.rested)
      verdict.add("a call was placed from " + post.from_number + ", which rests");
  }
}

// A campaign that was taken out of the configuration is not dialled.
void configured(const Books& books, Verdict& verdict) {
  for (const Case& one : books.cases) {
    if (one.post == nullptr) continue;
    if (books.world.revision_at(one.row->account, one.post->handed).gone.contains(one.row->campaign))
      verdict.add(one, "was dialled, and its campaign is not configured");
  }
}

}  // namespace

void check_limits(const Books& books, Verdict& verdict) {
  for (const Node& node : nodes_of(books)) {
    for (std::size_t epoch = 0; epoch < node.in_force.size(); ++epoch) {
      windows(books, node, epoch, verdict);
      spacing(node, epoch, verdict);
      concurrency(books, node, epoch, verdict);
    }
  }
  requests(books, verdict);
  rested_by_hand(books, verdict);
  configured(books, verdict);
}

}  // namespace dialerd::simulation
