-- title: Dispositions of attempts
with attempts as (
  select disposition, sum(attempts) as attempts, sum(counted) as counted, sum(talk_seconds) as seconds, sum(timed) as timed,
         sum(cost_krw) as cost_krw, sum(costed) as costed
  from dialerd.rollup_attempt
  where campaign_id = $1
  group by disposition
  union all
  select a.state::text, count(*), 0, 0, 0, 0, 0
  from dialerd.rollup_open o
  join dialerd.attempt a on a.attempt_id = o.attempt_id
  where a.campaign_id = $1 and not dialerd.is_terminal(a.state)
  group by a.state
)
select disposition,
       attempts,
       dialerd.percent(attempts, sum(attempts) over ()) as percent,
       counted,
       round(seconds / nullif(timed, 0), 1) as mean_call_seconds,
       case when costed > 0 then cost_krw end as known_cost_krw
from attempts
order by attempts desc, disposition
