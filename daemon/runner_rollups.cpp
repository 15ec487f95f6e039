// Keeps what reports read up to date, beside everything else and never at its cost: a thread and a connection of its
// own.
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
constexpr std::chrono::minutes stale_after{10};
// About a quarter of a second: a stop waits for the step that runs.
constexpr std::int64_t attempts_in_a_step = 50'000;

}  // namespace

void Runner::keep_rollups() {
  const campaign::MonoTime now = boot_time();
  if (next_rollups_ == campaign::MonoTime{}) next_rollups_ = now + first_refresh;
  if (draining_ || now < next_rollups_ || std::exchange(rollups_under_way_, true)) return;
  rollup_thread_.post([this](StorageThread&, storage::Session& session) {
    auto left = storage::refresh_rollups(session, attempts_in_a_step, storage::Refresh::or_leave);
    // Whichever daemon does it: one of them must have.
    auto age = storage::rollups_age(session);
    boost::asio::post(io_, [this, left = std::move(left), age = std::move(age)] {
      rollups_under_way_ = false;
      const bool backlog = left && left->value_or(0) > 0;
      next_rollups_ = boot_time() + (backlog ? backlog_interval : refresh_interval);
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
