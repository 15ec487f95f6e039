-- title: Counted attempts per lead
select attempts,
       count(*) as leads,
       count(*) filter (where state = 'done') as done,
       count(*) filter (where state = 'ready') as ready,
       count(*) filter (where state = 'active') as active,
       count(*) filter (where state = 'held') as held
from dialerd.lead_state
where campaign_id = $1
group by attempts
order by attempts
