-- Outcomes: what becomes known of a call after its end, and what people decide about a call that is in doubt.
--
-- No foreign key leads from here to dialerd.attempt: it would keep a partition of old attempts from being dropped. What is
-- here goes by its own delete, and its age is in its key: attempt_id < dialerd.uuid7_floor(now() - interval '400 days').

-- What the provider computes some time after a call's end: one row a call at most, and none for most calls that never
-- connected. It has what was said in words: keep it no longer than you may.
create table dialerd.call_detail (
  attempt_id    uuid primary key,
  account       text not null,
  campaign_id   bigint not null,
  total_cost    numeric,               -- KRW
  summary       text,
  sentiment     text,
  analysis      jsonb,                 -- the agent's custom analysis; a JSON string where the provider sent no JSON
  recording_url text,
  first_seen    timestamptz not null default now(),
  updated_at    timestamptz not null default now()
);

-- What the provider said of a call after it was settled, where that is something else. For audit: nothing reads it. The
-- same thing said again is no row, so a call has as many rows as there are answers about it.
create table dialerd.late_news (
  attempt_id      uuid not null,
  call_id         text not null,
  call_status     text not null,
  disposition     text not null,
  call_started_at timestamptz,
  call_ended_at   timestamptz,
  seen_at         timestamptz not null,  -- first
  primary key (attempt_id, call_id, call_status, disposition)
);

create type dialerd.resolution_verdict as enum ('placed', 'not_placed');

-- What a person decided about an attempt whose outcome the provider did not tell (`dialerd resolve`). It waits for the
-- account's owner to carry it out, unless it found nothing left but a held lead.
create table dialerd.resolution (
  resolution_id bigint generated always as identity primary key,
  attempt_id    uuid not null,
  account       text not null,
  campaign_id   bigint not null,
  lead_id       bigint not null,
  verdict       dialerd.resolution_verdict not null,
  reason        text not null,
  decided_by    text not null,
  decided_at    timestamptz not null default now(),
  applied_at    timestamptz,             -- it is what became of the attempt
  overtaken_at  timestamptz,             -- the provider's own word came first; it changed nothing
  constraint resolution_reason_is_given check (reason ~ '\S'),
  constraint resolution_ends_once check (applied_at is null or overtaken_at is null)
);
create unique index resolution_once on dialerd.resolution (attempt_id) where overtaken_at is null;
create index resolution_pending on dialerd.resolution (account) where applied_at is null and overtaken_at is null;
create index resolution_lead on dialerd.resolution (lead_id);

-- Text that should be JSON. What cannot be stored as such (\u0000, half a surrogate pair, no JSON at all) is kept as a
-- string: one odd answer must not make the rest of a batch unwritable.
create function dialerd.jsonb_or_string(value text) returns jsonb language plpgsql immutable strict as $$
begin
  return value::jsonb;
exception when others then
  return to_jsonb(value);
end $$;

-- Text that should be an amount; null when it is none.
create function dialerd.amount_or_null(value text) returns numeric language sql immutable strict parallel safe as $$
  select case when value ~ '^\s*[+-]?[0-9]{1,20}(\.[0-9]{1,20})?\s*$' then value::numeric end
$$;

create or replace view dialerd.decision_log as
select l.lead_id, l.campaign_id, coalesce(a.settled_at, a.claimed_at) as at, a.attempt_id,
       coalesce(a.decision, a.state::text) as code, coalesce(a.disposition, '') as detail, null::timestamptz as until
from dialerd.lead l
join dialerd.campaign c on c.campaign_id = l.campaign_id
join dialerd.attempt a on a.person = c.region || l.to_number and a.lead_id = l.lead_id
union all
select lead_id, campaign_id, at, null, code, detail, until from dialerd.gate_decision
union all
select lead_id, campaign_id, decided_at, attempt_id, 'resolved_' || verdict,
       'by ' || decided_by || ': ' || reason
       || case when overtaken_at is not null then ' (the provider''s own word came first)'
               when applied_at is null then ' (not carried out yet)' else '' end, null
from dialerd.resolution;

-- As in 0002_rules: whoever dials may write these. Nothing but a clean-up deletes from them, and that is the owner's.
do $$
declare
  grantee text;
begin
  for grantee in
    select g.grantee from information_schema.role_table_grants g
    where g.table_schema = 'dialerd' and g.table_name = 'campaign_control' and g.privilege_type = 'UPDATE'
      and g.grantee not in (current_user, 'PUBLIC')
  loop
    execute format('grant select, insert, update on dialerd.call_detail, dialerd.late_news, dialerd.resolution to %I', grantee);
  end loop;
end $$;
