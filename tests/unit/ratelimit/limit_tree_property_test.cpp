// The tree as a whole, judged by plain logs: random nodes (account, campaigns, caller numbers), random limits, traffic,
// latencies, refusals, restarts. The logs hold every start and the moment at which the provider counted each call, a
// moment of its own choice between the start and the answer.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <random>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "ratelimit/limit_node.h"

namespace dialerd::ratelimit {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr MonoTime start{hours{1000}};

// No stretch of time of that length, wherever it begins, holds more than `limit` of these moments.
bool holds(std::vector<MonoTime> moments, std::int64_t limit, MonoClock::duration length) {
  std::sort(moments.begin(), moments.end());
  auto n = static_cast<std::size_t>(limit);
  for (std::size_t i = 0; i + n < moments.size(); ++i) {
    if (moments[i + n] - moments[i] < length) return false;
  }
  return true;
}

class World {
 public:
  explicit World(std::uint64_t seed) : random_(seed) {
    std::size_t campaigns = 1 + below(3);
    std::size_t numbers = 1 + below(3);
    for (std::size_t i = 0; i < 1 + campaigns + numbers; ++i) nodes_.emplace_back(random_limits());
    first_number_ = 1 + campaigns;
    longest_step_ = std::vector<nanoseconds>{milliseconds{50}, seconds{5}, minutes{3}, hours{2}}[below(4)];
  }

  void run(int steps) {
    for (int i = 0; i < steps; ++i) {
      now_ += nanoseconds{static_cast<std::int64_t>(below(static_cast<std::uint64_t>(longest_step_.count())))};
      if (below(3) > 0) grant();
      start_queued();
      if (below(20) == 0) cancel_one();
      while (below(3) > 0) answer_one();
      while (below(2) > 0) finish_one();
      if (below(60) == 0) restart();
      for (const Node& node : nodes_) {
        RC_ASSERT(node.open <= node.limits.concurrency.value_or(LimitNode::unlimited));
      }
    }
  }

  void judge() const {
    for (const Node& node : nodes_) {
      if (node.limits.per_second) RC_ASSERT(holds(node.started, *node.limits.per_second, seconds{1}));
      if (node.limits.per_minute) RC_ASSERT(holds(node.counted, *node.limits.per_minute, minutes{1}));
      if (node.limits.per_hour) RC_ASSERT(holds(node.counted, *node.limits.per_hour, hours{1}));
      if (node.limits.per_day) RC_ASSERT(holds(node.counted, *node.limits.per_day, hours{24}));
    }
  }

  std::size_t calls() const { return nodes_.front().counted.size(); }

 private:
  struct Node {
    explicit Node(const NodeLimits& from) : limits(from), limit(from) {}
    NodeLimits limits;
    LimitNode limit;
    std::int64_t open = 0;
    std::vector<MonoTime> started;
    std::vector<MonoTime> counted;   // by the provider
    std::vector<MonoTime> answered;  // what a store would remember of the same calls
  };
  struct Call {
    std::vector<std::size_t> path;
    MonoTime started;
  };

  std::uint64_t below(std::uint64_t n) { return random_() % n; }

  NodeLimits random_limits() {
    NodeLimits limits;
    auto maybe = [&](std::int64_t largest) -> std::optional<std::int64_t> {
      if (below(2) == 0) return std::nullopt;
      return 1 + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(largest)));
    };
    limits.concurrency = maybe(40);
    limits.per_second = maybe(20);
    limits.per_minute = maybe(40);
    limits.per_hour = maybe(80);
    limits.per_day = maybe(150);
    if (limits.per_second)
      limits.burst = 1 + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(*limits.per_second)));
    return limits;
  }

  void grant() {
    std::vector<std::size_t> path{0, 1 + below(first_number_ - 1),
                                  first_number_ + below(nodes_.size() - first_number_)};
    auto n = static_cast<std::int64_t>(1 + below(12));
    for (std::size_t i : path) n = std::min(n, nodes_[i].limit.available(now_));
    for (std::size_t i : path) {
      nodes_[i].limit.reserve(n);
      nodes_[i].open += n;
    }
    for (; n > 0; --n) queued_.push_back({path, {}});
  }

  void start_queued() {
    std::erase_if(queued_, [&](Call& call) {
      for (std::size_t i : call.path) {
        if (nodes_[i].limit.next_start() > now_) return false;
      }
      for (std::size_t i : call.path) {
        nodes_[i].limit.start(now_);
        nodes_[i].started.push_back(now_);
      }
      call.started = now_;
      in_flight_.push_back(call);
      return true;
    });
  }

  void cancel_one() {
    if (queued_.empty()) return;
    for (std::size_t i : queued_.back().path) {
      nodes_[i].limit.cancel(1);
      --nodes_[i].open;
    }
    queued_.pop_back();
  }

  void answer_one() {
    if (in_flight_.empty()) return;
    std::size_t which = below(in_flight_.size());
    Call call = in_flight_[which];
    in_flight_.erase(in_flight_.begin() + static_cast<std::ptrdiff_t>(which));
    if (below(5) == 0) {
      for (std::size_t i : call.path) {
        nodes_[i].limit.refund();
        nodes_[i].limit.finish();
        --nodes_[i].open;
      }
      return;
    }
    MonoTime counted = call.started + (now_ - call.started) / 100 * static_cast<std::int64_t>(below(101));
    for (std::size_t i : call.path) {
      nodes_[i].limit.answered(now_);
      nodes_[i].counted.push_back(counted);
      nodes_[i].answered.push_back(now_);
    }
    open_.push_back(call);
  }

  void finish_one() {
    if (open_.empty()) return;
    std::size_t which = below(open_.size());
    for (std::size_t i : open_[which].path) {
      nodes_[i].limit.finish();
      --nodes_[i].open;
    }
    open_.erase(open_.begin() + static_cast<std::ptrdiff_t>(which));
  }

  // A new process, which knows what the store has. What was queued never left.
  void restart() {
    queued_.clear();
    for (Node& node : nodes_) {
      node.limit = LimitNode(node.limits);
      node.limit.restore_started(now_);
      for (MonoTime at : node.answered) node.limit.restore_counted(now_, at, 1);
      node.open = 0;
    }
    for (const std::vector<Call>* calls : {&in_flight_, &open_}) {
      for (const Call& call : *calls) {
        for (std::size_t i : call.path) {
          nodes_[i].limit.restore_open(1);
          ++nodes_[i].open;
          if (calls == &in_flight_) nodes_[i].limit.restore_unanswered(1);
        }
      }
    }
  }

  std::mt19937_64 random_;
  std::vector<Node> nodes_;  // the account, the campaigns, the caller numbers
  std::size_t first_number_ = 0;
  nanoseconds longest_step_{};
  MonoTime now_ = start;
  std::vector<Call> queued_;
  std::vector<Call> in_flight_;
  std::vector<Call> open_;
};

RC_GTEST_PROP(LimitTree, NoLimitIsExceededAtTheProvidersClock, ()) {
  World world(*rc::gen::arbitrary<std::uint64_t>());
  world.run(1500);
  world.judge();
  RC_CLASSIFY(world.calls() > 200, "more than 200 calls");
}

// Demand that takes every permit as soon as it is there, answers after a small latency.
RC_GTEST_PROP(LimitTree, AtLeast995PerMilleOfTheTightestLimitIsUsed, ()) {
  std::mt19937_64 random(*rc::gen::arbitrary<std::uint64_t>());
  auto unit = static_cast<std::size_t>(random() % 3);
  std::vector<LimitNode> path;
  std::int64_t tightest = std::numeric_limits<std::int64_t>::max();
  for (int i = 0; i < 3; ++i) {
    auto limit = 1 + static_cast<std::int64_t>(random() % 3000);
    tightest = std::min(tightest, limit);
    NodeLimits limits;
    (unit == 0 ? limits.per_minute : unit == 1 ? limits.per_hour : limits.per_day) = limit;
    path.emplace_back(limits);
  }
  MonoClock::duration length = std::vector<MonoClock::duration>{minutes{1}, hours{1}, hours{24}}[unit];
  milliseconds latency{random() % 50};
  constexpr std::int64_t windows = 250;
  std::int64_t calls = 0;
  MonoTime now = start;
  while (now < start + windows * length) {
    std::int64_t n = LimitNode::unlimited;
    for (LimitNode& node : path) n = std::min(n, node.available(now));
    n = std::min<std::int64_t>(n, 1 + static_cast<std::int64_t>(random() % 100));
    if (n == 0) {
      std::optional<MonoTime> back;
      for (LimitNode& node : path) {
        if (auto at = node.next_return(now)) back = std::max(back.value_or(*at), *at);
      }
      RC_ASSERT(back.has_value());
      now = *back;
      continue;
    }
    for (LimitNode& node : path) node.reserve(n);
    now += latency;
    for (LimitNode& node : path) {
      for (std::int64_t i = 0; i < n; ++i) {
        node.answered(now);
        node.finish();
      }
    }
    calls += n;
  }
  RC_ASSERT(calls >= windows * tightest * 995 / 1000);
}

}  // namespace
}  // namespace dialerd::ratelimit
