// simulation [--seeds N] [--from SEED]: runs N seeds and stops at the first that breaks a promise. A seed replays
// exactly.
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>

#include "tests/simulation/checker.h"
#include "tests/simulation/world.h"

int main(int argc, char** argv) {
  using namespace dialerd::simulation;
  std::uint64_t seeds = 100;
  std::uint64_t from = 1;
  for (int i = 1; i + 1 < argc; i += 2) {
    std::string option = argv[i];
    if (option == "--seeds") seeds = std::strtoull(argv[i + 1], nullptr, 10);
    if (option == "--from") from = std::strtoull(argv[i + 1], nullptr, 10);
  }

  Faults total;
  std::size_t posts = 0;
  std::size_t calls = 0;
  std::chrono::duration<double, std::ratio<3600>> simulated{0};
  for (std::uint64_t seed = from; seed < from + seeds; ++seed) {
    World world(seed);
    MonoTime begun = world.clock.mono();
    world.run();
    simulated += world.clock.mono() - begun;
    posts += world.posts.size();
    calls += world.provider.calls.size();
    total.crashes += world.faults.crashes;
    total.doubts += world.faults.doubts;
    total.not_placed += world.faults.not_placed;
    total.clock_steps += world.faults.clock_steps;
    total.failed_writes += world.faults.failed_writes;
    total.failed_claims += world.faults.failed_claims;
    total.broken_passes += world.faults.broken_passes;
    auto broken = check(world);
    if (broken.empty()) continue;
    std::cout << "seed " << seed << " breaks a promise (replay: --from " << seed << " --seeds 1):\n";
    for (const std::string& what : broken) std::cout << "  " << what << '\n';
    std::cout << "with " << world.faults.crashes << " kills, " << world.faults.doubts << " doubts, "
              << world.faults.clock_steps << " clock steps\n";
    return 1;
  }
  std::cout << seeds << " seeds, " << static_cast<std::int64_t>(simulated.count()) << " simulated hours, " << posts
            << " POSTs, " << calls << " calls: every promise held\nfaults: " << total.crashes << " kills, "
            << total.doubts << " doubts (" << total.not_placed << " without a call), " << total.failed_writes
            << " failed writes, " << total.failed_claims << " failed claims, " << total.broken_passes
            << " broken listings, " << total.clock_steps << " clock steps\n";
  // Faults that never happen prove nothing.
  bool all = total.crashes && total.doubts && total.failed_writes && total.failed_claims && total.broken_passes &&
             total.clock_steps;
  if (seeds >= 100 && !all) {
    std::cout << "a kind of fault never happened\n";
    return 1;
  }
  return 0;
}
