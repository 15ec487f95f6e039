#include "storage/suppression.h"

#include "storage/array_text.h"
#include "storage/contact_sql.h"
#include "storage/suppression_row.h"
#include "storage/transaction.h"

namespace dialerd::storage {
namespace {

using Kind = SuppressionScope::Kind;

// A scope as arguments.
std::string kind_of(const SuppressionScope& scope) { return std::string(to_string(scope.kind)); }
std::optional<std::string> account_of(const SuppressionScope& scope) {
  return scope.kind == Kind::account ? std::optional(scope.account) : std::nullopt;
}
std::optional<std::int64_t> campaign_of(const SuppressionScope& scope) {
  return scope.kind == Kind::campaign ? std::optional(static_cast<std::int64_t>(scope.campaign)) : std::nullopt;
}

const std::string suppress_sql = R"sql(
insert into dialerd.suppression as s (person, scope, account, campaign_id, reason, source, expires_at)
values ($1, $2::dialerd.suppression_scope, $3, $4, $5, $6, timestamptz 'epoch' + $7::bigint * interval '1 millisecond')
on conflict (person, coalesce(list, ''), coalesce(account, ''), coalesce(campaign_id, 0)) do update
  set reason = excluded.reason, source = excluded.source, created_at = now(),
      expires_at = dialerd.later_expiry(s.expires_at, excluded.expires_at)
returning xmax <> 0,  -- of a row that was there before
          dialerd.unix_ms(expires_at)
)sql";

// By the two indexes of persons; a person has few attempts.
const std::string call_under_way_sql = R"sql(
select exists (select from dialerd.attempt
               where person = $1 and state in ('dialing', 'in_progress', 'unknown'))
    or exists (select from dialerd.attempt
               where dialled = $1 and dialled <> person and state in ('dialing', 'in_progress', 'unknown'))
)sql";

const std::string lift_sql = R"sql(
update dialerd.suppression
set expires_at = clock_timestamp()
where person = $1 and list is null and scope = $2::dialerd.suppression_scope
  and account is not distinct from $3 and campaign_id is not distinct from $4::bigint
  and (expires_at is null or expires_at > clock_timestamp())
)sql";

const std::string lists_sql = R"sql(
select name, source, entries, dialerd.unix_ms(loaded_at),
       floor(extract(epoch from clock_timestamp() - loaded_at))::bigint
from dialerd.suppression_list order by name
)sql";

// now() is when the transaction began. Locks the list against another load of it.
const std::string stamp_sql = R"sql(
insert into dialerd.suppression_list as l (name, loaded_at, source, entries) values ($1, now(), $2, 0)
on conflict (name) do update set loaded_at = excluded.loaded_at, source = excluded.source
)sql";

// Only what differs from the former list is written: most of a register stays from day to day. Two statements: with an
// OR between the two conditions the new list would be read once for each entry.
const std::string remove_other_scope_sql = R"sql(
delete from dialerd.suppression
where list = $1
  and (scope, account, campaign_id) is distinct from ($2::dialerd.suppression_scope, $3::text, $4::bigint)
)sql";

const std::string remove_sql = R"sql(
delete from dialerd.suppression s
where s.list = $1 and not exists (select from pg_temp.suppression_load n where n.person = s.person)
)sql";

const std::string add_sql = R"sql(
insert into dialerd.suppression (person, scope, account, campaign_id, list)
select distinct n.person, $2::dialerd.suppression_scope, $3::text, $4::bigint, $1::text
from pg_temp.suppression_load n
where not exists (select from dialerd.suppression s where s.list = $1 and s.person = n.person)
on conflict (person, coalesce(list, ''), coalesce(account, ''), coalesce(campaign_id, 0)) do nothing
)sql";

const std::string count_sql = R"sql(
update dialerd.suppression_list
set entries = (select count(*) from dialerd.suppression where list = $1) where name = $1 returning entries
)sql";

// A national register takes minutes, and reads whole tables (storage/report.cpp says the same of reports).
const std::string for_large_loads_sql =
    "set local statement_timeout = 0; set local enable_seqscan = on; set local enable_hashjoin = on; "
    "set local enable_mergejoin = on; set local enable_sort = on; set local plan_cache_mode = auto; "
    "create temporary table suppression_load (person text collate \"C\" not null) on commit drop";

Result<void> stage(Transaction& transaction, const PersonSource& persons) {
  auto copy = transaction.copy_to("pg_temp.suppression_load");
  Result<void> given = persons([&copy](std::string_view person) { copy << std::make_tuple(storable_text(person)); });
  copy.complete();
  return given;
}

}  // namespace

std::string_view to_string(SuppressionScope::Kind kind) {
  switch (kind) {
    case Kind::global:
      return "global";
    case Kind::account:
      return "account";
    case Kind::campaign:
      return "campaign";
  }
  return "";
}

Result<SuppressOutcome> suppress(Session& session, const Suppression& entry) {
  SuppressOutcome outcome;
  const std::optional<std::int64_t> expires =
      entry.expires ? std::optional(milliseconds_of(*entry.expires)) : std::nullopt;
  Result<void> done = session.run("suppressing a person", [&](Transaction& transaction) -> Result<void> {
    const pqxx::result entered =
        transaction.exec(suppress_sql, storable_text(entry.person), kind_of(entry.scope), account_of(entry.scope),
                         campaign_of(entry.scope), storable_text(entry.reason), storable_text(entry.source), expires);
    outcome.renewed = flag_at(entered[0], 0);
    if (!null_at(entered[0], 1)) outcome.expires = time_at(entered[0], 1);
    return {};
  });
  if (done.has_error()) return done.error();
  // After the commit: whoever claims from now on sees the entry, so nobody is missed here.
  done = session.run("looking for calls under way", [&](Transaction& transaction) -> Result<void> {
    outcome.call_under_way = flag_at(transaction.exec(call_under_way_sql, entry.person)[0], 0);
    return {};
  });
  if (done.has_error()) return done.error();
  return outcome;
}

Result<LiftOutcome> lift_suppression(Session& session, const std::string& person, const SuppressionScope& scope) {
  LiftOutcome outcome;
  Result<void> done = session.run("lifting a suppression", [&](Transaction& transaction) -> Result<void> {
    outcome = {};
    outcome.lifted = static_cast<std::int64_t>(
        transaction.exec(lift_sql, person, kind_of(scope), account_of(scope), campaign_of(scope)).affected_rows());
    const pqxx::result rows = transaction.exec(
        "select " + suppression_columns + " from dialerd.suppression s where s.person = any(array[$1, " +
            forgotten_person_sql("$1::text") +
            "]) and (s.expires_at is null or s.expires_at > clock_timestamp()) order by s.created_at desc",
        person);
    for (const auto& row : rows) outcome.remaining.push_back(suppression_at(row));
    return {};
  });
  if (done.has_error()) return done.error();
  return outcome;
}

Result<std::vector<Suppression>> suppressions_of(Session& session, const std::string& person) {
  std::vector<Suppression> entries;
  Result<void> done = session.run("reading suppressions", [&](Transaction& transaction) -> Result<void> {
    entries.clear();
    const pqxx::result rows = transaction.exec(
        "select " + suppression_columns + " from dialerd.suppression s where s.person = any(array[$1, " +
            forgotten_person_sql("$1::text") + "]) order by s.created_at desc, s.suppression_id desc",
        person);
    for (const auto& row : rows) entries.push_back(suppression_at(row));
    return {};
  });
  if (done.has_error()) return done.error();
  return entries;
}

Result<ListLoad> load_suppression_list(Session& session, const std::string& name, const SuppressionScope& scope,
                                       const std::string& source, const PersonSource& persons) {
  ListLoad load;
  Result<void> done = session.run("loading a suppression list", [&](Transaction& transaction) -> Result<void> {
    load = {};
    transaction.exec(for_large_loads_sql);
    transaction.exec(stamp_sql, name, storable_text(source));
    if (Result<void> staged = stage(transaction, persons); staged.has_error()) return staged;
    transaction.exec("analyze pg_temp.suppression_load");
    load.removed = static_cast<std::int64_t>(
        transaction.exec(remove_other_scope_sql, name, kind_of(scope), account_of(scope), campaign_of(scope))
            .affected_rows());
    load.removed += static_cast<std::int64_t>(transaction.exec(remove_sql, name).affected_rows());
    load.added = static_cast<std::int64_t>(
        transaction.exec(add_sql, name, kind_of(scope), account_of(scope), campaign_of(scope)).affected_rows());
    load.entries = number_at(transaction.exec(count_sql, name)[0], 0);
    return {};
  });
  if (done.has_error()) return done.error();
  return load;
}

Result<bool> drop_suppression_list(Session& session, const std::string& name) {
  bool there = false;
  Result<void> done = session.run("dropping a suppression list", [&](Transaction& transaction) -> Result<void> {
    transaction.exec("set local statement_timeout = 0; set local enable_seqscan = on");
    transaction.exec("select from dialerd.suppression_list where name = $1 for update", name);
    transaction.exec("delete from dialerd.suppression where list = $1", name);
    there = transaction.exec("delete from dialerd.suppression_list where name = $1", name).affected_rows() > 0;
    return {};
  });
  if (done.has_error()) return done.error();
  return there;
}

Result<std::vector<SuppressionList>> suppression_lists(Session& session) {
  std::vector<SuppressionList> lists;
  Result<void> done = session.run("reading suppression lists", [&](Transaction& transaction) -> Result<void> {
    lists.clear();
    for (const auto& row : transaction.exec(lists_sql)) {
      lists.push_back({text_at(row, 0), text_at(row, 1), number_at(row, 2), time_at(row, 3),
                       std::chrono::seconds{number_at(row, 4)}});
    }
    return {};
  });
  if (done.has_error()) return done.error();
  return lists;
}

}  // namespace dialerd::storage
