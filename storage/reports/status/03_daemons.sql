-- title: Daemons that are alive
select d.owner as daemon,
       d.version,
       case when d.accepting then 'running' else 'stopping' end as state,
       to_char(d.started_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS') as started_utc,
       (select count(*) from dialerd.ownership o where o.owner = d.owner and o.lease_until > clock_timestamp()) as owns,
       cardinality(d.accounts) as of_accounts,
       coalesce((select string_agg(o.account, ', ' order by o.account) from dialerd.ownership o
                 where o.owner = d.owner and o.lease_until > clock_timestamp()), '') as accounts
from dialerd.daemon d
where d.seen_until > clock_timestamp()
order by d.owner
