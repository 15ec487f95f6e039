-- The foundation: campaigns, leads, attempts, imports, ownership.

create schema if not exists dialerd;

create table dialerd.campaign (
  campaign_id bigint generated always as identity primary key,
  name        text not null unique,
  account     text not null,
  created_at  timestamptz not null default now()
);

-- Which YAML ran when. A row is added only when the text differs from the latest one.
create table dialerd.campaign_revision (
  campaign_id bigint not null references dialerd.campaign,
  revision    int not null,
  source      text not null,
  applied_at  timestamptz not null default now(),
  primary key (campaign_id, revision)
);

-- Made with the campaign. Each claim locks the row FOR SHARE while it reads it, so a pause waits for claims under way and holds
-- from its commit on.
create table dialerd.campaign_control (
  campaign_id bigint primary key references dialerd.campaign,
  paused      boolean not null,
  reason      text not null default '',
  changed_by  text not null,
  changed_at  timestamptz not null default now()
);

create table dialerd.import (
  import_id   bigint generated always as identity primary key,
  campaign_id bigint not null references dialerd.campaign,
  file_name   text not null,
  started_at  timestamptz not null default now(),
  finished_at timestamptz,             -- null: still running, or broken off
  rows_read   bigint not null default 0,
  added       bigint not null default 0,
  duplicates  bigint not null default 0,
  rejected    bigint not null default 0
);

create table dialerd.import_reject (
  import_id  bigint not null references dialerd.import,
  row_number bigint not null,          -- the header is row 1, as a spreadsheet counts
  reason     text not null,
  content    text not null,            -- the row as it stood in the file
  primary key (import_id, row_number)
);

-- What is known of a lead. Dialling never writes here, so the wide rows are not copied at every attempt.
create table dialerd.lead (
  lead_id     bigint generated always as identity primary key,
  campaign_id bigint not null references dialerd.campaign,
  to_number   text not null,
  fields      jsonb not null default '{}',
  import_id   bigint references dialerd.import,
  created_at  timestamptz not null default now(),
  constraint lead_number_once_per_campaign unique (campaign_id, to_number),
  constraint lead_number_is_domestic_digits check (to_number ~ '^[0-9]{3,15}$'),
  constraint lead_fields_is_object check (jsonb_typeof(fields) = 'object')
);

create type dialerd.lead_status as enum ('ready', 'active', 'done', 'held');

-- Where a lead stands. Narrow and hot: a claim and a settle each rewrite one row.
create table dialerd.lead_state (
  lead_id       bigint primary key,
  campaign_id   bigint not null,
  state         dialerd.lead_status not null default 'ready',
  next_at       timestamptz not null default now(),  -- ready: due from then on
  attempt_id    uuid,                                -- active: the one open attempt
  attempts      smallint not null default 0,         -- those that count
  reason_counts text not null default '',            -- retries by reason, written and read by the engine
  outcome       text,                                -- done: the last disposition; held: why
  updated_at    timestamptz not null default now(),
  constraint lead_state_active_has_attempt check ((state = 'active') = (attempt_id is not null))
)
-- Every claim and settle leaves a dead row: room on the page keeps the new one beside it, and vacuum comes by absolute
-- number, not by share, because a share of ten million rows is far too late for an index that serves a queue.
with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000,
      autovacuum_vacuum_cost_delay = 0, autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 50000);

-- The claim's order, exactly.
create index lead_state_due on dialerd.lead_state (campaign_id, next_at, lead_id) where state = 'ready';
-- The open attempts at start-up.
create index lead_state_active on dialerd.lead_state (campaign_id, lead_id) where state = 'active';

-- A lead is dialled only through its lead_state row, so each way of adding leads (import, plain SQL) gets one here.
create function dialerd.lead_state_for_new_leads() returns trigger language plpgsql as $$
begin
  insert into dialerd.lead_state (lead_id, campaign_id) select lead_id, campaign_id from new_leads;
  return null;
end $$;

create trigger lead_state_for_new_leads after insert on dialerd.lead
  referencing new table as new_leads for each statement execute function dialerd.lead_state_for_new_leads();

-- And with the lead it goes. A lead with an open attempt stays: the call could no longer be settled.
create function dialerd.lead_state_of_deleted_leads() returns trigger language plpgsql as $$
begin
  delete from dialerd.lead_state s using old_leads o where s.lead_id = o.lead_id and s.state <> 'active';
  if exists (select from dialerd.lead_state s join old_leads o using (lead_id)) then
    raise exception 'a lead with an open attempt cannot be deleted' using errcode = 'object_in_use';
  end if;
  return null;
end $$;

create trigger lead_state_of_deleted_leads after delete on dialerd.lead
  referencing old table as old_leads for each statement execute function dialerd.lead_state_of_deleted_leads();

create type dialerd.attempt_state as enum
  ('dialing', 'in_progress', 'unknown', 'ended', 'rejected', 'not_placed', 'abandoned');

-- One row per intended POST, committed before the POST leaves. attempt_id is a UUIDv7, so a range of ids is a range of
-- start times: the primary key stays unique over all partitions, and still every partition is a stretch of time.
create table dialerd.attempt (
  attempt_id      uuid not null,
  account         text not null,
  campaign_id     bigint not null,
  lead_id         bigint not null,
  epoch           bigint not null,       -- the owner that made the intent
  state           dialerd.attempt_state not null default 'dialing',
  claimed_at      timestamptz not null default now(),
  answered_at     timestamptz,           -- when the POST's answer, or the end of waiting for it, arrived
  settled_at      timestamptz,
  from_number     text,
  call_id         text,
  http_status     smallint,
  call_status     text,
  disposition     text,
  detail          text,
  counted         boolean,               -- terminal: whether it spent one of the lead's attempts
  call_started_at timestamptz,
  call_ended_at   timestamptz,
  primary key (attempt_id)
) partition by range (attempt_id);

-- The smallest UUIDv7 of a moment.
create function dialerd.uuid7_floor(at timestamptz) returns uuid language sql immutable strict parallel safe as $$
  select (lpad(to_hex(floor(extract(epoch from at) * 1000)::bigint), 12, '0') || '70008000000000000000')::uuid
$$;

-- An attempt outside every partition (a clock that was far off) is kept, not refused.
create table dialerd.attempt_other partition of dialerd.attempt default;

-- Makes the monthly partitions that attempts of this and the next two months need. Returns how many it made.
-- Attached, not created in place: ATTACH lets claims and reports of other partitions go on. A month that has rows among
-- the others already gets no partition and stays there. Security definer: the daemon's own role makes no tables.
create function dialerd.ensure_attempt_partitions(at timestamptz default now()) returns int language plpgsql
  security definer set search_path = pg_catalog, pg_temp as $$
declare
  first_day timestamp := date_trunc('month', at at time zone 'UTC');
  month timestamp;
  name text;
  low uuid;
  high uuid;
  made int := 0;
begin
  for i in 0..2 loop
    month := first_day + make_interval(months => i);
    name := 'attempt_' || to_char(month, 'YYYY_MM');
    low := dialerd.uuid7_floor(month at time zone 'UTC');
    high := dialerd.uuid7_floor((month + interval '1 month') at time zone 'UTC');
    continue when to_regclass('dialerd.' || name) is not null
      or exists (select from dialerd.attempt_other where attempt_id >= low and attempt_id < high);
    perform pg_advisory_xact_lock(7310578169544);  -- daemons that start together
    continue when to_regclass('dialerd.' || name) is not null;
    -- An attempt is rewritten twice and grows: with this much room on the page its index entry stays as it is (HOT).
    execute format(
      'create table dialerd.%I (like dialerd.attempt including defaults)
       with (fillfactor = 40, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 50000,
             autovacuum_vacuum_cost_delay = 0)', name);
    execute format('alter table dialerd.attempt attach partition dialerd.%I for values from (%L) to (%L)', name, low, high);
    made := made + 1;
  end loop;
  return made;
end $$;

select dialerd.ensure_attempt_partitions();

-- A terminal attempt keeps its outcome, whatever a late or confused writer says.
create function dialerd.attempt_terminal_is_final() returns trigger language plpgsql as $$
begin
  raise exception 'attempt % is % already: a terminal attempt does not change', old.attempt_id, old.state
    using errcode = 'integrity_constraint_violation';
end $$;

create trigger attempt_terminal_is_final before update on dialerd.attempt for each row
  when (old.state in ('ended', 'rejected', 'not_placed', 'abandoned')
        and (new.state, new.disposition, new.call_id, new.lead_id, new.counted)
            is distinct from (old.state, old.disposition, old.call_id, old.lead_id, old.counted))
  execute function dialerd.attempt_terminal_is_final();

-- Who may dial for an account. The epoch grows at every change of owner; each claim and write names the epoch it acts
-- under, so that a former owner that wakes up writes nothing.
create table dialerd.ownership (
  account     text primary key,
  owner       text not null,
  epoch       bigint not null,
  lease_until timestamptz not null
);
