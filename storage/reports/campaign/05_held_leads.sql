-- title: Held leads by reason
select coalesce(outcome, '(no reason)') as reason,
       count(*) as leads,
       to_char(min(updated_at) at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS') as since_utc,
       min(lead_id) as a_lead_id
from dialerd.lead_state
where campaign_id = $1 and state = 'held'
group by 1
order by leads desc, reason
