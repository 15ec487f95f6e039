-- The rules: who may be called when. Leads get what the rules ask of them, attempts say whom they reached for, and
-- suppression, decisions and conditions get their tables.

-- As in storage/report.cpp: the session's planner settings are for batches, and this reads whole tables.
set local enable_seqscan = on;
set local enable_hashjoin = on;
set local enable_mergejoin = on;
set local enable_sort = on;

-- In which its leads' numbers are domestic. Written by the daemon; what ran last says it for the time before.
alter table dialerd.campaign add column region text not null default 'KR'
  constraint campaign_region_is_two_capitals check (region ~ '^[A-Z]{2}$');
update dialerd.campaign c
set region = found.region
from (select distinct on (campaign_id) campaign_id, substring(source from '(?n)^region:\s*["'']?([A-Z]{2})') as region
      from dialerd.campaign_revision order by campaign_id, revision desc) as found
where found.campaign_id = c.campaign_id and found.region is not null;

-- Milliseconds since 1970, as times leave the database. The infinities become the year 9999 and 1970. Stable, because
-- extract is: only then the function is put in line.
create function dialerd.unix_ms(at timestamptz) returns bigint language sql stable parallel safe as $$
  select case when isfinite(at) then floor(extract(epoch from at) * 1000)::bigint
              when at = 'infinity' then 253402214400000
              when at = '-infinity' then 0 end
$$;

-- --- leads

create function dialerd.are_domestic_digits(numbers text[]) returns boolean language sql immutable parallel safe as $$
  select array_ndims(numbers) = 1 and array_lower(numbers, 1) = 1
     and not exists (select from unnest(numbers) as n (number) where number is null or number !~ '^[0-9]{3,15}$')
$$;

alter table dialerd.lead
  add column alternates         text[] not null default '{}',  -- further numbers of the same person, in dialling order
  add column timezone           text,                          -- IANA name; null: the campaign's rules find one
  add column consent_at         timestamptz,
  add column consent_expires_at timestamptz,
  add column night_consent      boolean not null default false,
  add column call_at            timestamptz,                   -- a callback was promised for then
  add column expires_at         timestamptz,                   -- not called from then on
  add constraint lead_alternates_are_domestic_digits check (alternates = '{}' or dialerd.are_domestic_digits(alternates)),
  add constraint lead_timezone_is_a_name check (timezone ~ '^[A-Za-z][A-Za-z0-9_+/-]*$' and timezone !~ '\+night$');

-- What lead_state.clock says: whose clock decides when the lead may be called (campaign/lead_clock.h).
create function dialerd.lead_clock(timezone text, night_consent boolean) returns text language sql immutable parallel safe as $$
  select coalesce(timezone, '') || case when night_consent then '+night' else '' end
$$;

-- The number that is dialled: 0 is the lead's own, n its nth alternate; its own where there is no such alternate.
create function dialerd.number_at(to_number text, alternates text[], number_index int) returns text
  language sql immutable parallel safe as $$
  select case when number_index between 1 and cardinality(alternates) then alternates[number_index] else to_number end
$$;

alter table dialerd.lead_state
  add column clock        text collate "C" not null default '',
  add column callback     boolean not null default false,  -- ready: next_at was promised to the person
  add column number_index smallint not null default 0;     -- which of the lead's numbers is dialled next

-- The claim's order, exactly: for each clock whose windows are open, callbacks and the others, as they fall due. Leads of
-- clocks whose windows are closed are not walked over, however many are due.
drop index dialerd.lead_state_due;
create index lead_state_due on dialerd.lead_state (campaign_id, clock, callback, next_at, lead_id) where state = 'ready';

create or replace function dialerd.lead_state_for_new_leads() returns trigger language plpgsql as $$
begin
  insert into dialerd.lead_state (lead_id, campaign_id, clock, callback, next_at)
  select lead_id, campaign_id, dialerd.lead_clock(timezone, night_consent), call_at is not null, coalesce(call_at, now())
  from new_leads;
  return null;
end $$;

-- What an operator changes in a lead by SQL. A callback that is promised while the lead's call is under way waits in
-- next_at: from then on that is later than updated_at, which the claim set, and the settlement keeps it if the lead
-- becomes ready.
create function dialerd.lead_state_of_changed_lead() returns trigger language plpgsql as $$
begin
  update dialerd.lead_state
  set clock = dialerd.lead_clock(new.timezone, new.night_consent)
  where lead_id = new.lead_id and clock <> dialerd.lead_clock(new.timezone, new.night_consent);
  if new.call_at is distinct from old.call_at then
    update dialerd.lead_state
    set callback = new.call_at is not null,
        state = case when state = 'done' then 'ready' else state end,
        outcome = case when state = 'done' then null else outcome end,
        next_at = case when new.call_at is not null then new.call_at
                       when state = 'ready' and callback then now()  -- the promise is withdrawn
                       else next_at end
    where lead_id = new.lead_id
      and (state in ('ready', 'active') or (state = 'done' and new.call_at is not null and outcome <> 'suppressed'));
  end if;
  return null;
end $$;

create trigger lead_state_of_changed_lead after update on dialerd.lead for each row
  when ((new.timezone, new.night_consent, new.call_at) is distinct from (old.timezone, old.night_consent, old.call_at))
  execute function dialerd.lead_state_of_changed_lead();

-- --- attempts

alter table dialerd.attempt
  add column person       text collate "C",  -- the campaign's region and the lead's own number: whom the caps count
  add column dialled      text collate "C",  -- the region and the number that was dialled: an alternate, or the same
  add column conversation boolean,           -- terminal: the person spoke with the agent
  add column decision     text;              -- terminal: what decided about the lead's next state

-- Caps and lock-outs count what was before them, too: a year back, which is as far as any of them reaches. This rewrites
-- the rows, and the table is locked meanwhile, as it has been since its columns were added: nobody is called until the
-- migration is done. Of a million attempts that takes about a minute.
update dialerd.attempt a
set person = c.region || l.to_number,
    dialled = c.region || l.to_number,
    conversation = case
      -- a reason that is not known may be a conversation
      when a.state = 'ended' then coalesce(a.disposition, '') not in
        ('voicemail_reached', 'dial_no_answer', 'dial_busy', 'dial_declined', 'dial_failed', 'flow_error', 'error_voxai',
         'orphaned_no_agent_pickup', 'concurrency_limit_reached', 'hourly_call_limit_reached',
         'daily_call_limit_reached', 'insufficient_balance')
        and coalesce(a.call_status, '') not in ('not_connected', 'canceled', 'error')
      when a.state in ('rejected', 'not_placed', 'abandoned') then false end
from dialerd.lead l join dialerd.campaign c on c.campaign_id = l.campaign_id
where l.lead_id = a.lead_id and a.attempt_id >= dialerd.uuid7_floor(now() - interval '366 days');

-- A daemon of an older version that still runs would know none of these rules: its claims fail from now on.
create function dialerd.attempt_names_its_person() returns trigger language plpgsql as $$
begin
  raise exception 'an attempt without person and dialled: a dialerd of an older version is still running';
end $$;

create trigger attempt_names_its_person before insert on dialerd.attempt for each row
  when (new.person is null or new.dialled is null) execute function dialerd.attempt_names_its_person();

-- None of these columns changes once the row is there: record and settle stay HOT.
create index attempt_person on dialerd.attempt (person, attempt_id);
create index attempt_dialled on dialerd.attempt (dialled, attempt_id) where dialled <> person;

-- --- suppression: people who are not called

create type dialerd.suppression_scope as enum ('global', 'account', 'campaign');

-- A list that is loaded as a whole (a do-not-call register, say). A campaign may require it, and a largest age.
create table dialerd.suppression_list (
  name      text primary key,
  loaded_at timestamptz not null,
  source    text not null,
  entries   bigint not null
);

-- One reason for not calling a person, in one scope. An entry that has expired is kept as history.
create table dialerd.suppression (
  suppression_id bigint generated always as identity primary key,
  person      text collate "C" not null,    -- region and domestic digits: 'KR01012345678'
  scope       dialerd.suppression_scope not null,
  account     text,                         -- of scope account
  campaign_id bigint references dialerd.campaign,  -- of scope campaign
  list        text,                         -- of suppression_list; null: entered by itself
  reason      text not null default '',
  source      text not null default '',     -- who or what entered it
  created_at  timestamptz not null default now(),
  expires_at  timestamptz,                  -- null: never
  constraint suppression_person_is_region_and_digits check (person ~ '^[A-Z]{2}[0-9]{3,15}$'),
  constraint suppression_names_its_scope check (
    (scope = 'account') = (account is not null) and (scope = 'campaign') = (campaign_id is not null))
);
-- The claim's look-up, one probe a number; and each entry once.
create unique index suppression_person on dialerd.suppression
  (person, coalesce(list, ''), coalesce(account, ''), coalesce(campaign_id, 0));

-- Said twice, the longer one holds: a shorter one begins with ending the other. Null: never.
create function dialerd.later_expiry(a timestamptz, b timestamptz) returns timestamptz
  language sql immutable parallel safe as $$
  select case when a is null or b is null then null else greatest(a, b) end
$$;

-- For operators, by SQL: select dialerd.suppress('KR', '010-1234-5678', reason => 'asked on the phone').
create function dialerd.suppress(region text, number text, reason text default '', source text default session_user,
                                 account text default null, campaign_id bigint default null,
                                 expires_at timestamptz default null) returns void language plpgsql as $$
begin
  if suppress.account is not null and suppress.campaign_id is not null then
    raise exception 'give an account or a campaign, or neither to suppress for all';
  end if;
  insert into dialerd.suppression as s (person, scope, account, campaign_id, reason, source, expires_at)
  values (suppress.region || regexp_replace(suppress.number, '[ ().-]', '', 'g'),
          case when suppress.account is not null then 'account' when suppress.campaign_id is not null then 'campaign'
               else 'global' end::dialerd.suppression_scope,
          suppress.account, suppress.campaign_id, suppress.reason, suppress.source, suppress.expires_at)
  on conflict (person, coalesce(list, ''), coalesce(s.account, ''), coalesce(s.campaign_id, 0)) do update
    set reason = excluded.reason, source = excluded.source, created_at = now(),
        expires_at = dialerd.later_expiry(s.expires_at, excluded.expires_at);
end $$;

-- --- decisions

-- What the gate decided about a due lead that got no attempt. Decisions after an attempt stand in attempt.decision.
create table dialerd.gate_decision (
  decision_id bigint generated always as identity,
  lead_id     bigint not null,
  campaign_id bigint not null,
  at          timestamptz not null default clock_timestamp(),
  code        text not null,             -- 'suppressed', 'frequency_cap:...', 'lock_out:...', 'call_under_way'
  detail      text not null default '',
  until       timestamptz,               -- when the lead is due again; null: never
  primary key (lead_id, decision_id)
);

-- All that was decided about a lead. Read it with a lead_id: an attempt is found by way of its lead's number.
create view dialerd.decision_log as
select l.lead_id, l.campaign_id, coalesce(a.settled_at, a.claimed_at) as at, a.attempt_id,
       coalesce(a.decision, a.state::text) as code, coalesce(a.disposition, '') as detail, null::timestamptz as until
from dialerd.lead l
join dialerd.campaign c on c.campaign_id = l.campaign_id
join dialerd.attempt a on a.person = c.region || l.to_number and a.lead_id = l.lead_id
union all
select lead_id, campaign_id, at, null, code, detail, until from dialerd.gate_decision;

-- --- conditions

-- Why an account, a campaign or a caller number waits, as the account's owner says it.
create table dialerd.condition (
  account       text not null,
  campaign_id   bigint references dialerd.campaign,  -- null: the whole account, or a caller number
  caller_number text,
  state         text not null,           -- 'concurrency_limit_reached', 'rested', ...
  since         timestamptz not null,
  until         timestamptz              -- when it is tried again; null: not known
);
create index condition_account on dialerd.condition (account);

-- Rows of these go again. Whoever may change other tables here (docs/operations.md, the daemon's role) may do so.
do $$
declare
  grantee text;
begin
  for grantee in
    select g.grantee from information_schema.role_table_grants g
    where g.table_schema = 'dialerd' and g.table_name = 'campaign_control' and g.privilege_type = 'UPDATE'
      and g.grantee not in (current_user, 'PUBLIC')
  loop
    execute format('grant select, insert, update, delete on dialerd.suppression, dialerd.suppression_list, dialerd.condition to %I', grantee);
  end loop;
end $$;
