-- Ownership: which daemons there are, and how the database's clock moved.

-- The daemons that run, each with a row of its own that it renews every second. Who is alive is judged by `beat`, which
-- grows with each renewal: the times here are for people, and for the first look of a daemon that has just started.
create table dialerd.daemon (
  owner      text primary key,           -- as in dialerd.ownership
  accounts   text[] not null,            -- that it is configured for
  accepting  boolean not null,           -- false: it is stopping, and takes no account any more
  host       text not null,
  pid        bigint not null,
  version    text not null,
  started_at timestamptz not null default clock_timestamp(),
  beat       bigint not null default 0,
  seen_at    timestamptz not null,
  seen_until timestamptz not null
)
-- A row is rewritten every second and never grows: room on the page keeps the new one beside it.
with (fillfactor = 20, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 200);

alter table dialerd.ownership
  -- How long the lease was when it was renewed: whoever sees the row unchanged for that long by a clock of its own need
  -- not believe `lease_until`, which the database's clock may have left far behind.
  add column lease_ms  bigint not null default 10000,
  add column since     timestamptz,      -- when this owner took it
  -- The last moment that is known by both clocks, the owner's machine's (CLOCK_BOOTTIME, of the boot with this id) and
  -- the database's. Between it and another such moment of the same boot as much time must have passed by either.
  add column boot_id   text,
  add column boot_ms   bigint,
  add column marked_at timestamptz,
  -- The HTTP requests of the owner's last minute, in slices: counted by then, so many. For the next owner, because the
  -- provider counts them by the minute, whoever sends them. Told with each renewal; and how long somebody may have gone on
  -- sending after that, as the owner found it that took the account.
  add column requests_until_ms   bigint[],
  add column requests_spent      bigint[],
  add column requests_told_at    timestamptz,
  add column requests_sent_until timestamptz,
  add constraint ownership_mark_is_whole check (num_nulls(boot_id, boot_ms, marked_at) in (0, 3));

-- Which renewal of a lease this is: in microseconds, so that no two are alike. 0: released.
create function dialerd.lease_stamp(lease_until timestamptz) returns bigint language sql stable parallel safe as $$
  select case when isfinite(lease_until) then (extract(epoch from lease_until) * 1000000)::bigint else 0 end
$$;

-- How the database's clock was set while an account was owned, or between two owners on one machine. Calls from before a
-- step forward are younger than their times say: see storage/clock_steps.h.
create table dialerd.clock_step (
  step_id  bigint generated always as identity primary key,
  account  text not null,
  at       timestamptz not null,         -- by that clock, as it was just before the step, or somewhat later
  by_ms    bigint not null,              -- forward: positive
  found_at timestamptz not null default clock_timestamp(),
  found_by text not null
);
-- Unique, so that a record whose commit is in doubt can be made again.
create unique index clock_step_once on dialerd.clock_step (account, at, by_ms);

-- As in 0002_rules: whoever dials may write these. Rows of daemons that are gone go with them.
do $$
declare
  grantee text;
begin
  for grantee in
    select g.grantee from information_schema.role_table_grants g
    where g.table_schema = 'dialerd' and g.table_name = 'campaign_control' and g.privilege_type = 'UPDATE'
      and g.grantee not in (current_user, 'PUBLIC')
  loop
    execute format('grant select, insert, update, delete on dialerd.daemon to %I', grantee);
    execute format('grant select, insert on dialerd.clock_step to %I', grantee);
  end loop;
end $$;
