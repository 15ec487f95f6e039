#include "storage/rollups.h"

#include "storage/transaction.h"

namespace dialerd::storage {
namespace {

// Counting the leads of a large table takes seconds; a server that is busy beside it, longer.
const std::string patience_sql = "set local statement_timeout = '10min'; set local lock_timeout = '10min'";

constexpr std::int64_t attempts_in_a_step = 500'000;

}  // namespace

Result<std::optional<std::int64_t>> refresh_rollups(Session& session, std::int64_t attempt_budget, Refresh how) {
  std::optional<std::int64_t> hours_left;
  Result<void> done = session.run("refreshing rollups", [&](Transaction& transaction) -> Result<void> {
    hours_left.reset();
    transaction.exec(patience_sql);
    const pqxx::result left =
        transaction.exec("select dialerd.refresh_rollups($1, $2, $2)", attempt_budget, how == Refresh::to_read);
    if (!null_at(left[0], 0)) hours_left = number_at(left[0], 0);
    return {};
  });
  if (done.has_error()) return done.error();
  return hours_left;
}

Result<std::chrono::seconds> rollups_age(Session& session) {
  std::chrono::seconds age{0};
  Result<void> done = session.run("looking at the rollups' age", [&](Transaction& transaction) -> Result<void> {
    age = std::chrono::seconds{
        number_at(transaction.exec("select greatest(extract(epoch from clock_timestamp() - refreshed_at), 0)::bigint "
                                   "from dialerd.rollup_progress")[0],
                  0)};
    return {};
  });
  if (done.has_error()) return done.error();
  return age;
}

Result<void> refresh_all_rollups(Session& session) {
  for (;;) {
    const auto left = refresh_rollups(session, attempts_in_a_step, Refresh::to_read);
    if (left.has_error()) return left.error();
    if (left->value_or(0) == 0) return {};
  }
}

}  // namespace dialerd::storage
