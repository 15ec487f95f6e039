#include "tests/simulation/world.h"

#include <algorithm>
#include <utility>

namespace dialerd::simulation {
namespace {

using campaign::AnswerKind;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr campaign::AccountIndex account{0};
constexpr campaign::CampaignId campaign_id{1};
constexpr hours longest{24 * 120};
constexpr hours faults_last{36};

campaign::EngineSettings draw_settings(Random& random) {
  auto maybe = [&](std::int64_t low, std::int64_t high) {
    return random.chance(0.6) ? std::optional{random.between(low, high)} : std::nullopt;
  };
  auto limits = [&] {
    config::Limits drawn;
    drawn.concurrency = maybe(1, 12);
    drawn.per_second = maybe(1, 5);
    drawn.per_minute = maybe(1, 20);
    drawn.per_hour = maybe(5, 60);
    drawn.per_day = maybe(20, 200);
    return drawn;
  };
  campaign::EngineSettings settings;
  settings.accounts.push_back({"main", limits(), random.between(4, 64)});
  campaign::CampaignSettings one;
  one.id = campaign_id;
  one.account = account;
  one.config.caller_numbers = {"07011112222"};
  one.config.timezone = random.chance(0.5) ? "Asia/Seoul" : "America/New_York";
  bool always = random.chance(0.1);
  for (std::uint8_t day = 1; day <= 7; ++day) {
    if (always) one.config.calling_windows.push_back({day, 0, 24 * 60});
    if (always || random.chance(0.2)) continue;
    one.config.calling_windows.push_back({day, 9 * 60, 12 * 60});
    one.config.calling_windows.push_back({day, 13 * 60, 20 * 60 + 30});
  }
  if (one.config.calling_windows.empty()) one.config.calling_windows.push_back({3, 9 * 60, 20 * 60});
  one.config.window_margin = seconds{90};
  one.config.limits = limits();
  one.config.retry.max_attempts = random.between(1, 6);
  settings.campaigns.push_back(one);
  settings.follow.list_interval = seconds{5};
  settings.idle_claim_interval = seconds{30};
  return settings;
}

}  // namespace

World::World(std::uint64_t seed)
    : clock(std::chrono::sys_days{std::chrono::year{2026} / 10 / 28}),
      random(seed),
      store(random, clock, random.between(5, 60)),
      provider(random, clock),
      settings(draw_settings(random)) {
  clock.step_wall(random.between(milliseconds{0}, hours{24 * 7}));
  calm_from_ = clock.mono() + faults_last;
  start_process();
}

void World::run() {
  MonoTime end = clock.mono() + longest;
  // Kills or clock steps at random moments while faults last. Not both: a process that starts after the database's
  // clock was set has nothing but that clock to tell how old the recorded calls are (docs/architecture.md, "Clocks").
  bool steps = random.chance(0.3);
  for (std::int64_t n = steps ? random.between(1, 3) : 0; n > 0; --n) {
    clock.after(random.between(seconds{1}, faults_last), [this] {
      ++faults.clock_steps;
      clock.step_wall(random.between(hours{-3}, hours{3}));
    });
  }
  for (std::int64_t n = steps ? 0 : random.between(0, 8); n > 0; --n) {
    clock.after(random.between(seconds{1}, faults_last), [this] { crash(); });
  }
  while (!store.finished() && clock.mono() < end && clock.step()) {
  }
}

void World::later(nanoseconds delay, std::function<void()> event) {
  clock.after(delay, [this, process = process_, event = std::move(event)] {
    if (process != process_) return;
    event();
    tick();
  });
}

void World::start_process() {
  process_ = ++starts_;
  engine_ = std::make_unique<campaign::Engine>(settings);
  write_under_way_ = false;
  waiting_writes_.clear();
  wake_at_.reset();
  epoch_ = store.new_epoch();
  engine_->gained(clock.now(), account, store.history());
  tick();
}

void World::crash() {
  if (process_ == 0) return;
  ++faults.crashes;
  process_ = 0;
  engine_.reset();
  clock.after(random.between(milliseconds{200}, seconds{60}), [this] { start_process(); });
}

void World::tick() {
  if (process_ == 0) return;
  campaign::Commands commands = engine_->tick(clock.now());
  for (const campaign::Claim& one : commands.claims) claim(one);
  for (const campaign::Call& call : commands.calls) dial(call);
  for (campaign::Write& one : commands.writes)
    waiting_writes_.push_back(std::make_shared<campaign::Write>(std::move(one)));
  if (!write_under_way_ && !waiting_writes_.empty()) {
    write_under_way_ = true;
    auto next = waiting_writes_.front();
    waiting_writes_.erase(waiting_writes_.begin());
    write(next);
  }
  for (const campaign::ListPass& pass : commands.list_passes) list(pass);
  for (const campaign::LookUp& one : commands.look_ups) look_up(one);
  if (commands.wake_at && (!wake_at_ || *wake_at_ <= clock.mono() || *commands.wake_at < *wake_at_)) {
    wake_at_ = commands.wake_at;
    later(*commands.wake_at - clock.mono(), [] {});
  }
}

void World::claim(const campaign::Claim& claim) {
  later(random.between(milliseconds{1}, milliseconds{40}), [this, claim] {
    if (faulty() && random.chance(0.02)) {
      ++faults.failed_claims;
      engine_->claim_failed(clock.now(), claim.campaign, claim.number);
      return;
    }
    auto answer = store.claim(epoch_, claim.leads);
    // Now and then the answer takes longer than a claimed lead may wait.
    auto delay = faulty() && random.chance(0.01) ? random.between(seconds{8}, seconds{15})
                                                 : random.between(milliseconds{1}, milliseconds{40});
    later(delay, [this, claim, answer = std::move(*answer)] {
      engine_->claimed(clock.now(), claim.campaign, claim.number, answer);
    });
  });
}

void World::dial(const campaign::Call& call) {
  auto wait = faulty() && random.chance(0.01) ? random.between(seconds{5}, seconds{15})
                                              : random.between(milliseconds{0}, milliseconds{50});
  Post post{call.attempt, call.request.to_number, clock.mono(), clock.wall()};
  later(wait, [this, call, post] {
    auto answer_later = [this, attempt = call.attempt](nanoseconds delay, AnswerKind kind,
                                                       const std::string& call_id = "") {
      campaign::CreateAnswer answer;
      answer.kind = kind;
      answer.call_id = call_id;
      later(delay, [this, attempt, answer] { engine_->answered(clock.now(), attempt, answer); });
    };
    if (clock.mono() >= call.send_by) return answer_later(nanoseconds{0}, AnswerKind::not_sent);
    if (faulty() && random.chance(0.02))
      return answer_later(random.between(milliseconds{1}, seconds{5}), AnswerKind::not_sent);
    posts.push_back(post);
    auto kind = random.between(0, 99);
    auto to_provider = random.between(milliseconds{1}, seconds{2});
    auto back = random.between(milliseconds{1}, seconds{2});
    if (faulty() && kind < 6) {
      // In doubt: half of them did make a call. A timeout is noticed only after a while.
      ++faults.doubts;
      bool made = random.chance(0.5);
      if (!made) ++faults.not_placed;
      if (made) clock.after(to_provider, [this, post] { provider.create(post.attempt, post.to_number); });
      return answer_later(to_provider + random.between(seconds{1}, seconds{30}), AnswerKind::unknown);
    }
    if (faulty() && kind < 8) return answer_later(to_provider + back, AnswerKind::throttled);
    if (faulty() && kind < 9) return answer_later(to_provider + back, AnswerKind::account_fault);
    if (kind < 10) return answer_later(to_provider + back, AnswerKind::rejected);
    // The provider's part goes on even if this process is killed.
    clock.after(to_provider, [this, post, back, process = process_] {
      std::string call_id = provider.create(post.attempt, post.to_number);
      if (process != process_) return;
      campaign::CreateAnswer answer;
      answer.kind = AnswerKind::accepted;
      answer.call_id = call_id;
      later(back, [this, attempt = post.attempt, answer] { engine_->answered(clock.now(), attempt, answer); });
    });
  });
}

void World::write(std::shared_ptr<campaign::Write> one) {
  auto delay = faulty() && random.chance(0.02) ? random.between(seconds{1}, seconds{30})
                                               : random.between(milliseconds{1}, milliseconds{60});
  later(delay, [this, one] {
    // An answer that is lost after the commit is met by writing the same again.
    bool lost = faulty() && random.chance(0.03);
    bool applied = (!lost || random.chance(0.5)) && store.write(epoch_, *one);
    if (lost || !applied) {
      ++faults.failed_writes;
      return write(one);
    }
    write_under_way_ = false;
    engine_->stored(clock.now(), account, *one);
  });
}

void World::list(const campaign::ListPass& pass) {
  later(random.between(milliseconds{5}, seconds{3}), [this, pass] {
    bool broken = faulty() && random.chance(0.1);
    if (broken) ++faults.broken_passes;
    for (const campaign::CallNews& news : provider.list(pass.start_at_after)) {
      if (broken && random.chance(0.5)) continue;
      engine_->news(clock.now(), account, news);
    }
    engine_->list_pass_ended(clock.now(), account, !broken, std::nullopt);
  });
}

void World::look_up(const campaign::LookUp& look_up) {
  later(random.between(milliseconds{5}, seconds{1}), [this, look_up] {
    auto news = faulty() && random.chance(0.1) ? std::nullopt : provider.get(look_up.call_id);
    engine_->looked_up(clock.now(), account, look_up.attempt, news);
  });
}

}  // namespace dialerd::simulation
