-- title: Dispositions of attempts
select coalesce(disposition, state::text) as disposition,
       count(*) as attempts,
       round(100.0 * count(*) / sum(count(*)) over (), 1) as percent,
       count(*) filter (where counted) as counted,
       round((avg(extract(epoch from call_ended_at - call_started_at)) filter (where call_started_at is not null))::numeric, 1)
         as mean_call_seconds
from dialerd.attempt
where campaign_id = $1
group by 1
order by attempts desc, disposition
