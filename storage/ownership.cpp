// Who may dial for an account. The row's epoch is the fence: claims and writes lock the row FOR KEY SHARE and name
// their epoch, acquire locks it FOR UPDATE, so a change of owner falls between two transactions and never into one.
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

}  // namespace

Result<Ownership> Session::acquire(const std::string& account, const std::string& owner,
                                   std::chrono::milliseconds lease) {
  Ownership ownership{account, 0};
  Result<void> done = run("acquiring an account", [&](Transaction& transaction) -> Result<void> {
    // A standby asks every few seconds: without a lock, which would hold up the owner's claims.
    const pqxx::result held = transaction.exec(
        "select from dialerd.ownership where account = $1 and owner <> $2 and lease_until > clock_timestamp()", account,
        owner);
    if (!held.empty()) return owned_by_another(account);

    transaction.exec(
        "insert into dialerd.ownership (account, owner, epoch, lease_until) values ($1, '', 0, '-infinity') "
        "on conflict (account) do nothing",
        account);
    transaction.exec("select from dialerd.ownership where account = $1 for update", account);
    const pqxx::result taken = transaction.exec(
        "update dialerd.ownership set owner = $2, epoch = epoch + 1, "
        "  lease_until = clock_timestamp() + $3::bigint * interval '1 millisecond' "
        "where account = $1 and (owner = $2 or lease_until <= clock_timestamp()) returning epoch",
        account, owner, static_cast<std::int64_t>(lease.count()));
    if (taken.empty()) return owned_by_another(account);
    ownership.epoch = number_at(taken[0], 0);
    return {};
  });
  if (done.has_error()) return done.error();
  return ownership;
}

Result<void> Session::renew(const Ownership& ownership, std::chrono::milliseconds lease) {
  return run("renewing an account's lease", [&](Transaction& transaction) -> Result<void> {
    const pqxx::result renewed = transaction.exec(
        "update dialerd.ownership set lease_until = clock_timestamp() + $3::bigint * interval '1 millisecond' "
        "where account = $1 and epoch = $2 returning epoch",
        ownership.account, ownership.epoch, static_cast<std::int64_t>(lease.count()));
    if (renewed.empty()) return lost_to_another(ownership);
    return {};
  });
}

Result<void> Session::release(const Ownership& ownership) {
  return run("releasing an account", [&](Transaction& transaction) -> Result<void> {
    const pqxx::result released = transaction.exec(
        "update dialerd.ownership set lease_until = clock_timestamp() where account = $1 and epoch = $2 returning "
        "epoch",
        ownership.account, ownership.epoch);
    if (released.empty()) return lost_to_another(ownership);
    return {};
  });
}

}  // namespace dialerd::storage
