-- Reports: views for people (dialerd.report_*), the rollups that they read instead of the large tables, and two roles that
-- may read without seeing a full number.
--
-- How the rollups stay right. Neither a claim nor a write knows of them: dialerd.refresh_rollups() finds out afterwards what
-- is new. Attempts are settled in any order and commit in any order, so "settled later than what I saw last" would miss
-- rows of transactions that commit late. Instead an hour of attempts (by attempt_id, which never changes) is counted anew,
-- as a whole, whenever it may have changed; so nothing is counted twice, and the same refresh again changes nothing. An
-- hour may have changed when
--   - it is not over for ten minutes yet, by the clock now and at the last refresh: a claim's ids are made seconds before
--     it commits (statement_timeout bounds it), so an older hour gets no new attempts;
--   - an attempt that was open when the hour was counted (rollup_open) has ended. Open ones are noted before the hour is
--     counted: what settles in between is counted, and counted again. A terminal attempt does not change any more;
--   - a call_detail of it was written by a transaction that the last refresh could not see. That is told by xmin: rows with
--     an older xmin than the oldest transaction under way at the last refresh had committed before it;
--   - the same of an attempt outside the monthly partitions (a clock that was far off);
--   - its turn has come: whenever there is nothing else to do some of the oldest counts are made anew, so that whatever
--     no rule foresees (rows changed by hand, a clock that was set) is put right within a day or so.
-- All of it is one transaction: after a kill -9 the rollups are as they were, or as they should be.

-- --- the rollups

create table dialerd.rollup_hour (
  hour        timestamptz primary key,   -- UTC, of attempt_id
  stale       boolean not null default true,
  sealed      boolean not null default false,  -- its attempts were pruned: the counts are all that is left of them
  attempts    bigint not null default 0,
  counted_at  timestamptz
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);

create table dialerd.rollup_open (attempt_id uuid primary key)
with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);

-- Terminal attempts. The local time is the lead's own clock, else the campaign's.
create table dialerd.rollup_attempt (
  hour          timestamptz not null,
  campaign_id   bigint not null,
  local_day     date not null,
  local_hour    smallint not null,
  state         dialerd.attempt_state not null,
  disposition   text not null,
  attempts      bigint not null,
  counted       bigint not null,
  calls         bigint not null,         -- placed, as far as is known: ended or abandoned, and not refused
  refused       bigint not null,         -- the provider's limits or balance said no
  conversations bigint not null,
  finished      bigint not null,         -- leads that it made done
  talk_seconds  bigint not null,
  timed         bigint not null,         -- calls with a known length
  costed        bigint not null,         -- calls with a known cost
  cost_krw      numeric not null
) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 5000);
create index rollup_attempt_hour on dialerd.rollup_attempt (hour);

create table dialerd.rollup_caller (
  hour          timestamptz not null,
  account       text not null,
  campaign_id   bigint not null,
  from_number   text not null,
  attempts      bigint not null,
  calls         bigint not null,
  refused       bigint not null,
  conversations bigint not null
) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 5000);
create index rollup_caller_hour on dialerd.rollup_caller (hour);

-- Leads. A full count each time: nothing cheaper is sure to be right, and dialling must not pay for it.
create table dialerd.rollup_lead (
  campaign_id bigint not null,
  state       dialerd.lead_status not null,
  outcome     text not null,
  attempts    smallint not null,
  leads       bigint not null,
  due         bigint not null,
  next_due_at timestamptz,               -- ready: the earliest that is still to come
  oldest_at   timestamptz not null,
  lead_id     bigint not null            -- one of them
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);

create table dialerd.rollup_progress (
  one           boolean primary key default true check (one),
  seen_before   xid8,                    -- what older transactions wrote was visible at the last refresh
  refreshed_at  timestamptz not null default now(),
  leads_at      timestamptz,
  leads_took    interval not null default '0',
  recount       bigint not null default 20000  -- attempts whose counts are made anew when nothing else is to be done
);
insert into dialerd.rollup_progress default values;

-- --- their upkeep

-- The full hour (UTC) that an attempt's id was made in.
create function dialerd.uuid7_hour(id uuid) returns timestamptz language sql immutable strict parallel safe as $$
  select date_bin('1 hour', timestamptz 'epoch' + (('x0000' || translate(left(id::text, 13), '-', ''))::bit(64)::bigint)
                            * interval '1 millisecond', timestamptz 'epoch')
$$;

create function dialerd.is_terminal(state dialerd.attempt_state) returns boolean language sql immutable parallel safe as $$
  select state in ('ended', 'rejected', 'not_placed', 'abandoned')
$$;

create function dialerd.is_refusal(disposition text) returns boolean language sql immutable parallel safe as $$
  select coalesce(disposition in ('concurrency_limit_reached', 'hourly_call_limit_reached', 'daily_call_limit_reached',
                                  'insufficient_balance', 'throttled', 'account_fault'), false)
$$;

-- The first name that this server knows as a timezone; else UTC. One odd lead must not stop all counting.
create function dialerd.first_timezone(variadic names text[]) returns text language plpgsql stable as $$
declare
  name text;
begin
  foreach name in array names loop
    continue when coalesce(name, '') = '';
    begin
      perform now() at time zone name;
      return name;
    exception when invalid_parameter_value then
      null;
    end;
  end loop;
  return 'UTC';
end $$;

-- Notes the hours from `since` on that have attempts, one index probe an hour.
create function dialerd.note_rollup_hours(since timestamptz) returns void language plpgsql as $$
declare
  next_id uuid := dialerd.uuid7_floor(since);
  found_hour timestamptz;
begin
  loop
    select attempt_id into next_id from dialerd.attempt where attempt_id >= next_id order by attempt_id limit 1;
    exit when next_id is null;
    found_hour := dialerd.uuid7_hour(next_id);
    insert into dialerd.rollup_hour (hour) values (found_hour) on conflict do nothing;
    next_id := dialerd.uuid7_floor(found_hour + interval '1 hour');
  end loop;
end $$;

create function dialerd.count_rollup_hour(of_hour timestamptz) returns bigint language plpgsql as $$
declare
  low uuid := dialerd.uuid7_floor(of_hour);
  high uuid := dialerd.uuid7_floor(of_hour + interval '1 hour');
  rows_read bigint;
begin
  -- First: see the head of this file.
  delete from dialerd.rollup_open where attempt_id >= low and attempt_id < high;
  insert into dialerd.rollup_open
  select attempt_id from dialerd.attempt
  where attempt_id >= low and attempt_id < high and not dialerd.is_terminal(state);

  delete from dialerd.rollup_attempt where hour = of_hour;
  delete from dialerd.rollup_caller where hour = of_hour;
  with settled as materialized (
    select a.account, a.campaign_id, coalesce(a.from_number, '') as from_number, a.state,
           coalesce(a.disposition, a.state::text) as disposition, coalesce(a.counted, false) as counted,
           coalesce(a.conversation, false) as conversation, dialerd.is_refusal(a.disposition) as refused,
           a.state in ('ended', 'abandoned') and not dialerd.is_refusal(a.disposition) as call,
           coalesce(a.decision in ('done', 'max_attempts', 'reason_max', 'expired', 'suppressed', 'resolved_placed'), false)
             as finished,
           extract(epoch from greatest(a.call_ended_at - a.call_started_at, interval '0'))::bigint as seconds,
           d.total_cost, a.claimed_at, regexp_replace(coalesce(s.clock, ''), '\+night$', '') as clock
    from dialerd.attempt a
    left join dialerd.lead_state s on s.lead_id = a.lead_id
    left join dialerd.call_detail d on d.attempt_id = a.attempt_id
    where a.attempt_id >= low and a.attempt_id < high and dialerd.is_terminal(a.state)
  ), zone as materialized (
    select campaign_id, clock, -- the default is that of config/campaign_config.h
           dialerd.first_timezone(clock, coalesce(c.timezone, 'Asia/Seoul')) as name
    from (select distinct campaign_id, clock from settled) as clocks join dialerd.campaign c using (campaign_id)
  ), by_outcome as (
    insert into dialerd.rollup_attempt
    select of_hour, campaign_id, local::date, extract(hour from local), state, disposition, count(*),
           count(*) filter (where counted), count(*) filter (where call), count(*) filter (where refused),
           count(*) filter (where conversation), count(*) filter (where finished),
           coalesce(sum(seconds) filter (where call), 0), count(seconds) filter (where call),
           count(total_cost) filter (where call), coalesce(sum(total_cost), 0)
    from (select s.*, s.claimed_at at time zone z.name as local from settled s join zone z using (campaign_id, clock)) as timed
    group by campaign_id, local::date, extract(hour from local), state, disposition
  ), by_caller as (
    insert into dialerd.rollup_caller
    select of_hour, account, campaign_id, from_number, count(*), count(*) filter (where call),
           count(*) filter (where refused), count(*) filter (where conversation)
    from settled group by account, campaign_id, from_number
  )
  select count(*) into rows_read from settled;
  update dialerd.rollup_hour set stale = false, attempts = rows_read, counted_at = clock_timestamp() where hour = of_hour;
  return rows_read;
end $$;

-- A function of its own, because PostgreSQL uses several processes for a query that is returned, and not for one whose rows
-- are inserted.
create function dialerd.lead_counts() returns setof dialerd.rollup_lead language plpgsql stable as $$
begin
  return query
  select s.campaign_id, s.state, coalesce(s.outcome, ''), s.attempts, count(*),
         count(*) filter (where s.state = 'ready' and s.next_at <= now()),
         min(s.next_at) filter (where s.state = 'ready' and s.next_at > now()), min(s.updated_at), min(s.lead_id)
  from dialerd.lead_state s
  group by s.campaign_id, s.state, coalesce(s.outcome, ''), s.attempts;
end $$;

create function dialerd.count_rollup_leads() returns void language plpgsql as $$
begin
  delete from dialerd.rollup_lead;
  insert into dialerd.rollup_lead select * from dialerd.lead_counts();
end $$;

-- Brings the rollups up to date. `row_budget`: after so many attempts it stops, the rest is for the next call: hours_left says
-- how many hours that is. Leads are counted when the last count is twenty times as old as it took, and always where it takes
-- less than a quarter of a second: so counting takes a twentieth of one core at most. `to_read`: somebody waits for a report:
-- what the daemon does every minute is left to it, and of large tables leads are counted only if it has not done so lately. `wait` false: returns at once, with null, when another refresh runs.
-- Security definer, with the planner's settings that large reads want: whoever reads reports may have them brought up to
-- date, and needs no rights on any table for it.
create function dialerd.refresh_rollups(row_budget bigint default 200000, wait boolean default true,
                                        to_read boolean default false, out hours_left bigint)
  language plpgsql security definer
  set search_path = pg_catalog, pg_temp set timezone = 'UTC' set plan_cache_mode = force_custom_plan set jit = off
  set enable_seqscan = on set enable_hashjoin = on set enable_mergejoin = on set enable_sort = on set work_mem = '32MB' as $$
declare
  last dialerd.rollup_progress;
  began timestamptz;
  seen xid8;
  hot timestamptz;      -- from this hour on attempts may still be added
  one timestamptz;
  counted bigint := 0;
begin
  if wait then
    perform pg_advisory_xact_lock(7310578169546);
  elsif not pg_try_advisory_xact_lock(7310578169546) then
    return;
  end if;
  -- Nobody else counts until this transaction ends: it ends when its session does nothing for a minute.
  if (select setting::bigint from pg_settings where name = 'idle_in_transaction_session_timeout') not between 1 and 60000 then
    perform set_config('idle_in_transaction_session_timeout', '60s', true);
  end if;
  select * into strict last from dialerd.rollup_progress for update;
  began := clock_timestamp();
  seen := pg_snapshot_xmin(pg_current_snapshot());
  hot := date_bin('1 hour', least(began, last.refreshed_at) - interval '10 minutes', timestamptz 'epoch');

  perform dialerd.note_rollup_hours(hot);
  update dialerd.rollup_hour set stale = true where hour >= hot and not stale and not sealed;
  update dialerd.rollup_hour h
  set stale = true
  from (select distinct dialerd.uuid7_hour(o.attempt_id) as hour
        from dialerd.rollup_open o join dialerd.attempt a on a.attempt_id = o.attempt_id
        where dialerd.is_terminal(a.state)) as ended
  where h.hour = ended.hour and not h.sealed and not h.stale;
  -- Twice a day's look for details is as long as the daemon goes on to ask for them.
  -- age(): how many transactions ago. What is as young as the oldest one that was under way may be new.
  update dialerd.rollup_hour h
  set stale = true
  from (select distinct dialerd.uuid7_hour(attempt_id) as hour from dialerd.call_detail
        where attempt_id >= dialerd.uuid7_floor(hot - interval '48 hours')
          and (last.seen_before is null or age(xmin) <= age(last.seen_before::xid))) as changed
  where h.hour = changed.hour and not h.sealed and not h.stale;
  insert into dialerd.rollup_hour (hour)
  select distinct dialerd.uuid7_hour(attempt_id) from dialerd.attempt_other
  where last.seen_before is null or age(xmin) <= age(last.seen_before::xid)
  on conflict (hour) do update set stale = true;
  if last.recount > 0 and not to_read and not exists (select from dialerd.rollup_hour where stale and not sealed and hour < hot) then
    update dialerd.rollup_hour h
    set stale = true
    from (select hour, sum(attempts + 500) over (order by counted_at, hour) as attempts
          from dialerd.rollup_hour where not sealed and not stale) as oldest
    where h.hour = oldest.hour and (oldest.attempts <= last.recount or oldest.hour = (
      select hour from dialerd.rollup_hour where not sealed and not stale order by counted_at, hour limit 1));
  end if;

  for one in select hour from dialerd.rollup_hour where stale and not sealed order by hour desc loop
    exit when counted >= row_budget and one < hot;
    counted := counted + dialerd.count_rollup_hour(one) + 1;
  end loop;

  if last.leads_at is null or last.leads_at > began or last.leads_took < interval '250 milliseconds'
     or began - last.leads_at >= greatest(20 * last.leads_took, case when to_read then interval '2 minutes' end) then
    last.leads_at := clock_timestamp();
    perform dialerd.count_rollup_leads();
    last.leads_took := clock_timestamp() - last.leads_at;
  end if;
  update dialerd.rollup_progress
  set seen_before = seen, refreshed_at = began, leads_at = last.leads_at, leads_took = last.leads_took;
  hours_left := (select count(*) from dialerd.rollup_hour where stale and not sealed and hour < hot);
end $$;

-- What there is already is counted by the first refreshes.
select dialerd.note_rollup_hours(timestamptz 'epoch');

-- --- the views' own words

-- 010****5678: enough to recognise a number by, too little to call it. Nothing of one that is too short for that.
create function dialerd.masked_number(number text) returns text language sql immutable parallel safe as $$
  select case when length(number) >= 9 then left(number, 3) || '****' || right(number, 4)
              when length(number) > 0 then '****' else '' end
$$;

-- By the clock of a timezone, with its offset: 2026-05-31T14:00:00+09:00.
create function dialerd.local_time(at timestamptz, timezone text) returns text language sql stable parallel safe as $$
  select to_char(local, 'YYYY-MM-DD"T"HH24:MI:SS') || case when ahead < interval '0' then '-' else '+' end
         || to_char(case when ahead < interval '0' then -ahead else ahead end, 'HH24:MI')
  from (select at at time zone timezone as local, (at at time zone timezone) - (at at time zone 'UTC') as ahead) as t
$$;

create function dialerd.percent(part numeric, whole numeric) returns numeric language sql immutable parallel safe as $$
  select round(100 * coalesce(part, 0) / nullif(whole, 0), 1)
$$;

-- The days that reports over time look at: set dialerd.report_since = '2026-05-01' (and report_until, not included); unset or
-- empty: all there is.
create function dialerd.report_since() returns date language sql stable parallel safe as $$
  select coalesce(nullif(current_setting('dialerd.report_since', true), '')::date, date '-infinity')
$$;
create function dialerd.report_until() returns date language sql stable parallel safe as $$
  select coalesce(nullif(current_setting('dialerd.report_until', true), '')::date, date 'infinity')
$$;

-- The statement that has a campaign's leads called again that are held for a reason.
create function dialerd.put_back_sql(campaign text, reason text) returns text language sql immutable parallel safe as $$
  select 'update dialerd.lead_state s set state = ''ready'', next_at = now(), outcome = null, updated_at = now() '
         || 'from dialerd.campaign c where c.campaign_id = s.campaign_id and c.name = ' || quote_literal(campaign)
         || ' and s.state = ''held'' and s.outcome '
         || case when coalesce(reason, '') = '' then 'is null' else '= ' || quote_literal(reason) end
$$;

create function dialerd.what_to_do_with_held(campaign text, reason text) returns text language sql immutable parallel safe as $$
  select case
    when reason = 'abandoned' then 'look for the call at the provider, then: dialerd resolve ATTEMPT placed|not-placed'
    when reason = 'rejected' then 'dialerd why LEAD shows the provider''s words; correct the number or the campaign'
    when reason like 'missing_field:%' then 'fill the field by SQL (an import leaves leads as they are that are there): update dialerd.lead '
      || 'set fields = fields || jsonb_build_object(' || quote_literal(substr(reason, 15)) || ', ''VALUE'') where lead_id = LEAD'
    when reason = 'not_placed' then 'dialerd why LEAD: what does the provider answer to this lead?'
    when reason = 'no_calling_window' then 'correct the campaign''s calling windows'
    when reason = 'timezone_unknown' then 'fill lead.timezone by SQL: update dialerd.lead set timezone = ''Asia/Seoul'' where lead_id = LEAD'
    when reason like 'timezone_invalid:%' then 'correct lead.timezone by SQL: update dialerd.lead set timezone = ''Asia/Seoul'' where lead_id = LEAD'
    when reason in ('consent_missing', 'consent_expired') then 'ask the people again, and fill in when they consented: update dialerd.lead set consent_at = now() where lead_id = LEAD'
    else 'decide; name the reason''s policy in the campaign''s retry rules' end
    || case when reason = 'abandoned' then '' else '; then put them back: ' || dialerd.put_back_sql(campaign, reason) end
$$;

-- --- for whom nobody dials

-- Which campaigns a daemon's configuration has; null: an older version, which does not tell.
alter table dialerd.daemon add column campaigns bigint[];

-- The campaigns that no daemon dials for now, whatever is wished of them, and why.
create view dialerd.campaign_undialled as
with alive as (
  select d.owner, d.accounts, d.campaigns, d.accepting from dialerd.daemon d where d.seen_until > clock_timestamp()
), judged as (
  select c.campaign_id, c.name as campaign, c.account,
         exists (select from alive d where d.accepting and c.account = any (d.accounts)) as has_daemon,
         exists (select from alive d where d.accepting and c.account = any (d.accounts)
                 and coalesce(c.campaign_id = any (d.campaigns), true)) as is_configured,
         (select coalesce(c.campaign_id = any (d.campaigns), true)
          from dialerd.ownership o join alive d on d.owner = o.owner
          where o.account = c.account and o.lease_until > clock_timestamp()) as by_owner
  from dialerd.campaign c
)
select campaign_id, campaign, account,
       case when not has_daemon then 'no daemon'
            when not is_configured then 'not configured by any daemon'
            else 'not configured by the daemon that owns its account' end as why
from judged
where not has_daemon or not coalesce(by_owner, is_configured);

-- --- the views

create view dialerd.report_progress as
with leads as (
  select campaign_id, sum(leads) as leads,
         sum(leads) filter (where state = 'ready' and attempts = 0) as fresh,
         sum(leads) filter (where state = 'ready' and attempts > 0) as retrying, sum(due) as due,
         sum(leads) filter (where state = 'active') as active, sum(leads) filter (where state = 'done') as done,
         sum(leads) filter (where state = 'held') as held, min(next_due_at) as next_due_at
  from dialerd.rollup_lead group by campaign_id
), attempts as (
  select campaign_id, sum(attempts) as attempts, sum(calls) as calls, sum(conversations) as conversations,
         sum(cost_krw) as cost_krw
  from dialerd.rollup_attempt group by campaign_id
)
select c.name as campaign, c.account, s.state, case when s.state <> 'completed' then u.why end as not_dialled,
       coalesce(l.leads, 0) as leads, coalesce(l.fresh, 0) as fresh,
       coalesce(l.retrying, 0) as retrying, coalesce(l.due, 0) as due, coalesce(l.active, 0) as active,
       coalesce(l.done, 0) as done, coalesce(l.held, 0) as held, dialerd.percent(l.done, l.leads) as done_percent,
       coalesce(a.attempts, 0) as attempts, coalesce(a.calls, 0) as calls, coalesce(a.conversations, 0) as conversations,
       dialerd.percent(a.conversations, a.calls) as contact_percent, coalesce(a.cost_krw, 0) as cost_krw,
       l.next_due_at, p.leads_at as counted_at
from dialerd.campaign c
left join dialerd.campaign_state s using (campaign_id)
left join dialerd.campaign_undialled u using (campaign_id)
left join leads l using (campaign_id)
left join attempts a using (campaign_id)
cross join dialerd.rollup_progress p;
comment on view dialerd.report_progress is 'How far each campaign is';
comment on column dialerd.report_progress.campaign is 'the campaign''s name';
comment on column dialerd.report_progress.account is 'the provider account that it calls with';
comment on column dialerd.report_progress.state is 'draft, scheduled, running, paused, stopping or completed (docs/campaigns.md)';
comment on column dialerd.report_progress.not_dialled is 'why no daemon dials for it: no daemon, or not configured by any daemon; empty: one does';
comment on column dialerd.report_progress.leads is 'all its leads';
comment on column dialerd.report_progress.fresh is 'ready, and not called yet';
comment on column dialerd.report_progress.retrying is 'ready, and called at least once: they wait for their next attempt';
comment on column dialerd.report_progress.due is 'of the ready ones, those whose time has come; calling windows are not looked at';
comment on column dialerd.report_progress.active is 'with an open attempt';
comment on column dialerd.report_progress.done is 'finished: called, suppressed or expired';
comment on column dialerd.report_progress.held is 'waiting for a person''s decision: see held';
comment on column dialerd.report_progress.done_percent is 'done of leads';
comment on column dialerd.report_progress.attempts is 'settled attempts, those without a call included';
comment on column dialerd.report_progress.calls is 'calls that were placed, as far as is known';
comment on column dialerd.report_progress.conversations is 'calls in which the person spoke with the agent';
comment on column dialerd.report_progress.contact_percent is 'conversations of calls';
comment on column dialerd.report_progress.cost_krw is 'what the provider has told so far, in won';
comment on column dialerd.report_progress.next_due_at is 'when the next lead that is not due yet becomes due';
comment on column dialerd.report_progress.counted_at is 'when leads were counted: a moment ago; on large tables up to twenty times as long ago as counting takes';

create view dialerd.report_dispositions as
with sums as (
  select campaign_id, state, disposition, sum(attempts) as attempts, sum(counted) as counted,
         sum(conversations) as conversations, sum(talk_seconds) as talk_seconds, sum(timed) as timed,
         sum(cost_krw) as cost_krw, sum(costed) as costed
  from dialerd.rollup_attempt
  where local_day >= dialerd.report_since() and local_day < dialerd.report_until()
  group by campaign_id, state, disposition
)
select c.name as campaign, s.disposition, s.state::text as state, s.attempts,
       dialerd.percent(s.attempts, sum(s.attempts) over (partition by s.campaign_id)) as percent, s.counted, s.conversations,
       round(s.talk_seconds::numeric / nullif(s.timed, 0), 1) as mean_seconds,
       case when s.costed > 0 then s.cost_krw end as cost_krw
from sums s join dialerd.campaign c using (campaign_id);
comment on view dialerd.report_dispositions is 'What attempts came to';
comment on column dialerd.report_dispositions.campaign is 'the campaign''s name';
comment on column dialerd.report_dispositions.disposition is 'the provider''s disconnection reason, or one of ours (docs/states.md)';
comment on column dialerd.report_dispositions.state is 'ended, rejected, not_placed or abandoned';
comment on column dialerd.report_dispositions.attempts is 'attempts that ended so';
comment on column dialerd.report_dispositions.percent is 'of the campaign''s attempts in the period';
comment on column dialerd.report_dispositions.counted is 'those that spent one of the lead''s attempts';
comment on column dialerd.report_dispositions.conversations is 'those in which the person spoke with the agent';
comment on column dialerd.report_dispositions.mean_seconds is 'mean length of the calls whose length is known';
comment on column dialerd.report_dispositions.cost_krw is 'what they cost as far as the provider has told; empty when it has told of none';

create view dialerd.report_retry_funnel as
with spoken as (  -- outcomes that stand for a conversation, as this campaign's attempts show
  select campaign_id, disposition from dialerd.rollup_attempt
  group by campaign_id, disposition having sum(conversations) > 0
), leads as (
  select l.campaign_id, l.attempts, sum(l.leads) as leads, sum(l.leads) filter (where l.state = 'done') as done,
         sum(l.leads) filter (where l.state = 'done' and s.disposition is not null) as reached,
         sum(l.leads) filter (where l.state = 'ready') as ready, sum(l.leads) filter (where l.state = 'active') as active,
         sum(l.leads) filter (where l.state = 'held') as held
  from dialerd.rollup_lead l
  left join spoken s on s.campaign_id = l.campaign_id and s.disposition = l.outcome
  group by l.campaign_id, l.attempts
), numbers as (
  select campaign_id, generate_series(1, max(attempts + case when active > 0 then 1 else 0 end)) as n
  from leads group by campaign_id
)
select c.name as campaign, n.n as attempt_number,
       coalesce((select sum(leads) from leads l where l.campaign_id = n.campaign_id and l.attempts >= n.n), 0) as leads,
       coalesce(at.reached, 0) as conversations, coalesce(at.done, 0) - coalesce(at.reached, 0) as given_up,
       coalesce(at.held, 0) as held, coalesce(at.ready, 0) as waiting, coalesce(before.active, 0) as under_way,
       dialerd.percent(at.reached, (select sum(leads) from leads l where l.campaign_id = n.campaign_id and l.attempts >= n.n))
         as contact_percent
from numbers n
join dialerd.campaign c using (campaign_id)
left join leads at on at.campaign_id = n.campaign_id and at.attempts = n.n
left join leads before on before.campaign_id = n.campaign_id and before.attempts = n.n - 1;
comment on view dialerd.report_retry_funnel is 'What each further attempt brought: leads by the number of their counted attempts';
comment on column dialerd.report_retry_funnel.campaign is 'the campaign''s name';
comment on column dialerd.report_retry_funnel.attempt_number is '1: the first counted attempt of a lead, 2: the second ...';
comment on column dialerd.report_retry_funnel.leads is 'leads that have had this attempt';
comment on column dialerd.report_retry_funnel.conversations is 'of these, done with it after a conversation';
comment on column dialerd.report_retry_funnel.given_up is 'done with it without a conversation: attempts used up, expired, suppressed ...';
comment on column dialerd.report_retry_funnel.held is 'held after it';
comment on column dialerd.report_retry_funnel.waiting is 'ready: they wait for the next one';
comment on column dialerd.report_retry_funnel.under_way is 'leads whose attempt of this number is open now';
comment on column dialerd.report_retry_funnel.contact_percent is 'conversations of leads: what this attempt was worth';

create view dialerd.report_contact_hours as
select c.name as campaign, extract(isodow from a.local_day)::int as weekday,
       (array['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'])[extract(isodow from a.local_day)::int] as day,
       a.local_hour, sum(a.calls) as calls, sum(a.conversations) as conversations,
       dialerd.percent(sum(a.conversations), sum(a.calls)) as contact_percent,
       round(sum(a.talk_seconds) / nullif(sum(a.timed), 0)::numeric, 1) as mean_seconds
from dialerd.rollup_attempt a join dialerd.campaign c using (campaign_id)
where a.local_day >= dialerd.report_since() and a.local_day < dialerd.report_until()
group by c.name, extract(isodow from a.local_day), a.local_hour
having sum(a.calls) > 0;
comment on view dialerd.report_contact_hours is 'When people are reached, by their local weekday and hour';
comment on column dialerd.report_contact_hours.campaign is 'the campaign''s name';
comment on column dialerd.report_contact_hours.weekday is '1 Monday to 7 Sunday, by the lead''s clock, else the campaign''s';
comment on column dialerd.report_contact_hours.day is 'the same in letters';
comment on column dialerd.report_contact_hours.local_hour is '0 to 23: the hour in which the lead was claimed, by the same clock';
comment on column dialerd.report_contact_hours.calls is 'calls that were placed, as far as is known';
comment on column dialerd.report_contact_hours.conversations is 'calls in which the person spoke with the agent';
comment on column dialerd.report_contact_hours.contact_percent is 'conversations of calls';
comment on column dialerd.report_contact_hours.mean_seconds is 'mean length of the calls whose length is known';

create view dialerd.report_caller_numbers as
with used as (
  -- the last hour exactly, the longer times by full hours
  select account, campaign_id, from_number, count(*) as attempts_1h,
         count(*) filter (where state in ('ended', 'abandoned') and not dialerd.is_refusal(disposition)) as calls_1h,
         count(*) filter (where conversation) as conversations_1h, 0 as attempts_24h, 0 as calls_24h, 0 as conversations_24h,
         0 as refused_24h, 0 as attempts_7d, 0 as calls_7d, 0 as conversations_7d
  from dialerd.attempt
  where attempt_id >= dialerd.uuid7_floor(now() - interval '1 hour') and from_number is not null
  group by account, campaign_id, from_number
  union all
  select account, campaign_id, from_number, 0, 0, 0,
         sum(attempts) filter (where recent), sum(calls) filter (where recent), sum(conversations) filter (where recent),
         sum(refused) filter (where recent), sum(attempts), sum(calls), sum(conversations)
  from (select *, hour >= date_bin('1 hour', now() - interval '24 hours', timestamptz 'epoch') as recent
        from dialerd.rollup_caller
        where hour >= date_bin('1 hour', now() - interval '7 days', timestamptz 'epoch') and from_number <> '') as week
  group by account, campaign_id, from_number
)
select u.account, c.name as campaign, dialerd.masked_number(u.from_number) as caller_number,
       sum(u.attempts_1h)::bigint as attempts_1h, dialerd.percent(sum(u.conversations_1h), sum(u.calls_1h)) as answer_percent_1h,
       coalesce(sum(u.attempts_24h), 0) as attempts_24h,
       dialerd.percent(sum(u.conversations_24h), sum(u.calls_24h)) as answer_percent_24h,
       coalesce(sum(u.attempts_7d), 0) as attempts_7d,
       dialerd.percent(sum(u.conversations_7d), sum(u.calls_7d)) as answer_percent_7d,
       coalesce(sum(u.refused_24h), 0) as refused_24h,
       (select string_agg(d.state, ', ' order by d.state) from dialerd.condition d
        where d.account = u.account and d.caller_number = u.from_number) as condition
from used u join dialerd.campaign c using (campaign_id)
group by u.account, c.name, u.from_number;
comment on view dialerd.report_caller_numbers is 'The health of caller numbers: how much each is used, and how often people answer it';
comment on column dialerd.report_caller_numbers.account is 'the provider account';
comment on column dialerd.report_caller_numbers.campaign is 'the campaign that called with it';
comment on column dialerd.report_caller_numbers.caller_number is 'the caller number, masked; one row a number, even where two look alike';
comment on column dialerd.report_caller_numbers.attempts_1h is 'attempts with it in the last 60 minutes, open ones included';
comment on column dialerd.report_caller_numbers.answer_percent_1h is 'conversations of its calls in the last 60 minutes; empty without calls';
comment on column dialerd.report_caller_numbers.attempts_24h is 'settled attempts since the full hour 24 hours ago';
comment on column dialerd.report_caller_numbers.answer_percent_24h is 'conversations of its calls in that time';
comment on column dialerd.report_caller_numbers.attempts_7d is 'settled attempts since the full hour 7 days ago';
comment on column dialerd.report_caller_numbers.answer_percent_7d is 'conversations of its calls in that time';
comment on column dialerd.report_caller_numbers.refused_24h is 'attempts of the 24 hours that the provider refused for a limit, balance or fault';
comment on column dialerd.report_caller_numbers.condition is 'why it is held back at the moment, if it is: rested:answer_rate, rested:by_hand';

create view dialerd.report_limits as
with last_hour as materialized (
  select account, campaign_id, coalesce(from_number, '') as from_number,
         count(*) filter (where not dialerd.is_terminal(state)) as open_now,
         count(*) filter (where not dialerd.is_refusal(disposition) and (state in ('ended', 'abandoned', 'in_progress', 'unknown')))
           as calls_1h,
         count(*) filter (where dialerd.is_refusal(disposition)) as refused_1h
  from dialerd.attempt where attempt_id >= dialerd.uuid7_floor(now() - interval '1 hour')
  group by account, campaign_id, coalesce(from_number, '')
), longer as materialized (
  select a.account, a.campaign_id, coalesce(a.from_number, '') as from_number, count(*) as open_now
  from dialerd.rollup_open o join dialerd.attempt a on a.attempt_id = o.attempt_id
  where a.attempt_id < dialerd.uuid7_floor(now() - interval '1 hour') and not dialerd.is_terminal(a.state)
  group by a.account, a.campaign_id, coalesce(a.from_number, '')
), used as materialized (
  select account, campaign_id, from_number, open_now, calls_1h, refused_1h, 0::numeric as calls_24h, 0::numeric as refused_24h
  from last_hour
  union all
  select account, campaign_id, from_number, open_now, 0, 0, 0, 0 from longer
  union all
  select account, campaign_id, from_number, 0, 0, 0, sum(calls), sum(refused)
  from dialerd.rollup_caller where hour >= date_bin('1 hour', now() - interval '24 hours', timestamptz 'epoch')
  group by account, campaign_id, from_number
), rows as (
  select account, campaign_id, from_number,
         case when grouping(campaign_id) = 1 then 'account' when grouping(from_number) = 1 then 'campaign' else 'caller_number' end
           as scope,
         sum(open_now) as open_now, sum(calls_1h) as calls_1h, sum(calls_24h) as calls_24h, sum(refused_1h) as refused_1h,
         sum(refused_24h) as refused_24h
  from used
  group by grouping sets ((account), (account, campaign_id), (account, campaign_id, from_number))
), conditions as (
  select account, campaign_id, caller_number, case when caller_number is not null then 'caller_number'
                                                   when campaign_id is not null then 'campaign' else 'account' end as scope,
         string_agg(state, ', ' order by state) filter (where state like 'learned%') as learned,
         string_agg(state, ', ' order by state) filter (where state not like 'learned%') as waits_for,
         max(until) filter (where state not like 'learned%') as waits_until
  from dialerd.condition group by account, campaign_id, caller_number
)
select coalesce(r.account, d.account) as account, coalesce(r.scope, d.scope) as scope, c.name as campaign,
       case when coalesce(r.scope, d.scope) = 'caller_number' then dialerd.masked_number(coalesce(r.from_number, d.caller_number)) end
         as caller_number,
       coalesce(r.open_now, 0) as open_now, coalesce(r.calls_1h, 0) as calls_1h, coalesce(r.calls_24h, 0) as calls_24h,
       coalesce(r.refused_1h, 0) as refused_1h, coalesce(r.refused_24h, 0) as refused_24h,
       d.learned, d.waits_for, d.waits_until
from (select * from rows where scope <> 'caller_number' or from_number <> '') as r
full join conditions d on d.account = r.account and d.scope = r.scope
  and case r.scope when 'campaign' then d.campaign_id = r.campaign_id
                   when 'caller_number' then d.caller_number = r.from_number else true end
left join dialerd.campaign c on c.campaign_id = coalesce(r.campaign_id, d.campaign_id);
comment on view dialerd.report_limits is 'Limits: how much is used, what the provider refused, what was learned from it';
comment on column dialerd.report_limits.account is 'the provider account';
comment on column dialerd.report_limits.scope is 'what the row is about: account, campaign or caller_number';
comment on column dialerd.report_limits.campaign is 'the campaign; empty for a whole account';
comment on column dialerd.report_limits.caller_number is 'the caller number, masked; only in rows of that scope';
comment on column dialerd.report_limits.open_now is 'attempts that hold a slot of concurrency now';
comment on column dialerd.report_limits.calls_1h is 'calls placed in the last 60 minutes, open and doubtful ones included: per_hour';
comment on column dialerd.report_limits.calls_24h is 'settled calls since the full hour 24 hours ago: per_day';
comment on column dialerd.report_limits.refused_1h is 'attempts in the last 60 minutes that the provider refused for a limit, balance or fault';
comment on column dialerd.report_limits.refused_24h is 'the same since the full hour 24 hours ago';
comment on column dialerd.report_limits.learned is 'what dialerd has learned and keeps to at the moment: learned_concurrency:N';
comment on column dialerd.report_limits.waits_for is 'why it waits at the moment (docs/states.md, When an account waits)';
comment on column dialerd.report_limits.waits_until is 'until when, where that is known';

create view dialerd.report_cost as
select c.name as campaign, a.disposition, sum(a.calls) as calls, sum(a.costed) as costed_calls,
       sum(a.calls) - sum(a.costed) as uncosted_calls, sum(a.cost_krw) as cost_krw,
       round(sum(a.cost_krw) / nullif(sum(a.costed), 0), 2) as mean_cost_krw,
       round(sum(a.talk_seconds) / 60.0, 1) as minutes,
       round(60 * sum(a.cost_krw) / nullif(sum(a.talk_seconds), 0), 2) as cost_per_minute_krw
from dialerd.rollup_attempt a join dialerd.campaign c using (campaign_id)
where a.local_day >= dialerd.report_since() and a.local_day < dialerd.report_until()
group by c.name, a.disposition
having sum(a.calls) > 0 or sum(a.cost_krw) > 0;
comment on view dialerd.report_cost is 'What calls cost, by what they came to';
comment on column dialerd.report_cost.campaign is 'the campaign''s name';
comment on column dialerd.report_cost.disposition is 'what the calls came to';
comment on column dialerd.report_cost.calls is 'calls that were placed, as far as is known';
comment on column dialerd.report_cost.costed_calls is 'those whose cost the provider has told';
comment on column dialerd.report_cost.uncosted_calls is 'those whose cost it has not told: not yet, or never (calls that did not connect)';
comment on column dialerd.report_cost.cost_krw is 'the sum of the told costs, in won';
comment on column dialerd.report_cost.mean_cost_krw is 'of a call whose cost is known';
comment on column dialerd.report_cost.minutes is 'length of the calls, as far as known, in minutes';
comment on column dialerd.report_cost.cost_per_minute_krw is 'cost_krw by minutes';

create view dialerd.report_daily as
select c.name as campaign, a.local_day as day, sum(a.attempts) as attempts, sum(a.calls) as calls,
       sum(a.conversations) as conversations, dialerd.percent(sum(a.conversations), sum(a.calls)) as contact_percent,
       sum(a.finished) as finished_leads, sum(a.refused) as refused, round(sum(a.talk_seconds) / 60.0, 1) as minutes,
       sum(a.cost_krw) as cost_krw, round(sum(a.cost_krw) / nullif(sum(a.conversations), 0), 2) as cost_per_conversation_krw
from dialerd.rollup_attempt a join dialerd.campaign c using (campaign_id)
where a.local_day >= dialerd.report_since() and a.local_day < dialerd.report_until()
group by c.name, a.local_day;
comment on view dialerd.report_daily is 'A line for each campaign and day';
comment on column dialerd.report_daily.campaign is 'the campaign''s name';
comment on column dialerd.report_daily.day is 'the local day, by the lead''s clock, else the campaign''s';
comment on column dialerd.report_daily.attempts is 'settled attempts, those without a call included';
comment on column dialerd.report_daily.calls is 'calls that were placed, as far as is known';
comment on column dialerd.report_daily.conversations is 'calls in which the person spoke with the agent';
comment on column dialerd.report_daily.contact_percent is 'conversations of calls';
comment on column dialerd.report_daily.finished_leads is 'leads that an attempt of this day made done';
comment on column dialerd.report_daily.refused is 'attempts that the provider refused for a limit, balance or fault';
comment on column dialerd.report_daily.minutes is 'length of the calls, as far as known, in minutes';
comment on column dialerd.report_daily.cost_krw is 'what the provider has told so far, in won';
comment on column dialerd.report_daily.cost_per_conversation_krw is 'cost_krw by conversations: all calls paid for, per person reached';

create view dialerd.report_unknowns as
select c.name as campaign, a.account, a.attempt_id, a.lead_id, dialerd.masked_number(substr(a.dialled, 3)) as number,
       a.claimed_at, date_trunc('second', now() - a.claimed_at)::text as age, coalesce(a.call_id, '') as call_id,
       a.http_status,
       coalesce((select 'decided: ' || r.verdict || '; it is being carried out' from dialerd.resolution r
                 where r.attempt_id = a.attempt_id and r.applied_at is null and r.overtaken_at is null limit 1),
                'wait: it is found out by itself, or given up after follow.abandon_after. Who knows says: dialerd resolve '
                || a.attempt_id || ' placed|not-placed') as what_to_do
from dialerd.rollup_open o
join dialerd.attempt a on a.attempt_id = o.attempt_id
join dialerd.campaign c on c.campaign_id = a.campaign_id
where a.state = 'unknown';
comment on view dialerd.report_unknowns is 'Calls in doubt: whether there was a call is not known yet, and what to do';
comment on column dialerd.report_unknowns.campaign is 'the campaign''s name';
comment on column dialerd.report_unknowns.account is 'the provider account';
comment on column dialerd.report_unknowns.attempt_id is 'the attempt, as dialerd resolve wants it';
comment on column dialerd.report_unknowns.lead_id is 'the lead, as dialerd why wants it';
comment on column dialerd.report_unknowns.number is 'the dialled number, masked';
comment on column dialerd.report_unknowns.claimed_at is 'when it was to be called';
comment on column dialerd.report_unknowns.age is 'how long ago that is';
comment on column dialerd.report_unknowns.call_id is 'the provider''s id of the call, where one is known';
comment on column dialerd.report_unknowns.http_status is 'the POST''s answer, where there was one';
comment on column dialerd.report_unknowns.what_to_do is 'what happens by itself, and the command for who knows better';

create view dialerd.report_held as
select c.name as campaign, coalesce(nullif(l.outcome, ''), '(no reason)') as reason, sum(l.leads) as leads,
       min(l.oldest_at) as since, min(l.lead_id) as a_lead_id, dialerd.what_to_do_with_held(c.name, l.outcome) as what_to_do
from dialerd.rollup_lead l join dialerd.campaign c using (campaign_id)
where l.state = 'held'
group by c.name, l.outcome;
comment on view dialerd.report_held is 'Held leads by reason, and what to do';
comment on column dialerd.report_held.campaign is 'the campaign''s name';
comment on column dialerd.report_held.reason is 'why they are held (docs/states.md, Held leads)';
comment on column dialerd.report_held.leads is 'how many leads';
comment on column dialerd.report_held.since is 'since when the first of them';
comment on column dialerd.report_held.a_lead_id is 'one of them, for dialerd why';
comment on column dialerd.report_held.what_to_do is 'what a person can do, and the statement that has them called again';

-- --- who may read

-- Audit: who decided what, and which file ran when. No leads, no numbers but what people wrote into reasons.
-- dialerd_report reads the report views, dialerd_audit what people decided. Makes the two roles where the caller may make
-- roles, and grants them what they may read in this database; where there are none, nothing. Run by migrations; as the
-- schema's owner after the roles were made by somebody else: select dialerd.grant_reader_roles().
create function dialerd.grant_reader_roles() returns void language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  reader text;
  thing text;
begin
  foreach reader in array array['dialerd_report', 'dialerd_audit'] loop
    if to_regrole(reader) is null
       and exists (select from pg_roles where rolname = current_user and (rolsuper or rolcreaterole)) then
      begin
        execute format('create role %I nologin', reader);
      exception when duplicate_object or unique_violation then
        null;  -- at the same moment by a migration of another database
      end;
    end if;
  end loop;
  -- Roles are the cluster's; so is the lock that granting takes on this database's schema row.
  if to_regrole('dialerd_report') is not null then
    grant usage on schema dialerd to dialerd_report;
    for thing in select relname from pg_class
                 where relnamespace = 'dialerd'::regnamespace and relkind = 'v' and relname like 'report\_%' loop
      execute format('grant select on dialerd.%I to dialerd_report', thing);
    end loop;
  end if;
  if to_regrole('dialerd_audit') is not null then
    grant usage on schema dialerd to dialerd_audit;
    for thing in select relname from pg_class
                 where relnamespace = 'dialerd'::regnamespace and relname = any (array[
                   'campaign', 'campaign_revision', 'campaign_control', 'campaign_change', 'campaign_state', 'daemon_revision',
                   'reload_request', 'reload_answer', 'gate_decision', 'resolution', 'schema_migration', 'clock_step', 'retention_log']) loop
      execute format('grant select on dialerd.%I to dialerd_audit', thing);
    end loop;
  end if;
end $$;

select dialerd.grant_reader_roles();
