// What the service manager is told (sd_notify(3)): that the daemon is ready, how it is, and that it is alive.
#include <algorithm>
#include <cstdio>
#include <string>
#include <utility>

#include <systemd/sd-daemon.h>

#include "daemon/boot_time.h"
#include "daemon/log.h"
#include "daemon/runner.h"
#include "daemon/text/log_text.h"
#include "daemon/webhook_reception.h"

namespace dialerd::daemon {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds status_interval{5};
// Four in the time after which systemd takes the process for dead: one that comes late does no harm.
constexpr int signs_of_life = 4;

std::string per_second(std::int64_t calls, campaign::MonoTime::duration time) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", static_cast<double>(calls) / std::chrono::duration<double>(time).count());
  return text;
}

}  // namespace

// Ready is who could call: the lists of accounts and campaigns have been read once, by the threads and connections that
// go on reading them, and what they said has reached the engine.
void Runner::tell_ready() {
  if (told_ready_ || !worked_.contains(StorageUse::ownership) || !worked_.contains(StorageUse::controls)) return;
  told_ready_ = true;
  sd_notify(0, "READY=1");
}

void Runner::tell_readiness() {
  if (storage_health_.forget_old(boot_time())) {
    log::info("database: what failed has not been tried again since", {.message = &log::message::database_back});
  }
  const Readiness now = readiness();
  const campaign::MonoTime time = boot_time();
  if (now.reason == told_readiness_ && time < next_status_) return;
  if (time >= next_status_) {
    if (status_since_ != campaign::MonoTime{}) {
      calls_per_second_ = per_second(counters_.dialled - status_dialled_, time - status_since_);
    }
    status_dialled_ = counters_.dialled;
    status_since_ = time;
    next_status_ = time + status_interval;
  }
  told_readiness_ = now.reason;
  std::int64_t open = 0;
  for (const auto& account : accounts_) open += engine_.snapshot(account->index()).open;
  const std::string status = std::string(now.ready ? "ready: " : "not ready: ") + now.reason + "; " +
                             std::to_string(open) + " calls open, " + calls_per_second_ + " calls/s";
  // A line of its own: whatever followed a line feed would be a further message to systemd.
  sd_notify(0, ("STATUS=" + text::log_text(status, text::Escape::text)).c_str());
}

void Runner::start_watchdog() {
  std::uint64_t interval_us = 0;
  if (sd_watchdog_enabled(0, &interval_us) <= 0) return;
  const auto interval = std::chrono::microseconds{interval_us};
  watchdog_interval_ = std::chrono::duration_cast<milliseconds>(interval) / signs_of_life;
  // What is stalled for half the time is given up in the other half.
  progress_ = ProgressWatch(std::chrono::duration_cast<milliseconds>(interval) / 2, silence_after());
  keep_watch();
}

// The sign is not given here but at the end of the engine's next tick: what is alive is the loop with all that it does,
// and not this timer.
void Runner::keep_watch() {
  sign_of_life_due_ = true;
  schedule_tick();
  watchdog_timer_.expires_after(watchdog_interval_);
  watchdog_timer_.async_wait([this](boost::system::error_code error) {
    if (!error) keep_watch();
  });
}

void Runner::look_at_storage_threads() {
  std::vector<StorageProgress> threads = {claim_thread_.progress(), write_thread_.progress(),
                                          ownership_thread_.progress()};
  for (StorageThread* thread : {&takeover_thread_, &rollup_thread_}) {
    threads.push_back(thread->progress());
    threads.back().takes_long = true;
  }
  if (webhooks_) threads.push_back(webhooks_->storage_progress());
  progress_.look(boot_time(), threads);
}

void Runner::give_sign_of_life() {
  if (!std::exchange(sign_of_life_due_, false)) return;
  look_at_storage_threads();
  if (!progress_.stalled()) {
    told_stall_ = false;
    sd_notify(0, "WATCHDOG=1");
  } else if (!std::exchange(told_stall_, true)) {
    log::error("a storage thread hangs, and not because of the database: systemd's watchdog is fed no more",
               {.message = &log::message::stalled});
  }
}

}  // namespace dialerd::daemon
