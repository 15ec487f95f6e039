// simulation [--seeds N] [--from SEED] [--jobs N] [--verbose]: runs N seeds and stops at the first that breaks a
// promise. A seed replays exactly.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <iomanip>
#include <iostream>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tests/simulation/checker.h"
#include "tests/simulation/world.h"

namespace {

using namespace dialerd::simulation;

struct Options {
  std::uint64_t seeds = 100;
  std::uint64_t from = 1;
  unsigned jobs = 1;
  bool verbose = false;
};

struct Sums {
  std::uint64_t seeds = 0;
  Faults faults;
  std::size_t posts = 0;
  std::size_t calls = 0;
  std::size_t requests = 0;
  double hours = 0;       // simulated
  double call_hours = 0;  // of open calls, from the provider's counting to the end

  void add(const World& world, MonoTime begun) {
    using Hours = std::chrono::duration<double, std::ratio<3600>>;
    ++seeds;
    faults.add(world.faults);
    posts += world.posts.size();
    calls += world.provider.calls.size();
    requests += world.provider.requests.size();
    hours += Hours{world.clock.mono() - begun}.count();
    for (const ProviderCall& call : world.provider.calls) {
      call_hours += std::max(0.0, Hours{std::min(call.ended, world.clock.mono()) - call.counted}.count());
    }
  }
  void add(const Sums& other) {
    seeds += other.seeds;
    faults.add(other.faults);
    posts += other.posts;
    calls += other.calls;
    requests += other.requests;
    hours += other.hours;
    call_hours += other.call_hours;
  }
};

thread_local std::uint64_t seed_under_way = 0;

// An assertion of the core failed in this thread. Nothing here allocates.
void name_the_seed(int) {
  std::fprintf(stderr, "seed %llu broke an assertion (replay: --from %llu --seeds 1)\n",
               static_cast<unsigned long long>(seed_under_way), static_cast<unsigned long long>(seed_under_way));
}

// The seeds, dealt out to threads one after the other; the first broken one (by number) ends the run.
class Run {
 public:
  explicit Run(const Options& options) : options_(options), next_(options.from) {}

  bool ok() {
    std::vector<std::thread> threads;
    for (unsigned i = 1; i < options_.jobs; ++i) threads.emplace_back([this] { work(); });
    work();
    for (std::thread& thread : threads) thread.join();
    if (broken_.empty()) return true;
    std::cout << broken_;
    return false;
  }

  const Sums& sums() const { return sums_; }

 private:
  void work() {
    Sums mine;
    for (;;) {
      std::uint64_t seed = next_.fetch_add(1);
      if (seed >= options_.from + options_.seeds || seed > broken_seed_) break;
      auto began = std::chrono::steady_clock::now();
      seed_under_way = seed;
      World world(seed);
      MonoTime begun = world.clock.mono();
      world.run();
      std::vector<std::string> broken = check(world);
      mine.add(world, begun);
      if (options_.verbose) tell(seed, world, begun, std::chrono::steady_clock::now() - began);
      if (!broken.empty()) note(seed, world, broken);
    }
    std::lock_guard lock(mutex_);
    sums_.add(mine);
  }

  void note(std::uint64_t seed, const World& world, const std::vector<std::string>& broken) {
    std::lock_guard lock(mutex_);
    if (seed > broken_seed_) return;
    broken_seed_ = seed;
    std::string text =
        "seed " + std::to_string(seed) + " breaks a promise (replay: --from " + std::to_string(seed) + " --seeds 1):\n";
    constexpr std::size_t told_max = 20;
    for (std::size_t i = 0; i < std::min(broken.size(), told_max); ++i) text += "  " + broken[i] + "\n";
    if (broken.size() > told_max) text += "  and " + std::to_string(broken.size() - told_max) + " more\n";
    text += "with " + std::to_string(world.faults.crashes) + " kills, " + std::to_string(world.faults.moves) +
            " moves, " + std::to_string(world.faults.doubts) + " doubts, " + std::to_string(world.faults.clock_steps) +
            " clock steps; " + describe(world.scenario);
    broken_ = text;
  }

  void tell(std::uint64_t seed, const World& world, MonoTime begun, std::chrono::duration<double> took) {
    std::lock_guard lock(mutex_);
    std::cout << "seed " << seed << ": " << std::fixed << std::setprecision(1)
              << std::chrono::duration<double, std::ratio<3600>>(world.clock.mono() - begun).count()
              << " simulated hours, " << world.provider.calls.size() << " calls, " << took.count() * 1000 << " ms; "
              << describe(world.scenario);
  }

  Options options_;
  std::atomic<std::uint64_t> next_;
  std::atomic<std::uint64_t> broken_seed_{UINT64_MAX};
  std::mutex mutex_;
  std::string broken_;
  Sums sums_;
};

// Faults that never happen prove nothing.
bool every_fault_happened(const Faults& f) {
  return f.crashes && f.moves && f.doubts && f.not_placed && f.failed_writes && f.failed_claims && f.broken_passes &&
         f.clock_steps && f.rechecks && f.stopped_by_recheck && f.opt_outs && f.pauses && f.callbacks &&
         f.blocked_claims && f.webhooks && f.resolved && f.yields && f.reloads && f.forced_reloads &&
         f.campaigns_gone && f.late_news && f.details && f.passes_by_numbers;
}

void print(const Sums& sums, std::chrono::duration<double> took) {
  const Faults& f = sums.faults;
  std::cout << sums.seeds << " seeds, " << static_cast<std::int64_t>(sums.hours) << " simulated hours, " << sums.posts
            << " POSTs, " << sums.calls << " calls of " << static_cast<std::int64_t>(sums.call_hours)
            << " hours altogether, " << sums.requests << " requests: every promise held\n"
            << "in " << std::fixed << std::setprecision(1) << took.count() << " s: " << std::setprecision(0)
            << sums.hours / took.count() << " simulated hours, " << static_cast<double>(sums.calls) / took.count()
            << " calls and " << sums.call_hours / took.count() << " call-hours a second\n"
            << "faults: " << f.crashes << " kills, " << f.moves << " accounts that moved, " << f.doubts << " doubts ("
            << f.not_placed << " without a call), " << f.failed_writes << " failed writes, " << f.failed_claims
            << " failed claims, " << f.broken_passes << " broken listings, " << f.clock_steps << " clock steps\n"
            << "people: " << f.opt_outs << " opt-outs, " << f.rechecks << " rechecks that stopped "
            << f.stopped_by_recheck << " calls, " << f.pauses << " pauses, " << f.callbacks << " callbacks, "
            << f.blocked_claims << " claims without their list, " << f.resolved << " doubts resolved by hand\n"
            << "following: " << f.passes_by_numbers << " passes by numbers, " << f.webhooks << " webhooks, "
            << f.details << " calls with details, " << f.late_news << " with late news; " << f.yields
            << " accounts handed over\n"
            << "reloads: " << f.reloads << " at rest, " << f.forced_reloads << " forced, " << f.campaigns_gone
            << " campaigns taken out and put back\n";
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    std::string option = argv[i];
    auto number = [&] { return i + 1 < argc ? std::strtoull(argv[++i], nullptr, 10) : 0; };
    if (option == "--seeds") {
      options.seeds = number();
    } else if (option == "--from") {
      options.from = number();
    } else if (option == "--jobs") {
      options.jobs = static_cast<unsigned>(std::clamp<unsigned long long>(number(), 1, 256));
    } else if (option == "--verbose") {
      options.verbose = true;
    } else {
      std::cout << "usage: simulation [--seeds N] [--from SEED] [--jobs N] [--verbose]\n";
      return 2;
    }
  }

  std::signal(SIGABRT, name_the_seed);
  auto began = std::chrono::steady_clock::now();
  Run run(options);
  if (!run.ok()) return 1;
  print(run.sums(), std::chrono::steady_clock::now() - began);
  if (options.seeds >= 500 && !every_fault_happened(run.sums().faults)) {
    std::cout << "a kind of fault never happened\n";
    return 1;
  }
  return 0;
}
