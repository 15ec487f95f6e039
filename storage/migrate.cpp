#include "storage/migrate.h"

#include "storage/embedded_sql.h"
#include "storage/transaction.h"

namespace dialerd::storage {
namespace {

// Any number, as long as no other program uses it in this database.
const std::string one_at_a_time_sql = "select pg_advisory_xact_lock(7310578169543)";

const std::string ledger_sql = R"sql(
create schema if not exists dialerd;
create table if not exists dialerd.schema_migration (
  number     int primary key,
  name       text not null,
  sha256     text not null,               -- of the file: an applied migration is never edited
  applied_at timestamptz not null default now()
);
)sql";

Error schema_error(const std::string& words) { return {ErrorKind::schema, words}; }

// How many of our migrations the database has; fails when it has others.
Result<int> applied_count(Transaction& transaction) {
  const auto& ours = embedded_migrations();
  int count = 0;
  for (const auto& row : transaction.exec("select number, sha256 from dialerd.schema_migration order by number")) {
    const auto number = number_at<int>(row, 0);
    if (number > static_cast<int>(ours.size())) {
      return schema_error("the database's schema is at version " + std::to_string(number) +
                          ", newer than this program, which knows " + std::to_string(ours.size()));
    }
    if (number != count + 1)
      return schema_error("migration " + std::to_string(count + 1) + " is missing in the database");
    const pqxx::result same = transaction.exec("select encode(sha256(convert_to($1, 'UTF8')), 'hex') = $2",
                                               std::string(ours[static_cast<std::size_t>(count)].sql), text_at(row, 1));
    if (!flag_at(same[0], 0)) {
      return schema_error("migration " + std::to_string(number) +
                          " was applied with another text than this program has");
    }
    ++count;
  }
  return count;
}

// The next migration, if there is one; nullptr when all are applied.
Result<const Migration*> apply_next(Transaction& transaction) {
  // A migration may take long, and a second migrate waits for the first for as long; the locks on tables are not waited
  // for forever, because everybody else would wait behind us.
  transaction.exec("set local statement_timeout = 0; set local lock_timeout = 0");
  transaction.exec(one_at_a_time_sql);
  transaction.exec("set local lock_timeout = '30s'");
  transaction.exec(ledger_sql);
  Result<int> count = applied_count(transaction);
  if (count.has_error()) return count.error();
  const auto& ours = embedded_migrations();
  if (static_cast<std::size_t>(*count) == ours.size()) return nullptr;

  const Migration& next = ours[static_cast<std::size_t>(*count)];
  transaction.exec(std::string(next.sql));
  transaction.exec(
      "insert into dialerd.schema_migration (number, name, sha256) "
      "values ($1, $2, encode(sha256(convert_to($3, 'UTF8')), 'hex'))",
      next.number, std::string(next.name), std::string(next.sql));
  return &next;
}

}  // namespace

std::span<const Migration> migrations() { return embedded_migrations(); }

Result<int> migrate(Session& session, const std::function<void(const Migration&)>& applied) {
  for (int count = 0;; ++count) {
    const Migration* done_now = nullptr;
    Result<void> done = session.run("migrating the schema", [&](Transaction& transaction) -> Result<void> {
      Result<const Migration*> next = apply_next(transaction);
      if (next.has_error()) return next.error();
      done_now = *next;
      return {};
    });
    if (done.has_error()) return done.error();
    if (done_now == nullptr) return count;
    applied(*done_now);
  }
}

Result<void> Session::check_schema() {
  return run("checking the schema", [](Transaction& transaction) -> Result<void> {
    if (null_at(transaction.exec("select to_regclass('dialerd.schema_migration')")[0], 0)) {
      return schema_error("the database has no dialerd schema: run `dialerd migrate`");
    }
    Result<int> count = applied_count(transaction);
    if (count.has_error()) return count.error();
    if (static_cast<std::size_t>(*count) != embedded_migrations().size()) {
      return schema_error("the database's schema is at version " + std::to_string(*count) + ", this program needs " +
                          std::to_string(embedded_migrations().size()) + ": run `dialerd migrate`");
    }
    return {};
  });
}

}  // namespace dialerd::storage
