-- Retention: old attempts go by whole partitions (`dialerd prune`), a person's data at once (`dialerd forget`). Both run as the
-- schema's owner: the daemon's own role deletes no lead and no attempt.

-- What was removed, when and by whom. No numbers.
create table dialerd.retention_log (
  log_id  bigint generated always as identity primary key,
  at      timestamptz not null default clock_timestamp(),
  action  text not null,                 -- 'prune', 'forget'
  done_by text not null,
  reason  text not null,
  removed jsonb not null                 -- what, and how many rows of it
);

-- --- whom nobody calls any more, without knowing who it is
--
-- A person who was forgotten must stay uncalled, also when an import brings the number back. Their number is gone, so what
-- stays is a hash of it: a suppression whose person is 'KR#' and the hash of region and number. There are few enough numbers
-- to try them all, so a plain hash would be the number in other letters; it is made with a key of 256 random bits. (That a
-- SHA-256 can be lengthened does not matter: nothing that is hashed here has the padding in its middle.)
--
-- The key is made here, at the first forgetting, and not read from a file of secrets: then every claim, whichever daemon
-- and statement makes it, knows it with no configuration that could be wrong; it cannot be lost apart from the hashes,
-- which would be worth nothing without it (a lost key means that everybody is called again); and it appears in no
-- statement's parameters and so in no log. It keeps hashes secret from who reads the suppressions, such as exports and
-- read-only roles; not from who has the whole database or a backup of it, and the right to read this table.
create table dialerd.forget_key (
  one boolean primary key default true check (one),
  key bytea not null
);

create function dialerd.forgotten_person(person text, key bytea) returns text language sql stable parallel safe as $$
  select left(person, 2) || '#' || encode(sha256(key || convert_to(person, 'UTF8')), 'hex')
$$;

alter table dialerd.suppression
  drop constraint suppression_person_is_region_and_digits,
  add constraint suppression_person_is_region_and_digits check (person ~ '^[A-Z]{2}([0-9]{3,15}|#[0-9a-f]{64})$');

-- Removes what is known of a person, in one transaction: leads with that number, and with the lead's further numbers, which
-- are the same person's; the numbers in attempts (the attempts stay, so that counts do); what was said in calls; webhooks;
-- rejected rows of imports; suppressions. It is not called any more from the commit on, by any campaign.
-- Says what was removed. {"open_call": true}: a call to the person is open and needs the number, and nothing was removed yet;
-- but no further call is made, and the same command works when the call is over.
create function dialerd.forget(person text, done_by text, reason text) returns jsonb language plpgsql
  set search_path = pg_catalog, pg_temp set enable_seqscan = on set enable_hashjoin = on set enable_sort = on
  set plan_cache_mode = force_custom_plan as $$
#variable_conflict use_column
declare
  of_region text := left(person, 2);
  secret bytea;
  own bigint[];
  others bigint[];
  persons text[];
  numbers text[];
  theirs uuid[];
  needles text[];
  removed jsonb := '{}';
  n bigint;
begin
  if person !~ '^[A-Z]{2}[0-9]{3,15}$' then
    raise exception 'a person is a region and domestic digits, such as KR01012345678' using errcode = 'invalid_parameter_value';
  end if;
  insert into dialerd.forget_key (key)
  values (sha256(convert_to(gen_random_uuid()::text || gen_random_uuid() || gen_random_uuid(), 'UTF8'))) on conflict do nothing;
  select key into strict secret from dialerd.forget_key;

  select coalesce(array_agg(l.lead_id order by l.lead_id), '{}') into own
  from dialerd.campaign c join dialerd.lead l on l.campaign_id = c.campaign_id and l.to_number = substr(person, 3)
  where c.region = of_region;
  select array_agg(distinct number) into numbers
  from (select substr(person, 3) as number
        union all select unnest(alternates) from dialerd.lead where lead_id = any (own)) as all_numbers;
  select array_agg(of_region || number) into persons from unnest(numbers) as number;
  select coalesce(array_agg(l.lead_id order by l.lead_id), '{}') into others
  from dialerd.lead l join dialerd.campaign c on c.campaign_id = l.campaign_id and c.region = of_region
  where l.alternates && numbers and l.lead_id <> all (own);

  insert into dialerd.suppression (person, scope, reason, source)
  select dialerd.forgotten_person(p, secret), 'global', 'forgotten', done_by from unnest(persons) as p
  on conflict (person, coalesce(list, ''), coalesce(account, ''), coalesce(campaign_id, 0)) do update set expires_at = null;

  -- A claim that is under way holds its leads: after these locks its attempts are to be seen.
  perform from dialerd.lead_state where lead_id = any (own || others) order by lead_id for update;
  select coalesce(array_agg(attempt_id), '{}') into theirs
  from (select a.attempt_id from dialerd.attempt a where a.person = any (persons)
        union select a.attempt_id from dialerd.attempt a where a.dialled = any (persons) and a.dialled <> a.person) as found;
  if exists (select from dialerd.attempt a where a.attempt_id = any (theirs) and not dialerd.is_terminal(a.state))
     or exists (select from dialerd.lead_state where lead_id = any (own) and state = 'active') then
    return '{"open_call": true}';
  end if;

  update dialerd.call_detail set summary = null, sentiment = null, analysis = null, recording_url = null, updated_at = now()
  where attempt_id = any (theirs);
  get diagnostics n = row_count;
  removed := removed || jsonb_build_object('call_detail', n);
  update dialerd.resolution r set reason = '(forgotten)' where r.attempt_id = any (theirs) or r.lead_id = any (own);
  get diagnostics n = row_count;
  removed := removed || jsonb_build_object('resolution', n);
  -- As people and providers write numbers: 010-1234-5678, +82 10 1234 5678. Short ones would be found everywhere.
  select array_agg('%' || ltrim(number, '0') || '%') into needles from unnest(numbers) as number where length(ltrim(number, '0')) >= 7;
  delete from dialerd.webhook_event
  where attempt_id = any (theirs) or regexp_replace(body, '[-(). ]', '', 'g') like any (needles);
  get diagnostics n = row_count;
  removed := removed || jsonb_build_object('webhook_event', n);
  delete from dialerd.import_reject where regexp_replace(content, '[-(). ]', '', 'g') like any (needles);
  get diagnostics n = row_count;
  removed := removed || jsonb_build_object('import_reject', n);
  -- Somebody else's call to a number that this person has, too, stays that person's.
  update dialerd.attempt a
  set dialled = case when a.person = any (persons) then null else a.person end,
      person = case when a.person = any (persons) then null else a.person end, detail = null
  where a.attempt_id = any (theirs);
  removed := removed || jsonb_build_object('attempt', cardinality(theirs));
  delete from dialerd.gate_decision where lead_id = any (own);
  get diagnostics n = row_count;
  removed := removed || jsonb_build_object('gate_decision', n);
  -- What they said is said by the hashes: never, for everybody.
  with gone as (
    delete from dialerd.suppression s where s.person = any (persons) returning s.list, s.account, s.campaign_id
  )
  select removed || coalesce(jsonb_object_agg('suppression' || whose, entries), '{}') into removed
  from (select case when g.list is not null then ' of the list ' || g.list
                    when g.account is not null then ' for the account ' || g.account
                    when c.name is not null then ' for the campaign ' || c.name else '' end as whose, count(*) as entries
        from gone g left join dialerd.campaign c on c.campaign_id = g.campaign_id group by 1) as by_scope;
  update dialerd.lead_state set number_index = 0 where lead_id = any (others);
  update dialerd.lead l
  set alternates = array(select number from unnest(l.alternates) with ordinality as a (number, i)
                         where number <> all (numbers) order by i)
  where l.lead_id = any (others);
  delete from dialerd.lead where lead_id = any (own);
  removed := removed || jsonb_build_object('lead', cardinality(own), 'alternate', cardinality(others),
                                           'numbers', cardinality(numbers));
  insert into dialerd.retention_log (action, done_by, reason, removed) values ('forget', done_by, reason, removed);
  return removed;
end $$;

-- --- old partitions

-- The monthly partitions that ended before a moment, the oldest first. keep: why one cannot go; null: it can.
create function dialerd.old_attempt_partitions(before timestamptz)
  returns table (partition text, begins timestamptz, ends timestamptz, keep text) language plpgsql
  set search_path = pg_catalog, pg_temp as $$
declare
  open boolean;
begin
  for partition in
    select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'dialerd.attempt'::regclass and c.relname ~ '^attempt_[0-9]{4}_[0-9]{2}$'
    order by c.relname
  loop
    begins := (to_date(substr(partition, 9), 'YYYY_MM'))::timestamp at time zone 'UTC';
    ends := ((to_date(substr(partition, 9), 'YYYY_MM'))::timestamp + interval '1 month') at time zone 'UTC';
    continue when ends > before;
    execute format('select exists (select from dialerd.%I where not dialerd.is_terminal(state))', partition) into open;
    keep := case
      when ends > now() - interval '366 days' then 'caps and lock-outs may reach back to it (366 days)'
      when open then 'it has attempts that are not settled'
      when exists (select from dialerd.rollup_hour where hour >= begins and hour < ends and stale and not sealed)
        then 'it is not counted yet: dialerd report brings that up to date' end;
    return next;
  end loop;
end $$;

-- Drops one of them. What reports counted of it stays. Claims wait for a moment.
create function dialerd.drop_attempt_partition(name text, done_by text) returns void language plpgsql
  set search_path = pg_catalog, pg_temp as $$
declare
  old record;
begin
  perform pg_advisory_xact_lock(7310578169546);  -- as refresh_rollups: nothing becomes stale meanwhile
  select * into old from dialerd.old_attempt_partitions(now() - interval '366 days') p where p.partition = name;
  if old.partition is null or old.keep is not null then
    raise exception 'the partition % stays: %', name, coalesce(old.keep, 'it is not one of the old ones')
      using errcode = 'object_in_use';
  end if;
  update dialerd.rollup_hour set sealed = true where hour >= old.begins and hour < old.ends;
  execute format('alter table dialerd.attempt detach partition dialerd.%I', name);
  execute format('drop table dialerd.%I', name);
  insert into dialerd.retention_log (action, done_by, reason, removed)
  values ('prune', done_by, 'partition', jsonb_build_object('partition', name));
end $$;

revoke execute on function dialerd.forget, dialerd.drop_attempt_partition from public;

-- As in 0002_rules: whoever dials must know whom not to. Whoever may only read suppressions need not.
do $$
declare
  grantee text;
begin
  for grantee in
    select g.grantee from information_schema.role_table_grants g
    where g.table_schema = 'dialerd' and g.table_name = 'campaign_control' and g.privilege_type = 'UPDATE'
      and g.grantee not in (current_user, 'PUBLIC')
  loop
    execute format('grant select on dialerd.forget_key, dialerd.campaign_undialled to %I', grantee);
    execute format('revoke insert, update, delete, truncate on dialerd.forget_key, dialerd.retention_log from %I', grantee);
  end loop;
end $$;

-- --- the role that dials

-- What a daemon and the commands of its role need, for a role that owns nothing: it reads and writes rows, deletes no lead and no
-- attempt, and changes nothing that is on record. Called by the schema's owner, after migrating (docs/database.md); once more
-- does no harm. Tables of later migrations are granted by them and by the default privileges that this sets.
create function dialerd.grant_daemon_role(role name) returns void language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  execute format('grant temporary on database %I to %I', current_database(), role);  -- imports go by way of a temporary table
  execute format('grant usage on schema dialerd to %I', role);
  execute format('grant select, insert, update on all tables in schema dialerd to %I', role);
  execute format('grant delete on dialerd.suppression, dialerd.suppression_list, dialerd.condition, dialerd.daemon, '
                 'dialerd.reload_request, dialerd.reload_answer to %I', role);
  execute format('revoke insert, update, delete, truncate on dialerd.schema_migration, dialerd.forget_key, dialerd.retention_log, '
                 'dialerd.campaign_change from %I', role);
  execute format('revoke update, delete, truncate on dialerd.campaign_revision, dialerd.daemon_revision, dialerd.clock_step '
                 'from %I', role);
  execute format('alter default privileges in schema dialerd grant select, insert, update on tables to %I', role);
end $$;

select dialerd.grant_reader_roles();
