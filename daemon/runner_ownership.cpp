// What the daemon keeps up beside dialling: the leases of its accounts, what it reads of the database every second.
#include <algorithm>
#include <chrono>
#include <map>
#include <utility>

#include <boost/asio/post.hpp>

#include "daemon/boot_time.h"
#include "daemon/import/phone_number.h"
#include "daemon/log.h"
#include "daemon/metrics/metrics.h"
#include "daemon/runner.h"

namespace dialerd::daemon {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using storage::ErrorKind;

constexpr milliseconds house_interval{1000};
constexpr seconds acquire_interval{1};
constexpr seconds partitions_interval{60 * 60};
constexpr milliseconds clock_step_reported{1000};

storage::ClockMark mark_of(campaign::Now moment) {
  return {boot_id(), std::chrono::duration_cast<milliseconds>(moment.mono.time_since_epoch()), moment.wall};
}

}  // namespace

void Runner::keep_house() {
  if (finishing_) return;
  campaign::MonoTime now = boot_time();
  beat();  // before the renewals, which may take their time
  for (auto& account : accounts_) {
    // At the round nearest to the time: waiting for the next one would stretch a second to two.
    bool due = now + house_interval / 2 >= account->next_ownership_request;
    if (due) renew_lease(*account);
  }
  read_controls();
  read_controls_between();
  read_resolutions();
  read_reload_requests();
  watch_files();
  keep_house_of_webhooks();
  keep_rollups();
  for (auto& account : accounts_) write_conditions(*account);
  report_progress();
  look_at_storage_threads();
  tell_readiness();
  house_timer_.expires_after(house_interval);
  house_timer_.async_wait([this](boost::system::error_code error) {
    if (!error) keep_house();
  });
  // Once in a while even if the engine asked for no wake-up: leases run out with time alone.
  schedule_tick();
}

void Runner::renew_lease(AccountLink& account) {
  if (account.ownership_request_under_way || !account.ownership()) return;
  account.ownership_request_under_way = true;
  ownership_thread_.post([this, &account, ownership = *account.ownership(), clock = account.clock_record,
                          requests = engine_.requests_spent(clock_.now(), account.index()),
                          generation = account.generation()](StorageThread&, storage::Session& session) {
    campaign::MonoTime asked = boot_time();
    auto renewed = session.renew(ownership, settings_.daemon.lease, clock, requests);
    campaign::MonoTime answered = boot_time();
    boost::asio::post(
        io_, [this, &account, generation, asked, answered, told = clock.steps.size(), renewed = std::move(renewed)] {
          account.ownership_request_under_way = false;
          if (generation != account.generation()) return;
          if (renewed) {
            storage_worked(StorageUse::ownership);
            account.renewed(asked + settings_.daemon.lease);
            auto& steps = account.clock_record.steps;
            steps.erase(steps.begin(), steps.begin() + static_cast<std::ptrdiff_t>(told));
            account.next_ownership_request = answered + renewal_interval();
          } else if (renewed.error().kind == ErrorKind::not_owner) {
            lost(account, renewed.error().message);
          } else {
            storage_failed(renewed.error(), StorageUse::ownership);
            account.next_ownership_request = answered + acquire_interval;
          }
          schedule_tick();
        });
  });
}

void Runner::lost(AccountLink& account, const std::string& why) {
  log::warning("account " + account.name() + ": no longer owned: " + why,
               {.message = &log::message::ownership_lost, .account = account.name()});
  metrics_->ownership_lost(account.name());
  engine_.lost(account.index());
  account.lost();
  account.next_ownership_request = boot_time() + acquire_interval;
}

void Runner::read_controls() {
  if (std::exchange(controls_under_way_, true)) {
    // What is being read may be from before the change that somebody has just told of.
    controls_wanted_ = true;
    return;
  }
  controls_wanted_ = false;
  bool make_partitions = boot_time() >= next_partitions_;
  // Beside the claims, so that nothing here can keep a lease from being renewed.
  claim_thread_.post([this, make_partitions, campaigns = campaign_ids()](StorageThread&, storage::Session& session) {
    if (make_partitions) {
      if (auto made = session.ensure_partitions(); !made) log::warning("making partitions: " + made.error().message);
    }
    auto controls = session.controls(campaigns);
    campaign::MonoTime clocks_asked = boot_time();
    auto clocks = session.clocks(campaigns);
    campaign::MonoTime asked = boot_time();
    auto time = session.database_time();
    campaign::MonoTime answered = boot_time();
    boost::asio::post(io_, [this, make_partitions, campaigns, clocks_asked, asked, answered,
                            controls = std::move(controls), clocks = std::move(clocks), time = std::move(time)] {
      controls_under_way_ = false;
      if (controls_wanted_) read_controls();
      if (make_partitions) next_partitions_ = boot_time() + partitions_interval;
      if (time) sync_clock(*time, asked, answered);
      if (clocks) {
        for (std::size_t i = 0; i < clocks->size(); ++i) engine_.set_clocks(clocks_asked, campaigns[i], (*clocks)[i]);
      }
      if (!controls) return storage_failed(controls.error(), StorageUse::controls);
      storage_worked(StorageUse::controls);
      apply(*controls);
    });
  });
}

void Runner::sync_clock(campaign::WallTime database_time, campaign::MonoTime asked, campaign::MonoTime answered) {
  auto moved = clock_.sync(database_time, asked, answered);
  const storage::ClockMark mark = mark_of(clock_.synced());
  auto seen = storage::step_between(clock_mark_, mark);
  if (seen) seen_steps_.push_back(*seen);
  if (seen || clock_mark_.boot_id.empty()) clock_mark_ = mark;
  for (auto& account : accounts_) {
    if (!account->ownership()) continue;
    // Measured from the mark that the database has, so that small differences cannot add up unseen.
    auto step = storage::step_between(account->clock_record.mark, mark);
    if (!step) continue;
    account->clock_record.steps.push_back(*step);
    account->clock_record.mark = mark;
    account->next_ownership_request = boot_time();  // to record it
    engine_.clock_stepped(clock_.now(), account->index(), step->by);
  }
  if (std::chrono::abs(moved) <= clock_step_reported) return;
  log::warning("the database's clock moved by " + std::to_string(moved.count()) + " ms against elapsed time",
               {.message = &log::message::clock_stepped});
}

// What has come and what is over. Troubles are reported when they come (report_troubles).
void Runner::report_conditions(const AccountLink& account, const std::vector<campaign::Condition>& now) const {
  auto subject = [&](const campaign::Condition& condition) {
    if (condition.campaign) return "campaign " + campaign_of(*condition.campaign).name;
    std::string name = "account " + account.name();
    return condition.caller_number.empty() ? name : name + ", caller number " + import::masked(condition.caller_number);
  };
  auto fields = [&](const log::Message& message, const campaign::Condition& condition) {
    return log::Fields{.message = &message,
                       .campaign = condition.campaign ? campaign_of(*condition.campaign).name : std::string(),
                       .account = account.name()};
  };
  auto is_trouble = [&](const campaign::Condition& condition) {
    auto trouble = condition.campaign ? engine_.trouble(*condition.campaign) : engine_.trouble(account.index());
    return trouble && condition.state == to_string(*trouble);
  };
  // A learned number grows all the time; that something was learned is the news.
  auto said = [&](const campaign::Condition& condition) {
    constexpr std::string_view learned = "learned_concurrency";
    return subject(condition) + ": " + (condition.state.starts_with(learned) ? std::string(learned) : condition.state);
  };
  std::map<std::string, campaign::Condition> before;
  for (const campaign::Condition& condition : account.conditions.value_or(std::vector<campaign::Condition>{})) {
    before.emplace(said(condition), condition);
  }
  for (const campaign::Condition& condition : now) {
    bool known = before.erase(said(condition)) > 0;
    if (!known && !is_trouble(condition)) {
      log::warning(said(condition), fields(log::message::condition, condition));
    }
  }
  for (const auto& [text, condition] : before)
    log::info(text + ": over", fields(log::message::condition_over, condition));
}

void Runner::write_conditions(AccountLink& account) {
  if (!account.ownership()) return;
  std::vector<campaign::Condition> conditions = engine_.conditions(clock_.now(), account.index());
  if (conditions == account.conditions) return;
  report_conditions(account, conditions);
  account.conditions = conditions;
  claim_thread_.post([this, &account, generation = account.generation(), ownership = *account.ownership(),
                      conditions = std::move(conditions)](StorageThread&, storage::Session& session) {
    auto written = session.set_conditions(ownership, conditions);
    if (written) return;
    // Said again with the next round.
    boost::asio::post(io_, [&account, generation] {
      if (generation == account.generation()) account.conditions.reset();
    });
  });
}

void Runner::release_all() {
  ++releases_under_way_;
  ownership_thread_.post([this](StorageThread&, storage::Session& session) {
    (void)session.leave(owner_);
    boost::asio::post(io_, [this] { release_ended(); });
  });
  for (auto& account : accounts_) {
    account->client().close();
    if (!account->ownership()) continue;
    ++releases_under_way_;
    ownership_thread_.post(
        [this, ownership = *account->ownership(), requests = engine_.requests_spent(clock_.now(), account->index())](
            StorageThread&, storage::Session& session) {
          // A release that fails only makes the next owner wait for the lease to run out.
          auto released = session.release(ownership, requests);
          boost::asio::post(io_, [this, released = std::move(released)] {
            if (!released) log::warning("releasing an account: " + released.error().message);
            release_ended();
          });
        });
  }
  drain_timer_.expires_after(seconds{3});
  drain_timer_.async_wait([this](boost::system::error_code error) {
    if (!error) io_.stop();
  });
}

void Runner::release_ended() {
  --releases_under_way_;
  stop_when_released();
}

// An account that is just being taken is released as well: else the next owner would wait for its lease to run out.
void Runner::stop_when_released() {
  if (finishing_ && releases_under_way_ == 0 && takings_under_way_ == 0) io_.stop();
}

}  // namespace dialerd::daemon
