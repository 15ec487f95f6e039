#include "storage/contact_sql.h"

namespace dialerd::storage {

std::string contacts_sql(const std::string& key, const std::string& look_back) {
  const std::string since =
      "dialerd.uuid7_floor(greatest(now() - " + look_back + " * interval '1 second', timestamptz '2000-01-01'))";
  return R"sql(
select c.attempt_id, c.state, c.disposition,
       -- one that nobody follows any more (its campaign was taken out, say) must not hold the person up for ever
       c.state in ('dialing', 'in_progress', 'unknown') and c.claimed_at > now() - interval '24 hours' as open,
       coalesce(c.answered_at, least(c.claimed_at + interval '5 minutes', c.settled_at)) as at,
       case when c.state in ('ended', 'abandoned') then coalesce(c.call_ended_at, c.settled_at) end as ended_at,
       coalesce(c.conversation, c.state = 'ended') or c.state = 'abandoned' as conversation
from (
  select a.* from dialerd.attempt a where a.person = )sql" +
         key + " and a.attempt_id >= " + since + R"sql(
  union all
  select a.* from dialerd.attempt a where a.dialled = )sql" +
         key + " and a.dialled <> a.person and a.attempt_id >= " + since + R"sql(
) as c
where c.state not in ('rejected', 'not_placed') and not (c.state = 'ended' and c.counted is false)
)sql";
}

std::string cap_ends_sql(const std::string& caps) {
  return R"sql(
select n, code, at + window_s * interval '1 second' as until
from (
  select c.n, cap.code, cap.max, cap.window_s, moment.at,
         row_number() over (partition by c.n, c.key, cap.i order by moment.at desc) as place
  from contact c
  cross join )sql" +
         caps + R"sql( with ordinality as cap (code, conversations, max, window_s, i)
  cross join lateral (select case when cap.conversations then c.ended_at else c.at end as at) as moment
  where (not cap.conversations or c.conversation) and moment.at > now() - cap.window_s * interval '1 second'
) as ranked
where place = max
)sql";
}

std::string lock_out_ends_sql(const std::string& lock_outs) {
  return R"sql(
select c.n, lock_out.code, c.ended_at + lock_out.period_s * interval '1 second' as until, lock_out.period_s
from contact c
cross join )sql" +
         lock_outs + R"sql( as lock_out (code, after, period_s)
where c.ended_at + lock_out.period_s * interval '1 second' > now()
  and (c.disposition = lock_out.after or (lock_out.after = 'conversation' and c.conversation) or c.state = 'abandoned')
)sql";
}

std::string forgotten_person_sql(const std::string& person) {
  return "left(" + person + ", 2) || '#' || encode(sha256((select key from dialerd.forget_key) || convert_to(" +
         person + ", 'UTF8')), 'hex')";
}

std::string suppressed_by_sql(std::initializer_list<std::string> persons, const std::string& account,
                              const std::string& campaign) {
  std::string any;
  for (const std::string& person : persons) {
    any += (any.empty() ? "" : ", ") + person + ", " + forgotten_person_sql(person);
  }
  return "from dialerd.suppression s where s.person = any(array[" + any +
         "]) and (s.expires_at is null or s.expires_at > clock_timestamp())"
         " and (s.scope = 'global' or (s.scope = 'account' and s.account = " +
         account + ") or (s.scope = 'campaign' and s.campaign_id = " + campaign + "))";
}

std::string blocked_sql(const std::string& names, const std::string& ages) {
  return R"sql(
select case when l.name is null then 'list_missing:' else 'list_stale:' end || r.name as code
from unnest()sql" +
         names + "::text[], " + ages + R"sql(::bigint[]) with ordinality as r (name, max_age_s, i)
left join dialerd.suppression_list l on l.name = r.name
where l.name is null or clock_timestamp() - l.loaded_at > r.max_age_s * interval '1 second'
order by r.i
limit 1
)sql";
}

}  // namespace dialerd::storage
