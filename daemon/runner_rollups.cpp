// Keeps what reports read up to date, beside everything else and never at its cost: a thread and a connection of its
// own.
#include <algorithm>
#include <utility>

#include <boost/asio/post.hpp>

#include "daemon/boot_time.h"
#include "daemon/log.h"
#include "daemon/runner.h"
#include "storage/rollups.h"

namespace dialerd::daemon {
namespace {

using std::chrono::seconds;

constexpr seconds first_refresh{15};  // a start has more urgent things to do
constexpr seconds refresh_interval{60};
constexpr seconds backlog_interval{2};
// An hour of millions of calls takes seconds to be counted: pauses many times as long keep that to a twentieth of one
// core.
constexpr int pause_per_work = 19;
constexpr std::chrono::minutes pause_max{5};
constexpr std::chrono::minutes stale_after{10};
// About a quarter of a second: a stop waits for the step that runs.
constexpr std::int64_t attempts_in_a_step = 50'000;

}  // namespace

void Runner::keep_rollups() {
  const campaign::MonoTime now = boot_time();
  if (next_rollups_ == campaign::MonoTime{}) next_rollups_ = now + first_refresh;
  if (draining_ || now < next_rollups_ || std::exchange(rollups_under_way_, true)) return;
  rollup_thread_.post([this, now](StorageThread&, storage::Session& session) {
    auto left = storage::refresh_rollups(session, attempts_in_a_step, storage::Refresh::or_leave);
    // Whichever daemon does it: one of them must have.
    auto age = storage::rollups_age(session);
    const auto took = boot_time() - now;
    boost::asio::post(io_, [this, took, left = std::move(left), age = std::move(age)] {
      rollups_under_way_ = false;
      const bool backlog = left && left->value_or(0) > 0;
      const auto interval = backlog ? backlog_interval : refresh_interval;
      next_rollups_ =
          boot_time() + std::max<campaign::MonoTime::duration>(
                            interval, std::min<campaign::MonoTime::duration>(pause_per_work * took, pause_max));
      if (!left) log::warning("reports are not brought up to date: " + left.error().message);
      if (age) tell_rollups_age(*age);
    });
  });
}

void Runner::tell_rollups_age(seconds age) {
  rollups_refreshed_ = clock_.now().wall - age;
  const bool stale = age >= stale_after;
  if (stale == std::exchange(rollups_stale_, stale)) return;
  if (!stale) return log::info("reports are up to date again");
  log::warning("reports have not been brought up to date for " +
               std::to_string(std::chrono::duration_cast<std::chrono::minutes>(age).count()) +
               " minutes: does a session hold dialerd.refresh_rollups() back in an open transaction "
               "(pg_stat_activity)?");
}

}  // namespace dialerd::daemon
