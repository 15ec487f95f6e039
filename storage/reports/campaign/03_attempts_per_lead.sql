-- title: Counted attempts per lead
select attempts,
       sum(leads) as leads,
       coalesce(sum(leads) filter (where state = 'done'), 0) as done,
       coalesce(sum(leads) filter (where state = 'ready'), 0) as ready,
       coalesce(sum(leads) filter (where state = 'active'), 0) as active,
       coalesce(sum(leads) filter (where state = 'held'), 0) as held
from dialerd.rollup_lead
where campaign_id = $1
group by attempts
order by attempts
