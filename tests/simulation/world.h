// One simulated installation from its first claim to the last outcome, with everything going wrong that a seed draws:
// slow and lost answers, doubts, a store that fails or stalls, the daemon killed and started again, accounts that move
// to another daemon and back, the database's clock set, people who opt out at the worst moment. Plays the daemon's
// shell (daemon/runner*.cpp).
#pragma once

#include <array>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "campaign/engine.h"
#include "tests/simulation/clock.h"
#include "tests/simulation/provider.h"
#include "tests/simulation/scenario.h"
#include "tests/simulation/store.h"

namespace dialerd::simulation {

// What the engine handed to the wire, for the checker.
struct Post {
  campaign::AttemptId attempt;
  std::size_t account = 0;
  std::string from_number;
  std::string to_number;
  MonoTime handed{};       // when the engine handed it out,
  WallTime handed_wall{};  // and by the daemon's clock
  MonoTime send_by{};
  std::optional<MonoTime> left;  // its first byte left then
  MonoTime rechecked{};          // the database's latest answer about it, if it was asked once more, came then
  std::uint64_t process = 0;
};

struct PauseTold {
  campaign::CampaignId campaign{};
  bool paused = false;
  MonoTime at{};
  std::uint64_t process = 0;
};

// What an account's configuration was from a moment on.
struct Revision {
  MonoTime from{};
  campaign::AccountSettings account;
  std::map<campaign::CampaignId, config::CampaignConfig> campaigns;  // of the account: as they were last
  std::set<campaign::CampaignId> gone;                               // of these, those that are not configured
};

// The database's clock was set, and when the daemon knew.
struct ClockStep {
  MonoTime at{};
  milliseconds by{};
};

struct Faults {
  std::int64_t crashes = 0;
  std::int64_t moves = 0;
  std::int64_t doubts = 0;
  std::int64_t not_placed = 0;
  std::int64_t clock_steps = 0;
  std::int64_t failed_writes = 0;
  std::int64_t failed_claims = 0;
  std::int64_t broken_passes = 0;
  std::int64_t rechecks = 0;
  std::int64_t stopped_by_recheck = 0;
  std::int64_t opt_outs = 0;
  std::int64_t pauses = 0;
  std::int64_t callbacks = 0;
  std::int64_t blocked_claims = 0;
  std::int64_t webhooks = 0;
  std::int64_t resolved = 0;
  std::int64_t yields = 0;
  std::int64_t reloads = 0;
  std::int64_t forced_reloads = 0;
  std::int64_t campaigns_gone = 0;
  std::int64_t late_news = 0;
  std::int64_t details = 0;
  std::int64_t passes_by_numbers = 0;

  void add(const Faults& other);
};

class World {
 public:
  explicit World(std::uint64_t seed);

  // Until every lead is done or held, or can never be called, or `longest` has passed.
  void run();

  // Its campaign is over, or its windows never open: it stays ready, for a person may change that.
  bool never_called(const LeadRow& lead) const;

  // What was in force at that moment.
  const Revision& revision_at(std::size_t account, MonoTime at) const;
  const config::CampaignConfig& config_at(campaign::CampaignId campaign, MonoTime at) const;

  Random random;
  Scenario scenario;
  Clock clock;
  Store store;
  Provider provider;
  std::vector<Post> posts;
  std::vector<PauseTold> pauses;
  std::vector<ClockStep> steps;
  std::array<std::vector<Revision>, 2> revisions;  // by account, in order of time
  std::vector<std::string> broken;                 // what the world itself saw go wrong
  Faults faults;
  bool stuck = false;  // `longest` passed

 private:
  struct Link {
    std::uint64_t epoch = 0;
    std::uint64_t generation = 0;
    bool owned = false;
    bool write_under_way = false;
    std::deque<std::shared_ptr<DecidedWrite>> writes;
  };

  void play();
  void plan();
  void start_process();
  void gain(std::size_t account);
  void crash();
  void tell_requests(std::size_t account, std::chrono::seconds goes_on);
  void move_account(std::size_t account);
  void step_clock(milliseconds off);
  void read_controls();
  void keep_reading_controls();
  void load_list(const std::string& name, bool late);
  void pause(campaign::CampaignId campaign);
  void promise_callback();
  void resolve(const Post& post);
  void send_webhooks(const std::string& call_id);
  void webhook(std::size_t account, const std::string& call_id);
  void yield_account(std::size_t account, int patience);
  void change_files(std::size_t account);
  void reload(std::size_t account, int patience);
  void put_in_force(std::size_t account);
  campaign::AccountConfiguration configuration_of(std::size_t account) const;
  bool settled() const;

  void tick();
  void claim(const campaign::Claim& claim);
  void recheck(const campaign::Recheck& recheck);
  void dial(const campaign::Call& call);
  void write(std::size_t account);
  void try_write(std::size_t account, std::shared_ptr<DecidedWrite> one);
  void list(const campaign::ListPage& page);
  void look_up(const campaign::LookUp& look_up);

  // An HTTP request is counted by the provider.
  void request_arrives(std::size_t account, nanoseconds delay);
  // Runs `event` after `delay` unless the process has been killed by then; ticks afterwards.
  template <typename Event>
  void later(nanoseconds delay, Event event);
  // And unless the account has changed hands.
  template <typename Event>
  void later_of(std::size_t account, nanoseconds delay, Event event);
  bool faulty() const { return clock.mono() < calm_from_; }
  bool fault(double probability) { return faulty() && random.chance(probability * scenario.faults); }
  milliseconds database_time() { return random.between(milliseconds{1}, scenario.database_max); }

  struct Files {
    bool changed = false;  // and not read yet
    campaign::AccountSettings account;
    std::map<campaign::CampaignId, config::CampaignConfig> campaigns;
    std::set<campaign::CampaignId> gone;
  };

  std::unique_ptr<campaign::Engine> engine_;
  const campaign::EngineSettings drawn_;  // as it all began
  std::array<Files, 2> files_;
  std::array<Link, 2> links_;
  std::uint64_t process_ = 0;  // number of the running process; 0: none runs
  std::uint64_t starts_ = 0;
  MonoTime calm_from_{};  // from then on nothing goes wrong
  MonoTime lists_fail_until_{};
  std::optional<MonoTime> wake_at_;
  std::unordered_map<campaign::AttemptId, MonoTime> rechecked_;
  mutable std::map<std::pair<campaign::CampaignId, std::string>, bool> ever_opens_;  // by lead's clock
};

}  // namespace dialerd::simulation
