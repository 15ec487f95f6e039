// What a permit costs: time by the size of the tree and by the size of the limit, memory by node, and the division of
// permits between campaigns.
//
// Usage: limits_bench [--benchmark_filter=REGEX]     (items_per_second: permits)
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <benchmark/benchmark.h>
#include <malloc.h>

#include "ratelimit/fair_share.h"
#include "ratelimit/limit_node.h"
#include "ratelimit/request_budget.h"

namespace dialerd::ratelimit {
namespace {

// Bytes of the heap that are in use.
std::size_t allocated() {
  struct mallinfo2 heap = mallinfo2();
  return heap.uordblks + heap.hblkhd;
}

NodeLimits all_limits(bool calendar) {
  NodeLimits limits;
  limits.concurrency = 100'000;
  limits.per_second = 1000;
  limits.per_minute = 50'000;
  limits.per_hour = 2'000'000;
  limits.per_day = 20'000'000;
  limits.calendar = calendar;
  return limits;
}

// One call's whole way through its nodes. False: a limit was in the way.
bool permit(const std::vector<LimitNode*>& path, MonoTime now) {
  for (LimitNode* node : path) {
    if (node->available(now) == 0 || node->next_start() > now) return false;
  }
  for (LimitNode* node : path) node->reserve(1);
  for (LimitNode* node : path) node->start(now);
  for (LimitNode* node : path) node->answered(now);
  for (LimitNode* node : path) node->finish();
  return true;
}

// A tree of so many nodes: an account, and as many campaigns as caller numbers below it.
void permits_in_a_tree(benchmark::State& state, bool calendar) {
  auto size = static_cast<std::size_t>(state.range(0));
  std::vector<LimitNode> nodes;
  nodes.reserve(size);
  std::size_t before = allocated();
  for (std::size_t i = 0; i < size; ++i) nodes.emplace_back(all_limits(calendar));
  state.counters["bytes_per_node"] =
      static_cast<double>(allocated() - before) / static_cast<double>(size) + sizeof(LimitNode);

  std::size_t half = size / 2;
  MonoTime now{std::chrono::hours{1000}};
  std::size_t turn = 0;
  std::vector<LimitNode*> path;
  for (auto _ : state) {
    path.assign(1, nodes.data());
    if (size > 1) {
      path.push_back(&nodes[1 + turn % half]);
      path.push_back(&nodes[1 + half + turn % (size - 1 - half)]);
    }
    now += std::chrono::milliseconds{5};
    if (!permit(path, now)) state.SkipWithError("a limit was in the way");
    ++turn;
  }
  state.SetItemsProcessed(state.iterations());
}

void rolling_tree(benchmark::State& state) { permits_in_a_tree(state, false); }
void calendar_tree(benchmark::State& state) { permits_in_a_tree(state, true); }
BENCHMARK(rolling_tree)->Arg(1)->Arg(100)->Arg(10'000);
BENCHMARK(calendar_tree)->Arg(1)->Arg(100)->Arg(10'000);

// The same number of permits a slice of time, of a small limit and of a large one.
void permits_by_daily_limit(benchmark::State& state) {
  NodeLimits limits;
  limits.per_day = state.range(0);
  LimitNode node(limits);
  std::vector<LimitNode*> path{&node};
  MonoTime now{std::chrono::hours{1000}};
  for (auto _ : state) {
    now += MonoClock::duration{std::chrono::hours{24}} / 990;
    if (!permit(path, now)) state.SkipWithError("a limit was in the way");
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(permits_by_daily_limit)->Arg(1000)->Arg(10'000'000);

// A limit that is used up all the time, as fast as it allows.
void permits_of_a_spent_day(benchmark::State& state) {
  NodeLimits limits;
  limits.per_day = state.range(0);
  LimitNode node(limits);
  MonoTime now{std::chrono::hours{1000}};
  for (auto _ : state) {
    if (node.available(now) == 0) now = *node.next_return(now);
    node.reserve(1);
    node.answered(now);
    node.finish();
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(permits_of_a_spent_day)->Arg(1000)->Arg(10'000'000);

void burst_starts(benchmark::State& state) {
  NodeLimits limits;
  limits.per_second = 1000;
  limits.burst = state.range(0);
  LimitNode node(limits);
  MonoTime now{std::chrono::hours{1000}};
  for (auto _ : state) {
    now = std::max(now, node.next_start());
    node.start(now);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(burst_starts)->Arg(1)->Arg(100);

// Members of five weights on three priorities, all wanting; permits per grant and member count by argument.
void fair_share_grant(benchmark::State& state) {
  FairShare share;
  auto members = static_cast<std::size_t>(state.range(0));
  for (std::size_t i = 0; i < members; ++i) {
    share.add(1 + static_cast<std::int64_t>(i % 5) * 10, static_cast<std::int64_t>(i % 3));
  }
  std::vector<std::int64_t> wants(members, 1'000'000'000);
  for (auto _ : state) benchmark::DoNotOptimize(share.grant(state.range(1), wants));
  state.SetItemsProcessed(state.iterations() * state.range(1));
}
BENCHMARK(fair_share_grant)
    ->ArgNames({"members", "permits"})
    ->ArgsProduct({{1, 100, 10'000}, {1, 100, 10'000, 1'000'000}});

void request_budget(benchmark::State& state) {
  RequestBudget budget({.per_second = 1000, .per_minute = 50'000});
  MonoTime now{std::chrono::hours{1000}};
  for (auto _ : state) {
    now += std::chrono::milliseconds{2};
    if (!budget.may_create(now, true)) state.SkipWithError("the budget was in the way");
    budget.begin(RequestBudget::Kind::create);
    budget.ended(now, RequestBudget::Kind::create);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(request_budget);

}  // namespace
}  // namespace dialerd::ratelimit

BENCHMARK_MAIN();
