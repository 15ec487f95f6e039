-- title: Dispositions of attempts
select coalesce(a.disposition, a.state::text) as disposition,
       count(*) as attempts,
       round(100.0 * count(*) / sum(count(*)) over (), 1) as percent,
       count(*) filter (where a.counted) as counted,
       round((avg(extract(epoch from a.call_ended_at - a.call_started_at)) filter (where a.call_started_at is not null))::numeric, 1)
         as mean_call_seconds,
       sum(d.total_cost) as known_cost_krw
from dialerd.attempt a
left join dialerd.call_detail d on d.attempt_id = a.attempt_id
where a.campaign_id = $1
group by 1
order by attempts desc, disposition
