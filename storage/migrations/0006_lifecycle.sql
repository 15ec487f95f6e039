-- The lifecycle of campaigns: what an operator wishes of one is stored, what it is at the moment follows from that.
--
--   dialerd.campaign_control.wish   draft | running | paused | stopped. Written by `dialerd start|pause|resume|stop`, or by
--                                   SQL: update dialerd.campaign_control set wish = 'paused', reason = '...', changed_by = '...'
--   dialerd.campaign_change         every change of it, for good: who, when, from what to what, why
--   dialerd.campaign_state          what is shown. One row a campaign:
--
--     campaign_id   bigint
--     campaign      text           its name
--     account       text
--     wish          campaign_wish  as stored
--     state         text           draft      not started yet
--                                  scheduled  wished running, and its start_date is still to come
--                                  running    its leads are dialled as they fall due (or it waits for its first leads)
--                                  paused
--                                  stopping   nothing is dialled any more, and calls are still open
--                                  completed  nothing is dialled and nothing is open: see completed_by
--     completed_by  text           completed: 'stopped'        an operator stopped it
--                                             'end_date'       its last day is over; leads may still be ready
--                                             'no_leads_left'  every lead is done or held. Leads that are added make it
--                                                              'running' again
--                                  otherwise null
--     has_ready     boolean        a lead is ready, due now or later
--     has_open      boolean        a lead has an attempt that is not settled
--     reason        text           of the wish; '' when none was given
--     changed_by    text           of the wish
--     changed_at    timestamptz    of the wish
--     timezone      text           the campaign's; null until a daemon or an import of this version has named the campaign
--     starts_at     timestamptz    the beginning of its start_date on the campaign's own clock; null: no such date
--     ends_at       timestamptz    the end of its end_date; null: no such date
--
--   It reads a few index entries a campaign, however many leads there are. Leads with a clock of their own see start_date and
--   end_date some hours earlier or later than this says.

create type dialerd.campaign_wish as enum ('draft', 'running', 'paused', 'stopped');

-- --- the wish

alter table dialerd.campaign_control add column wish dialerd.campaign_wish;
update dialerd.campaign_control set wish = case when paused then 'paused' else 'running' end::dialerd.campaign_wish;
alter table dialerd.campaign_control alter column wish set not null;
alter table dialerd.campaign_control drop column paused;
-- A campaign without such a row is not dialled from now on; until now it was.
insert into dialerd.campaign_control (campaign_id, wish, changed_by)
select campaign_id, 'running', 'migration 0006' from dialerd.campaign on conflict do nothing;

-- Written by the daemon and by imports, from the campaign's file: see campaign_state.
alter table dialerd.campaign
  add column timezone  text,
  add column starts_at timestamptz,
  add column ends_at   timestamptz;

-- --- the record of changes

create table dialerd.campaign_change (
  change_id   bigint generated always as identity primary key,
  campaign_id bigint not null references dialerd.campaign,
  at          timestamptz not null default clock_timestamp(),
  from_wish   dialerd.campaign_wish,     -- null: the campaign is new
  to_wish     dialerd.campaign_wish not null,
  reason      text not null,
  changed_by  text not null,             -- who, as the command or statement said it
  db_user     text not null              -- whom the database knew that session as
);
create index campaign_change_campaign on dialerd.campaign_change (campaign_id, change_id);

insert into dialerd.campaign_change (campaign_id, at, to_wish, reason, changed_by, db_user)
select campaign_id, changed_at, wish, reason, changed_by, session_user from dialerd.campaign_control order by changed_at;

create function dialerd.campaign_change_is_kept() returns trigger language plpgsql as $$
begin
  raise exception 'dialerd.campaign_change is a record of what was done: it does not change'
    using errcode = 'integrity_constraint_violation';
end $$;
create trigger campaign_change_is_kept before update or delete or truncate on dialerd.campaign_change
  for each statement execute function dialerd.campaign_change_is_kept();

-- A campaign without such a row would be one that nobody has ever wished anything of.
create function dialerd.campaign_control_is_kept() returns trigger language plpgsql as $$
begin
  raise exception 'a row of dialerd.campaign_control is not deleted: stop the campaign (dialerd stop)'
    using errcode = 'integrity_constraint_violation';
end $$;
create trigger campaign_control_is_kept before delete or truncate on dialerd.campaign_control
  for each statement execute function dialerd.campaign_control_is_kept();

-- The time of a change is the database's, also of one by SQL that does not set it.
create function dialerd.campaign_control_changes() returns trigger language plpgsql as $$
begin
  new.changed_at := clock_timestamp();
  return new;
end $$;
create trigger campaign_control_changes before update on dialerd.campaign_control for each row
  when (new.wish is distinct from old.wish) execute function dialerd.campaign_control_changes();

-- Recorded, and told to every daemon at the commit, in the same transaction. Security definer: whoever may change a wish need
-- not be able to write the record by other ways.
create function dialerd.campaign_control_changed() returns trigger language plpgsql
  security definer set search_path = pg_catalog, pg_temp as $$
begin
  insert into dialerd.campaign_change (campaign_id, from_wish, to_wish, reason, changed_by, db_user)
  values (new.campaign_id, case when tg_op = 'UPDATE' then old.wish end, new.wish, new.reason, new.changed_by, session_user);
  perform pg_notify('dialerd', 'control ' || new.campaign_id);
  return null;
end $$;
create trigger campaign_control_made after insert on dialerd.campaign_control for each row
  execute function dialerd.campaign_control_changed();
create trigger campaign_control_changed after update on dialerd.campaign_control for each row
  when (new.wish is distinct from old.wish) execute function dialerd.campaign_control_changed();

-- --- the state

-- `order by` and `limit`: so that each is one step into an index, whatever the planner knows of the leads' states. The last is
-- only asked when the others found nothing.
create view dialerd.campaign_state as
select s.campaign_id, s.campaign, s.account, s.wish,
       case when s.wish = 'draft' then 'draft'
            when s.wish = 'paused' then 'paused'
            when s.completed_by is not null then case when s.has_open then 'stopping' else 'completed' end
            when s.starts_at > clock_timestamp() then 'scheduled'
            else 'running' end as state,
       case when not s.has_open then s.completed_by end as completed_by,
       s.has_ready, s.has_open, s.reason, s.changed_by, s.changed_at, s.timezone, s.starts_at, s.ends_at
from (
  select c.campaign_id, c.name as campaign, c.account, coalesce(k.wish, 'draft') as wish,
         case when k.wish = 'stopped' then 'stopped'
              when k.wish <> 'running' then null
              when c.ends_at <= clock_timestamp() then 'end_date'
              when not l.has_ready and not l.has_open and l.has_any then 'no_leads_left' end as completed_by,
         l.has_ready, l.has_open, coalesce(k.reason, '') as reason, k.changed_by, k.changed_at, c.timezone, c.starts_at, c.ends_at
  from dialerd.campaign c
  left join dialerd.campaign_control k on k.campaign_id = c.campaign_id
  cross join lateral (
    select coalesce((select true from dialerd.lead_state r where r.campaign_id = c.campaign_id and r.state = 'ready'
                     order by r.campaign_id, r.clock, r.callback, r.next_at limit 1), false) as has_ready,
           coalesce((select true from dialerd.lead_state a where a.campaign_id = c.campaign_id and a.state = 'active' limit 1),
                    false) as has_open,
           coalesce((select true from dialerd.lead e where e.campaign_id = c.campaign_id
                     order by e.campaign_id, e.to_number limit 1), false) as has_any
  ) as l
) as s;

-- As in 0002_rules: whoever dials may read these, and writes the record by changing a wish.
do $$
declare
  grantee text;
begin
  for grantee in
    select g.grantee from information_schema.role_table_grants g
    where g.table_schema = 'dialerd' and g.table_name = 'campaign_control' and g.privilege_type = 'UPDATE'
      and g.grantee not in (current_user, 'PUBLIC')
  loop
    execute format('grant select on dialerd.campaign_change, dialerd.campaign_state to %I', grantee);
    execute format('revoke insert, update, delete, truncate on dialerd.campaign_change from %I', grantee);
  end loop;
end $$;
