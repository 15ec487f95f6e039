// One simulated campaign from its first claim to the last outcome, with everything going wrong that a seed draws: slow
// and lost answers, doubts, a store that fails or stalls, the daemon killed and started again, the wall clock set.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "campaign/engine.h"
#include "tests/simulation/clock.h"
#include "tests/simulation/provider.h"
#include "tests/simulation/store.h"

namespace dialerd::simulation {

// What the shell handed to the wire, for the checker.
struct Post {
  campaign::AttemptId attempt;
  std::string to_number;
  MonoTime dialled{};  // when the engine handed it out
  WallTime dialled_wall{};
};

struct Faults {
  std::int64_t crashes = 0;
  std::int64_t doubts = 0;
  std::int64_t not_placed = 0;
  std::int64_t clock_steps = 0;
  std::int64_t failed_writes = 0;
  std::int64_t failed_claims = 0;
  std::int64_t broken_passes = 0;
};

class World {
 public:
  explicit World(std::uint64_t seed);

  // Until every lead is done or held, or `longest` has passed.
  void run();

  Clock clock;
  Random random;
  Store store;
  Provider provider;
  std::vector<Post> posts;
  Faults faults;
  campaign::EngineSettings settings;

 private:
  void start_process();
  void crash();
  void tick();
  void claim(const campaign::Claim& claim);
  void dial(const campaign::Call& call);
  void write(std::shared_ptr<campaign::Write> write);
  void list(const campaign::ListPass& pass);
  void look_up(const campaign::LookUp& look_up);
  // Runs `event` after `delay` unless the process has been killed by then; ticks afterwards.
  void later(nanoseconds delay, std::function<void()> event);
  bool faulty() const { return clock.mono() < calm_from_; }

  std::unique_ptr<campaign::Engine> engine_;
  std::uint64_t process_ = 0;  // number of the running process; 0: none runs
  std::uint64_t starts_ = 0;
  std::uint64_t epoch_ = 0;
  bool write_under_way_ = false;
  std::vector<std::shared_ptr<campaign::Write>> waiting_writes_;
  MonoTime calm_from_{};  // from then on nothing goes wrong
  std::optional<MonoTime> wake_at_;
};

}  // namespace dialerd::simulation
