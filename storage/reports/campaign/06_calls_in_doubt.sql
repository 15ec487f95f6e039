-- title: Calls in doubt, or given up with their leads held (the oldest 50)
with waiting as (
  select s.lead_id, s.state, s.attempt_id, c.region || l.to_number as person
  from dialerd.lead_state s
  join dialerd.lead l on l.lead_id = s.lead_id
  join dialerd.campaign c on c.campaign_id = s.campaign_id
  where s.campaign_id = $1 and (s.state = 'active' or (s.state = 'held' and s.outcome = 'abandoned'))
), called as (
  select a.*
  from waiting w
  join dialerd.attempt a on a.attempt_id = w.attempt_id
  where w.state = 'active' and a.state = 'unknown'
  union all
  select latest.*
  from waiting w
  cross join lateral (
    select * from dialerd.attempt a
    where a.person = w.person and a.lead_id = w.lead_id
    order by a.attempt_id desc limit 1) as latest
  where w.state = 'held' and latest.state = 'abandoned'
)
select c.lead_id as lead,
       case when c.state = 'abandoned' then 'given up' else 'in doubt' end as state,
       to_char(c.claimed_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS') as claimed_utc,
       coalesce(c.call_id, '') as call_id,
       coalesce((select 'decided by ' || r.decided_by || ': ' || r.verdict
                 from dialerd.resolution r
                 where r.attempt_id = c.attempt_id and r.applied_at is null and r.overtaken_at is null),
                'dialerd resolve ' || c.attempt_id || ' placed|not-placed --reason ...') as who_knows_says
from called c
order by c.attempt_id
limit 50
