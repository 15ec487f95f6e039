// The rollups that reports read, brought up to date: dialerd.refresh_rollups (migration 0008 says how they stay right).
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "storage/session.h"

namespace dialerd::storage {

enum class Refresh {
  to_read,  // for somebody who waits: waits for another refresh that runs, and does no more than is needed
  or_leave  // it to the one that runs
};

// One step of at most about `attempt_budget` attempts, in a transaction of its own. How many hours are still to be
// counted; nullopt: another session is at it.
Result<std::optional<std::int64_t>> refresh_rollups(Session& session, std::int64_t attempt_budget, Refresh how);

// How long ago the rollups were brought up to date last, by whichever session, by the database's clock.
Result<std::chrono::seconds> rollups_age(Session& session);

// Until nothing is left to count.
Result<void> refresh_all_rollups(Session& session);

}  // namespace dialerd::storage
