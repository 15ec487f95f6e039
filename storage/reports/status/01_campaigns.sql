-- title: Campaigns
with leads as (
  select campaign_id,
         count(*) filter (where state = 'ready') as ready,
         count(*) filter (where state = 'ready' and next_at <= now()) as due,
         count(*) filter (where state = 'active') as active,
         count(*) filter (where state = 'done') as done,
         count(*) filter (where state = 'held') as held
  from dialerd.lead_state
  group by campaign_id
), attempts as (
  select campaign_id, count(*) as today
  from dialerd.attempt
  where attempt_id >= dialerd.uuid7_floor(date_trunc('day', now()))
  group by campaign_id
)
select c.name as campaign,
       c.account,
       s.state,
       case when s.state <> 'completed' then coalesce(u.why, '') else '' end as not_dialled,
       case when s.state in ('paused', 'stopping') or s.completed_by = 'stopped' then s.reason else s.completed_by end as reason,
       coalesce(l.ready, 0) as ready,
       coalesce(l.due, 0) as due,
       coalesce(l.active, 0) as active,
       coalesce(l.done, 0) as done,
       coalesce(l.held, 0) as held,
       coalesce(a.today, 0) as attempts_today_utc
from dialerd.campaign c
join dialerd.campaign_state s using (campaign_id)
left join dialerd.campaign_undialled u using (campaign_id)
left join leads l using (campaign_id)
left join attempts a using (campaign_id)
order by c.name
