-- title: Attempts per hour, last 48 hours (UTC)
select to_char(date_trunc('hour', claimed_at at time zone 'UTC'), 'YYYY-MM-DD HH24:00') as hour_utc,
       count(*) as attempts,
       count(*) filter (where call_id is not null) as calls,
       count(*) filter (where state = 'ended') as ended,
       count(*) filter (where state in ('dialing', 'in_progress', 'unknown')) as open,
       count(*) filter (where state in ('rejected', 'not_placed')) as without_call
from dialerd.attempt
where campaign_id = $1 and attempt_id >= dialerd.uuid7_floor(now() - interval '49 hours')
  and claimed_at >= date_trunc('hour', now()) - interval '47 hours'
group by 1
order by 1
