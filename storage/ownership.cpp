// Who may dial for an account. The row's epoch is the fence: claims and writes lock the row FOR KEY SHARE and name
// their epoch, acquire locks it FOR UPDATE, so a change of owner falls between two transactions and never into one.
#include "storage/array_text.h"
#include "storage/request_marks.h"
#include "storage/session.h"
#include "storage/transaction.h"

namespace dialerd::storage {
namespace {

Error owned_by_another(const std::string& account) {
  return {ErrorKind::not_owner, "account " + account + " is owned by another daemon"};
}

Error lost_to_another(const Ownership& ownership) {
  return {ErrorKind::not_owner,
          "account " + ownership.account + " is no longer owned under epoch " + std::to_string(ownership.epoch)};
}

// $3, $4: the epoch and the stamp of a lease that was seen unchanged for too long; null: none was.
const std::string free_to_take =
    "(owner = $2 or lease_until <= clock_timestamp() "
    " or (epoch = $3 and dialerd.lease_stamp(lease_until) = $4))";

}  // namespace

Result<Ownership> Session::acquire(const std::string& account, const std::string& owner,
                                   std::chrono::milliseconds lease, const std::optional<SeenLease>& silent) {
  Ownership ownership{account, 0};
  const std::optional<std::int64_t> epoch = silent ? std::optional(silent->epoch) : std::nullopt;
  const std::optional<std::int64_t> stamp = silent ? std::optional(silent->stamp) : std::nullopt;
  Result<void> done = run("acquiring an account", [&](Transaction& transaction) -> Result<void> {
    // Asked first without a lock, which would hold up the owner's claims.
    const pqxx::result held = transaction.exec(
        "select from dialerd.ownership where account = $1 and coalesce(not " + free_to_take + ", true)", account, owner,
        epoch, stamp);
    if (!held.empty()) return owned_by_another(account);

    transaction.exec(
        "insert into dialerd.ownership (account, owner, epoch, lease_until) values ($1, '', 0, '-infinity') "
        "on conflict (account) do nothing",
        account);
    transaction.exec("select from dialerd.ownership where account = $1 for update", account);
    const pqxx::result taken = transaction.exec(
        "update dialerd.ownership set owner = $2, epoch = epoch + 1, since = clock_timestamp(), "
        "  lease_ms = $5, lease_until = clock_timestamp() + $5::bigint * interval '1 millisecond', "
        "  requests_sent_until = greatest(requests_told_at, requests_sent_until, "
        "    case when isfinite(lease_until) then least(clock_timestamp(), lease_until) end) "
        "where account = $1 and " +
            free_to_take + " returning epoch",
        account, owner, epoch, stamp, static_cast<std::int64_t>(lease.count()));
    if (taken.empty()) return owned_by_another(account);
    ownership.epoch = number_at(taken[0], 0);
    return {};
  });
  if (done.has_error()) return done.error();
  return ownership;
}

Result<void> Session::renew(const Ownership& ownership, std::chrono::milliseconds lease, const ClockRecord& clock,
                            const std::optional<campaign::RequestHistory>& requests) {
  ArrayText at, by;
  for (const ClockStep& step : clock.steps) {
    at.add_number(milliseconds_of(step.at));
    by.add_number(step.by.count());
  }
  return run("renewing an account's lease", [&](Transaction& transaction) -> Result<void> {
    const std::optional<std::string> boot_id =
        clock.mark.boot_id.empty() ? std::nullopt : std::optional(clock.mark.boot_id);
    const pqxx::result renewed = transaction.exec(
        "update dialerd.ownership set lease_ms = $3, "
        "  lease_until = clock_timestamp() + $3::bigint * interval '1 millisecond', "
        "  boot_id = coalesce($4, boot_id), boot_ms = case when $4::text is null then boot_ms else $5 end, "
        "  marked_at = case when $4::text is null then marked_at "
        "                   else timestamptz 'epoch' + $6::bigint * interval '1 millisecond' end "
        "where account = $1 and epoch = $2 returning epoch",
        ownership.account, ownership.epoch, static_cast<std::int64_t>(lease.count()), boot_id,
        static_cast<std::int64_t>(clock.mark.since_boot.count()), milliseconds_of(clock.mark.database));
    if (renewed.empty()) return lost_to_another(ownership);
    if (requests) tell_requests(transaction, ownership, *requests);
    if (!clock.steps.empty()) {
      transaction.exec(
          "insert into dialerd.clock_step (account, at, by_ms, found_by) "
          "select $1, timestamptz 'epoch' + at_ms * interval '1 millisecond', by_ms, $4 "
          "from unnest($2::bigint[], $3::bigint[]) as s (at_ms, by_ms) on conflict do nothing",
          ownership.account, at.text(), by.text(), clock.found_by);
    }
    return {};
  });
}

Result<void> Session::release(const Ownership& ownership, const std::optional<campaign::RequestHistory>& requests) {
  return run("releasing an account", [&](Transaction& transaction) -> Result<void> {
    // Not now(): a clock that is set back would make it a lease again.
    const pqxx::result released = transaction.exec(
        "update dialerd.ownership set lease_until = '-infinity' where account = $1 and epoch = $2 returning epoch",
        ownership.account, ownership.epoch);
    if (released.empty()) return lost_to_another(ownership);
    if (requests) tell_requests(transaction, ownership, *requests);
    return {};
  });
}

Result<ClockMark> Session::clock_mark(const std::string& account) {
  ClockMark mark;
  Result<void> done = run("reading an account's clock mark", [&](Transaction& transaction) -> Result<void> {
    mark = {};
    const pqxx::result rows = transaction.exec(
        "select boot_id, boot_ms, dialerd.unix_ms(marked_at) from dialerd.ownership "
        "where account = $1 and boot_id is not null",
        account);
    if (rows.empty()) return {};
    mark = {text_at(rows[0], 0), std::chrono::milliseconds{number_at(rows[0], 1)}, time_at(rows[0], 2)};
    return {};
  });
  if (done.has_error()) return done.error();
  return mark;
}

Result<std::vector<ClockStep>> Session::clock_steps(const std::string& account) {
  std::vector<ClockStep> steps;
  Result<void> done = run("reading an account's clock steps", [&](Transaction& transaction) -> Result<void> {
    steps.clear();
    for (const auto& row : transaction.exec(
             "select dialerd.unix_ms(at), by_ms from dialerd.clock_step where account = $1 order by step_id",
             account)) {
      steps.push_back({time_at(row, 0), std::chrono::milliseconds{number_at(row, 1)}});
    }
    return {};
  });
  if (done.has_error()) return done.error();
  return steps;
}

}  // namespace dialerd::storage
