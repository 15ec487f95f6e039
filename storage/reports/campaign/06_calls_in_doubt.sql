-- title: Calls in doubt, or given up with their leads held (50 of each at most)
with given_up as (  -- their leads are looked for only when there are any
  select s.lead_id, c.region || l.to_number as person
  from (select lead_id, campaign_id from dialerd.lead_state
        where campaign_id = $1 and state = 'held' and outcome = 'abandoned'
          and exists (select from dialerd.rollup_lead where campaign_id = $1 and state = 'held' and outcome = 'abandoned')
        limit 50) as s
  join dialerd.lead l on l.lead_id = s.lead_id
  join dialerd.campaign c on c.campaign_id = s.campaign_id
), called as (
  (select a.*
   from dialerd.rollup_open o
   join dialerd.attempt a on a.attempt_id = o.attempt_id
   where a.campaign_id = $1 and a.state = 'unknown'
   order by a.attempt_id
   limit 50)
  union all
  select latest.*
  from given_up g
  cross join lateral (
    select * from dialerd.attempt a
    where a.person = g.person and a.lead_id = g.lead_id
    order by a.attempt_id desc limit 1) as latest
  where latest.state = 'abandoned'
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
