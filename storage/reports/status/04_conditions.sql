-- title: Conditions: why an account, a campaign or a caller number does not dial as it would
select c.account,
       coalesce(k.name, '') as campaign,
       coalesce(left(c.caller_number, 3) || '****' || right(c.caller_number, 4), '') as caller_number,
       c.state,
       to_char(c.since at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS') as since_utc,
       coalesce(to_char(c.until at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS'), '') as until_utc
from dialerd.condition c
join dialerd.ownership o on o.account = c.account and o.lease_until > clock_timestamp()
left join dialerd.campaign k using (campaign_id)
order by c.account, campaign, caller_number, c.state
