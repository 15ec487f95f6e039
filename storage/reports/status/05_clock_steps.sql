-- title: Steps of the database's clock, found in the last two days
select account,
       to_char(at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS') as at_utc,
       case when by_ms > 0 then '+' else '-' end || round(abs(by_ms) / 1000.0, 1) || ' s' as by
from dialerd.clock_step
where found_at > clock_timestamp() - interval '2 days'
order by at, account
