// The heartbeat: one row a daemon, rewritten every second, and read by the others with theirs.
#include "storage/fleet.h"

#include "storage/array_text.h"
#include "storage/session.h"
#include "storage/transaction.h"

namespace dialerd::storage {

Result<Fleet> Session::heartbeat(const DaemonCard& card, std::chrono::milliseconds valid_for) {
  ArrayText accounts;
  for (const std::string& account : card.accounts) accounts.add(account);
  ArrayText campaigns;
  for (const campaign::CampaignId campaign : card.campaigns) campaigns.add_number(static_cast<std::int64_t>(campaign));
  Fleet fleet;
  Result<void> done = run("a daemon's heartbeat", [&](Transaction& transaction) -> Result<void> {
    fleet = {};
    const pqxx::result beaten = transaction.exec(
        "insert into dialerd.daemon as d (owner, accounts, accepting, host, pid, version, campaigns, seen_at, "
        "seen_until) "
        "values ($1, $2::text[], $3, $4, $5, $6, $8::bigint[], clock_timestamp(), "
        "        clock_timestamp() + $7::bigint * interval '1 millisecond') "
        "on conflict (owner) do update set accounts = excluded.accounts, accepting = excluded.accepting, beat = d.beat "
        "+ 1, "
        "  campaigns = excluded.campaigns, seen_at = excluded.seen_at, seen_until = excluded.seen_until returning beat",
        card.owner, accounts.text(), card.accepting, storable_text(card.host), card.pid, card.version,
        static_cast<std::int64_t>(valid_for.count()), campaigns.text());
    // Those that ended without a word, when somebody new comes.
    if (number_at(beaten[0], 0) == 0) {
      transaction.exec("delete from dialerd.daemon where seen_until < clock_timestamp() - interval '1 day'");
    }
    for (const auto& row :
         transaction.exec("select owner, accounts::text, accepting, beat, seen_until > clock_timestamp() "
                          "from dialerd.daemon order by owner")) {
      SeenDaemon daemon{text_at(row, 0), {}, flag_at(row, 2), number_at(row, 3), flag_at(row, 4)};
      for (auto& account : parse_array_text(text_at(row, 1))) daemon.accounts.push_back(account.value_or(""));
      fleet.daemons.push_back(std::move(daemon));
    }
    for (const auto& row : transaction.exec("select account, owner, epoch, dialerd.lease_stamp(lease_until), lease_ms, "
                                            "       lease_until <= clock_timestamp(), lease_until = '-infinity' "
                                            "from dialerd.ownership order by account")) {
      fleet.leases.push_back({text_at(row, 0), text_at(row, 1), number_at(row, 2), number_at(row, 3),
                              std::chrono::milliseconds{number_at(row, 4)}, flag_at(row, 5), flag_at(row, 6)});
    }
    return {};
  });
  if (done.has_error()) return done.error();
  return fleet;
}

Result<void> Session::leave(const std::string& owner) {
  return run("a daemon's farewell", [&](Transaction& transaction) -> Result<void> {
    transaction.exec("delete from dialerd.daemon where owner = $1", owner);
    return {};
  });
}

}  // namespace dialerd::storage
