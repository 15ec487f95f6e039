// The gate once more, for attempts that have waited since their claim.
#include "storage/array_text.h"
#include "storage/contact_sql.h"
#include "storage/rule_arguments.h"
#include "storage/session.h"
#include "storage/transaction.h"

namespace dialerd::storage {
namespace {

// One statement: one snapshot. The most final reason is told: an opt-out before a pause, which passes.
// $1 account, $2 epoch, $3 campaign, $4 attempts, $5 and $6 required lists, $7 to $9 lock-outs, $10 look back
// Columns: owned, attempt, code, until
std::string recheck_sql() {
  return R"sql(
with blocked as materialized ()sql" +
         blocked_sql("$5", "$6") + R"sql(), asked as materialized (
  select r.n, a.attempt_id, a.person, a.dialled
  from unnest($4::uuid[]) with ordinality as r (attempt_id, n)
  join dialerd.attempt a on a.attempt_id = r.attempt_id
  where a.account = $1 and a.epoch = $2 and a.campaign_id = $3 and a.state = 'dialing'
), contact as materialized (
  select q.n, k.key, c.*
  from asked q
  cross join lateral (select q.person as key union select q.dialled) as k
  cross join lateral ()sql" +
         contacts_sql("k.key", "$10") + R"sql() as c
  -- Without lock-outs nobody asks what was before.
  where $7::text[] <> '{}' and c.attempt_id <> q.attempt_id and not c.open
), refusal as (
  select q.n, 1 as rank, 'suppressed' as code, null::timestamptz as until
  from asked q
  where exists (select )sql" +
         suppressed_by_sql({"q.person", "q.dialled"}, "$1", "$3") + R"sql()
  union all
  select n, 2, code, until from ()sql" +
         lock_out_ends_sql("unnest($7::text[], $8::text[], $9::bigint[])") + R"sql() as lock_out
  union all
  select q.n, 3, b.code, null from asked q cross join blocked b
  union all
  select q.n, 4, w.wish::text, null
  from asked q
  cross join (select coalesce((select c.wish from dialerd.campaign_control c where c.campaign_id = $3), 'draft') as wish) as w
  where w.wish <> 'running'
), told as (
  select distinct on (n) n, code, until from refusal order by n, rank, until desc
)
select o.owned, r.attempt_id, r.code, dialerd.unix_ms(r.until)
from (select exists (select from dialerd.ownership where account = $1 and epoch = $2) as owned) as o
left join (select t.n, q.attempt_id, t.code, t.until from told t join asked q on q.n = t.n) as r on true
order by r.n
)sql";
}

}  // namespace

Result<std::vector<Refusal>> Session::recheck(const RecheckRequest& request) {
  std::vector<Refusal> refusals;
  if (request.attempts.empty()) return refusals;
  ArrayText attempts;
  for (const campaign::AttemptId& id : request.attempts) attempts.add_token(to_string(id));
  const RuleArguments rules(request.rules);
  Result<void> done = run("asking the gate again", [&](Transaction& transaction) -> Result<void> {
    refusals.clear();
    const pqxx::result rows =
        transaction.exec(recheck_sql(), request.owner.account, request.owner.epoch,
                         static_cast<std::int64_t>(request.campaign), attempts.text(), rules.list_names,
                         rules.list_ages, rules.lock_codes, rules.lock_afters, rules.lock_periods, rules.look_back);
    if (!flag_at(rows[0], 0)) {
      return Error{ErrorKind::not_owner, "account " + request.owner.account + " is no longer owned under epoch " +
                                             std::to_string(request.owner.epoch)};
    }
    for (const auto& row : rows) {
      if (null_at(row, 1)) continue;
      refusals.push_back({campaign::parse_attempt_id(text_at(row, 1)).value(), text_at(row, 2),
                          null_at(row, 3) ? std::nullopt : std::optional(time_at(row, 3))});
    }
    return {};
  });
  if (done.has_error()) return done.error();
  return refusals;
}

}  // namespace dialerd::storage
