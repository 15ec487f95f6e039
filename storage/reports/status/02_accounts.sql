-- title: Accounts
select account,
       owner,
       epoch,
       case when lease_until > clock_timestamp()
            then 'runs out in ' || ceil(extract(epoch from lease_until - clock_timestamp())) || ' s'
            else 'free' end as lease
from dialerd.ownership
order by account
