-- title: Progress
with leads as (
  select coalesce(sum(leads), 0) as leads, coalesce(sum(leads) filter (where state = 'ready'), 0) as ready,
         coalesce(sum(due), 0) as due, coalesce(sum(leads) filter (where state = 'active'), 0) as active,
         coalesce(sum(leads) filter (where state = 'done'), 0) as done,
         coalesce(sum(leads) filter (where state = 'held'), 0) as held, min(next_due_at) as next_due_at
  from dialerd.rollup_lead
  where campaign_id = $1
)
select leads, ready, due, active, done, held,
       coalesce(dialerd.percent(done, leads), 0) as done_percent,
       to_char(next_due_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS') as next_due_utc,
       (select case when sum(costed) > 0 then sum(cost_krw) end from dialerd.rollup_attempt where campaign_id = $1)
         as known_cost_krw
from leads
