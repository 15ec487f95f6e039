-- title: Progress
with states as (
  select state, count(*) as leads, count(*) filter (where state = 'ready' and next_at <= now()) as due
  from dialerd.lead_state
  where campaign_id = $1
  group by state
)
select coalesce(sum(leads), 0) as leads,
       coalesce(sum(leads) filter (where state = 'ready'), 0) as ready,
       coalesce(sum(due), 0) as due,
       coalesce(sum(leads) filter (where state = 'active'), 0) as active,
       coalesce(sum(leads) filter (where state = 'done'), 0) as done,
       coalesce(sum(leads) filter (where state = 'held'), 0) as held,
       coalesce(round(100.0 * sum(leads) filter (where state = 'done') / nullif(sum(leads), 0), 1), 0) as done_percent,
       to_char((select min(next_at) from dialerd.lead_state where campaign_id = $1 and state = 'ready' and next_at > now())
               at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS') as next_due_utc,
       (select sum(total_cost) from dialerd.call_detail where campaign_id = $1) as known_cost_krw
from states
