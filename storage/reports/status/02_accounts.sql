-- title: Accounts
select account,
       owner,
       epoch,
       case when lease_until > clock_timestamp()
            then 'runs out in ' || ceil(extract(epoch from lease_until - clock_timestamp())) || ' s'
            else 'free' end as lease,
       coalesce(to_char(since at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS'), '') as since_utc
from dialerd.ownership
order by account
