-- Leads and attempts by SQL, as a year of dialling leaves them. psql variables: leads, per_lead (attempts a lead), days.
-- The database is migrated and empty.
\set ON_ERROR_STOP on
set synchronous_commit = off;
set max_parallel_workers_per_gather = 2;
set maintenance_work_mem = '512MB';

select dialerd.ensure_attempt_partitions(now() - make_interval(months => m)) from generate_series(0, 2 + :days / 30, 3) m;

insert into dialerd.campaign (name, account, timezone)
select 'campaign-' || n, 'account-' || (n % 2), (array['Asia/Seoul', 'America/New_York', 'Asia/Kolkata'])[1 + n % 3]
from generate_series(1, 8) n;
insert into dialerd.campaign_control (campaign_id, wish, changed_by) select campaign_id, 'running', 'bench' from dialerd.campaign;

\echo leads
alter table dialerd.lead disable trigger user;
insert into dialerd.lead (campaign_id, to_number, fields)
select 1 + n % 8, '010' || lpad((n / 8)::text, 8, '0'), '{"name": "Person"}' from generate_series(1, :leads) n;
alter table dialerd.lead enable trigger user;
insert into dialerd.lead_state (lead_id, campaign_id, state, next_at, attempts, outcome, clock, updated_at)
select n, 1 + n % 8, s.state, now() + (n % 1000 - 500) * interval '1 minute', least(n % (2 * :per_lead + 1), 9),
       case s.state when 'done' then (array['user_hangup', 'agent_hangup', 'dial_no_answer', 'suppressed'])[1 + n % 4]
                    when 'held' then (array['rejected', 'abandoned', 'missing_field:name'])[1 + n % 3] end,
       case when n % 5 = 0 then 'Europe/Berlin' else '' end, now() - (n % 1000000) * interval '10 seconds'
from generate_series(1, :leads) n
cross join lateral (select (case when n % 10 < 3 then 'ready' when n % 200 = 3 then 'held' else 'done' end)::dialerd.lead_status as state) s;

\echo attempts
drop index dialerd.attempt_person, dialerd.attempt_dialled;
-- Of nine to twenty o'clock in Seoul, in the order of time.
insert into dialerd.attempt (attempt_id, account, campaign_id, lead_id, epoch, state, claimed_at, answered_at, settled_at,
                             from_number, call_id, http_status, call_status, disposition, counted, call_started_at,
                             call_ended_at, person, dialled, conversation, decision)
select overlay(dialerd.uuid7_floor(t.at)::text placing lpad(to_hex(n), 12, '0') from 25)::uuid, 'account-' || ((1 + l.id % 8) % 2),
       1 + l.id % 8, l.id, 1, o.state::dialerd.attempt_state, t.at, t.at + interval '1 second',
       t.at + interval '90 seconds', '0701111' || lpad((n % 40)::text, 4, '0'), case when o.call then 'call-' || n end, 200,
       case when o.call then 'ended' end, o.disposition, o.call, case when o.talk then t.at + interval '10 seconds' end,
       case when o.talk then t.at + interval '10 seconds' + (n % 120) * interval '1 second' end,
       'KR010' || lpad((l.id / 8)::text, 8, '0'), 'KR010' || lpad((l.id / 8)::text, 8, '0'), o.talk,
       case when o.talk then 'done' else 'retry' end
from generate_series(1::bigint, :leads::bigint * :per_lead) n
cross join lateral (select 1 + (n * 7919) % :leads as id) as l
cross join lateral (
  select date_trunc('day', now()) - make_interval(days => :days - (n * :days / (:leads::bigint * :per_lead))::int)
         + (n * :days % (:leads::bigint * :per_lead)) * interval '11 hours' / (:leads::bigint * :per_lead)
         - interval '1 second' as at) as t
cross join lateral (
  select case when n % 100 < 97 then 'ended' when n % 100 < 99 then 'not_placed' else 'rejected' end as state, n % 100 < 97 as call,
         n % 100 < 30 as talk,
         (array['user_hangup', 'agent_hangup', 'user_hangup'])[1 + n % 3] as spoken,
         (array['dial_no_answer', 'dial_busy', 'voicemail_reached', 'dial_declined', 'dial_failed'])[1 + n % 5] as unanswered) as p
cross join lateral (
  select p.state, p.call, p.talk,
         case when p.talk then p.spoken when p.call then p.unanswered when p.state = 'rejected' then 'rejected'
              else 'not_sent:paused' end as disposition) as o;
\echo details
insert into dialerd.call_detail (attempt_id, account, campaign_id, total_cost, summary)
select attempt_id, account, campaign_id, 12.5, 'bench' from dialerd.attempt where conversation;
create index attempt_person on dialerd.attempt (person, attempt_id);
create index attempt_dialled on dialerd.attempt (dialled, attempt_id) where dialled <> person;
delete from dialerd.rollup_hour;
select dialerd.note_rollup_hours(timestamptz 'epoch');
vacuum analyze;
