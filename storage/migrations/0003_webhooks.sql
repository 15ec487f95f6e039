-- Webhooks: what the provider tells unasked, kept before it is answered. An event is answered once it is committed
-- here, and the account's owner then tells its engine of it, whichever daemon received it.
--
-- Rows are not needed once they are handled, but two things go with them: what was said word for word (bodies hold
-- phone numbers and transcripts), and the memory that an event was here already. So keep them for longer than a captured
-- webhook could be of any use, thirty days say, and then remove them by event_id, which grows with time.

create table dialerd.webhook_event (
  event_id    bigint generated always as identity primary key,
  account     text not null,
  digest      bytea not null,             -- SHA-256 of the body as it came: the same event again is the same row
  event       text not null,              -- 'call_started', 'call_ended', ...; '' when it does not say
  version     text not null,              -- of the envelope: 'v1', 'v2'
  call_id     text not null,
  attempt_id  uuid,                       -- from the call's metadata
  trusted     boolean not null,           -- its signature was verified, and the operator trusts such signatures
  received_at timestamptz not null default clock_timestamp(),
  body        text not null,
  handled_at  timestamptz,                -- when the owner's engine was told
  verdict     text,                       -- 'hint': the call is looked up. 'news': taken as the API's own word.
                                          -- 'unknown_call': nothing is known here of such an attempt or call.
  constraint webhook_event_digest_is_sha256 check (octet_length(digest) = 32),
  constraint webhook_event_handled_has_a_verdict check ((handled_at is null) = (verdict is null)),
  constraint webhook_event_once unique (account, digest)
) with (
  -- Each row is updated once, soon after it was inserted; its body is never touched again.
  fillfactor = 85,
  -- By number, not by share: the table grows with the months, and the partial index must stay small.
  autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000,
  autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 20000,
  autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 20000
);

-- What the owner has still to be told, asked once a second.
create index webhook_event_pending on dialerd.webhook_event (account, event_id) where handled_at is null;

-- Whoever may change other tables here (docs/operations.md, the daemon's role) may write this one. Not delete: nothing
-- that the daemon does removes an event.
do $$
declare
  grantee text;
begin
  for grantee in
    select g.grantee from information_schema.role_table_grants g
    where g.table_schema = 'dialerd' and g.table_name = 'campaign_control' and g.privilege_type = 'UPDATE'
      and g.grantee not in (current_user, 'PUBLIC')
  loop
    execute format('grant select, insert, update on dialerd.webhook_event to %I', grantee);
  end loop;
end $$;
