#include "storage/claim_sql.h"

#include "storage/contact_sql.h"
#include "storage/lead_facts.h"

namespace dialerd::storage {
namespace {

// One row: may leads be claimed? `owner` and `control` lock what they read: an acquire or a pause waits for this
// transaction, or this one for theirs and then sees it (READ COMMITTED reads a locked row anew).
std::string gate_ctes() {
  return R"sql(
with owner as materialized (
  select o.account from dialerd.ownership o
  where o.account = $1 and o.epoch = $2 and o.lease_until > clock_timestamp()
    and exists (select from dialerd.campaign c where c.campaign_id = $3 and c.account = o.account)
  for key share of o
), control as materialized (
  select wish from dialerd.campaign_control where campaign_id = $3 for share
), blocked as materialized ()sql" +
         blocked_sql("$4", "$5") + R"sql(), gate as materialized (
  select exists (select from owner) as owned, coalesce((select wish::text from control), 'draft') as wish,
         (select code from blocked) as blocked
))sql";
}

// One clock's due leads of one kind, in due order: a walk of lead_state_due.
std::string walk(std::size_t clock, const std::string& condition) {
  return "(select lead_id, next_at, clock from dialerd.lead_state where campaign_id = $3 and clock = ($7::text[])[" +
         std::to_string(clock) + "] and " + condition + " and state = 'ready' order by next_at, lead_id)";
}

// The walks of all clocks, merged as they are read and no further than the limit, and each lead locked as it comes. A
// lead that another transaction has locked is passed over, so a claim waits for no lead; one that has changed meanwhile
// is judged by what it is now. `state` is compared as text so that the lead is found by its primary key, whatever the
// statistics say of the index of ready leads.
std::string locked_walks(std::size_t clocks, const std::initializer_list<std::string> conditions,
                         const std::string& limit) {
  std::string walks;
  for (std::size_t clock = 1; clock <= clocks; ++clock) {
    for (const std::string& condition : conditions) {
      if (!walks.empty()) walks += "\n    union all\n    ";
      walks += walk(clock, condition);
    }
  }
  return "select s.lead_id, w.next_at, s.number_index\n  from (\n    " + walks + R"sql(
  ) as w
  cross join lateral (
    select lead_id, number_index, next_at, clock, state from dialerd.lead_state where lead_id = w.lead_id
    for update skip locked
  ) as s
  where s.state::text = 'ready' and s.next_at <= now() and s.clock = w.clock
    and (select owned and wish = 'running' and blocked is null from gate)
  order by w.next_at, w.lead_id limit )sql" +
         limit;
}

// Due leads in the claim's order: callbacks inside their tolerance, then all others as they fell due. Of them the
// suppressed ones are done; the rest is `callable`.
std::string callable_ctes(std::size_t clocks) {
  return gate_ctes() + R"sql(, promised as materialized (
  )sql" + locked_walks(clocks, {"callback and next_at <= now() and next_at > now() - $8 * interval '1 second'"}, "$6") +
         R"sql(
), other as materialized (
  )sql" +
         locked_walks(clocks,
                      {"not callback and next_at <= now()", "callback and next_at <= now() - $8 * interval '1 second'"},
                      "greatest($6 - (select count(*) from promised), 0)") +
         R"sql(
), due as materialized (
  select lead_id, number_index, row_number() over (order by part, next_at, lead_id)::int as n
  from (select 1 as part, * from promised union all select 2, * from other) as parts
), candidate as materialized (
  select d.n, d.lead_id, c.region || l.to_number as person,
         c.region || dialerd.number_at(l.to_number, l.alternates, d.number_index) as dialled,
         l.alternates, l.consent_at, l.consent_expires_at, l.expires_at, l.created_at, l.fields
  from due d
  join dialerd.lead l on l.lead_id = d.lead_id
  join dialerd.campaign c on c.campaign_id = $3
), suppressed as materialized (
  select c.n, c.lead_id, s.by
  from candidate c
  cross join lateral (
    select s.scope::text || coalesce(' list ' || s.list, '') as by )sql" +
         suppressed_by_sql({"c.person", "c.dialled"}, "$1", "$3") + R"sql( limit 1
  ) as s
), finished as (
  update dialerd.lead_state s
  set state = 'done', outcome = 'suppressed', updated_at = now()
  from suppressed p
  where s.lead_id = p.lead_id
), noted as (
  insert into dialerd.gate_decision (lead_id, campaign_id, code, detail)
  select lead_id, $3, 'suppressed', by from suppressed
), callable as materialized (
  select * from candidate c where not exists (select from suppressed s where s.n = c.n)
))sql";
}

const std::string gate_columns =
    "select owned, wish, coalesce(blocked, ''), (select count(*) from suppressed) as suppressed";

// The lead's columns, by name; $fields are the ones that the campaign's calls need.
std::string fields_sql(const std::string& lead, const std::string& fields) {
  return "array(select " + lead + ".fields ->> f.name from unnest(" + fields +
         "::text[]) with ordinality as f (name, i) order by f.i) as field_values";
}

// The attempts of `callable`, on record. The first lead gets the first attempt id, and so on: the first id is used
// whenever any is.
std::string claimed_ctes(const std::string& attempt_ids, const std::string& fields) {
  return R"sql(, numbered as materialized (
  select c.*, ()sql" +
         attempt_ids + R"sql(::uuid[])[(row_number() over (order by c.n))::int] as attempt_id from callable c
), claimed as (
  update dialerd.lead_state s
  set state = 'active', attempt_id = p.attempt_id, updated_at = now()
  from numbered p
  where s.lead_id = p.lead_id
  returning p.n, p.lead_id, p.attempt_id, p.person, p.dialled, )sql" +
         facts_sql("p", "s") + ", " + fields_sql("p", fields) + R"sql(
), intended as (
  insert into dialerd.attempt (attempt_id, account, campaign_id, lead_id, epoch, person, dialled)
  select attempt_id, $1, $3, lead_id, $2, person, dialled from claimed order by n
))sql";
}

// A person and a dialled number are the region's two capitals and the digits.
const std::string lead_columns =
    "l.lead_id, l.attempt_id, substr(l.dialled, 3), l.number_index, l.number_count, l.clock, l.callback, l.consent_at, "
    "l.consent_expires_at, l.expires_at, l.created_at, l.attempts, l.reason_counts, l.field_values";

}  // namespace

std::string gate_sql() {
  return gate_ctes() + "\nselect owned, wish, coalesce(blocked, ''), 0 as suppressed from gate";
}

std::string claim_sql(std::size_t clocks) {
  return callable_ctes(clocks) + claimed_ctes("$9", "$10") + "\n" + gate_columns + ", null, " + lead_columns +
         "\nfrom gate left join claimed l on true order by l.n";
}

// A person is locked by its hash: that of somebody else, rarely the same, costs a claim one lead for once. Tried and
// not waited for, so no two claims can wait for each other; whose person is not to be had stays due. Of several leads
// that concern one person the first is taken: the others are counted against its attempt when they are claimed next.
std::string lock_sql(std::size_t clocks) {
  return callable_ctes(clocks) + R"sql(, keyed as materialized (
  select c.n, k.key, row_number() over (partition by k.key order by c.n) as place
  from callable c
  cross join lateral (select c.person as key union select c.dialled) as k
), locked as materialized (
  select n, place, pg_try_advisory_xact_lock(hashtextextended(key, 7310578169545)) as held from keyed
), free as materialized (
  select n, lead_id, person, dialled
  from callable c
  where (select bool_and(l.place = 1 and l.held) from locked l where l.n = c.n)
)
)sql" + gate_columns +
         R"sql(,
       (select array_agg(lead_id order by n) from free), (select array_agg(person order by n) from free),
       (select array_agg(dialled order by n) from free)
from gate)sql";
}

// Why no cap is exceeded, however many daemons claim: say that a claim C makes an attempt that concerns person p (p is
// the lead's own number or the one that it dials). C holds p's lock from before this statement's snapshot until its
// commit has become visible (PostgreSQL releases a transaction's locks after that). So of any two claims with rules
// that concern p one has committed before the other counts, and is counted. Attempts only ever leave the count by time,
// or because it is proven that there was no call; hence whenever an attempt is made, the attempts in the window that
// ends then, it included, are no more than the cap. An attempt's moment is counted late and the next call is placed
// after this claim, so the same holds for the calls. Retries, alternates and callbacks are all claimed here and nowhere
// else.
//
// A lock-out, or a cap on conversations, depends on how calls end; while one to the person is open nobody knows, so
// the lead waits for that.
std::string claim_locked_sql() {
  return R"sql(
with candidate as materialized (
  select r.n, r.lead_id, r.person, r.dialled, l.alternates, l.consent_at, l.consent_expires_at, l.expires_at,
         l.created_at, l.fields
  from unnest($4::bigint[], $16::text[], $17::text[]) with ordinality as r (lead_id, person, dialled, n)
  join dialerd.lead l on l.lead_id = r.lead_id
), contact as materialized (
  select c.n, k.key, a.*
  from candidate c
  cross join lateral (select c.person as key union select c.dialled) as k
  cross join lateral ()sql" +
         contacts_sql("k.key", "$14") + R"sql() as a
), put_off as materialized (
  select distinct on (n) n, code, until
  from ()sql" +
         cap_ends_sql("unnest($7::text[], $8::boolean[], $9::bigint[], $10::bigint[])") + R"sql(    union all
    select n, code, until from ()sql" +
         lock_out_ends_sql("unnest($11::text[], $12::text[], $13::bigint[])") + R"sql() as lock_out
    union all
    select n, 'call_under_way', now() + interval '2 minutes' from contact where open and $15
  ) as ends
  order by n, until desc
), deferred as (
  update dialerd.lead_state s
  set next_at = p.until, updated_at = now()
  from put_off p join candidate c on c.n = p.n
  where s.lead_id = c.lead_id
), noted as (
  insert into dialerd.gate_decision (lead_id, campaign_id, code, until)
  select c.lead_id, $3, p.code, p.until
  from put_off p join candidate c on c.n = p.n
  -- a call that lasts is asked about every two minutes, and noted once an hour
  where p.code <> 'call_under_way' or not exists (
    select from dialerd.gate_decision g
    where g.lead_id = c.lead_id and g.code = p.code and g.at > now() - interval '1 hour')
), callable as materialized (
  select * from candidate c where not exists (select from put_off p where p.n = c.n)
))sql" + claimed_ctes("$5", "$6") +
         "\nselect (select count(*) from put_off), " + lead_columns +
         "\nfrom (values (1)) as always left join claimed l on true order by l.n";
}

std::string read_back_sql() {
  return R"sql(
with claimed as materialized (
  select r.n, l.lead_id, a.attempt_id, a.dialled, )sql" +
         facts_sql("l", "s") + ", " + fields_sql("l", "$2") + R"sql(
  from unnest($1::uuid[]) with ordinality as r (attempt_id, n)
  join dialerd.attempt a on a.attempt_id = r.attempt_id
  join dialerd.lead_state s on s.lead_id = a.lead_id and s.attempt_id = a.attempt_id
  join dialerd.lead l on l.lead_id = a.lead_id
  where a.state = 'dialing' and a.epoch = $3
)
select )sql" +
         lead_columns + " from claimed l order by l.n";
}

}  // namespace dialerd::storage
