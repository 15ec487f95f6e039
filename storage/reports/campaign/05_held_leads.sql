-- title: Held leads by reason
select coalesce(nullif(outcome, ''), '(no reason)') as reason,
       sum(leads) as leads,
       to_char(min(oldest_at) at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS') as since_utc,
       min(lead_id) as a_lead_id
from dialerd.rollup_lead
where campaign_id = $1 and state = 'held'
group by 1
order by leads desc, reason
