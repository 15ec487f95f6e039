-- Which configuration ran when, who applied it, what it changed, and which limits it loosened; and asking all daemons to
-- read theirs again (`dialerd reload`).

alter table dialerd.campaign_revision
  add column applied_by   text not null default '',    -- who asked for it, 'SIGHUP', 'file change' or 'start'; '': not recorded
  add column applied_on   text not null default '',    -- by which daemon, as in dialerd.ownership
  -- The dates on which nobody is called, as the files of `holidays` had them then: one a line. They are not in `source`.
  add column closed_dates text not null default '',
  add column hash         text,                        -- of source and closed_dates, SHA-256 in hexadecimal; null: from before
  add column diff         text not null default '',    -- of source against the revision before, unified
  add column changes      text[] not null default '{}',  -- in words
  add column loosened     text[] not null default '{}';  -- those of the changes that make a limit or a rule weaker

-- The daemon's own file, as campaign_revision has the campaigns'. Daemons of several hosts may each have one of their own.
create table dialerd.daemon_revision (
  host       text not null,
  file       text not null,
  revision   int not null,
  source     text not null,              -- holds no secrets: the file only says where they are
  applied_at timestamptz not null default now(),
  applied_by text not null,
  applied_on text not null,
  hash       text not null,
  diff       text not null default '',
  changes    text[] not null default '{}',
  loosened   text[] not null default '{}',
  primary key (host, file, revision)
);

-- `dialerd reload`: read by every daemon each second, and at once when the channel `dialerd` says so.
create table dialerd.reload_request (
  request_id   bigint generated always as identity primary key,
  requested_by text not null,
  requested_at timestamptz not null default clock_timestamp()
);

create table dialerd.reload_answer (
  request_id  bigint not null references dialerd.reload_request on delete cascade,
  owner       text not null,             -- as in dialerd.daemon
  ok          boolean not null,          -- false: it goes on with what it had; `answer` says why
  answer      text not null,
  answered_at timestamptz not null default clock_timestamp(),
  primary key (request_id, owner)
);

-- As in 0002_rules: whoever dials may write these.
do $$
declare
  grantee text;
begin
  for grantee in
    select g.grantee from information_schema.role_table_grants g
    where g.table_schema = 'dialerd' and g.table_name = 'campaign_control' and g.privilege_type = 'UPDATE'
      and g.grantee not in (current_user, 'PUBLIC')
  loop
    execute format('grant select, insert on dialerd.daemon_revision to %I', grantee);
    execute format('grant select, insert, delete on dialerd.reload_request, dialerd.reload_answer to %I', grantee);
  end loop;
end $$;
