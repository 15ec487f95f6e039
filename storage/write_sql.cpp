#include "storage/write_sql.h"

namespace dialerd::storage {

// Holds the owner for the whole transaction: an acquire waits for it.
const std::string fence_sql = R"sql(
select from dialerd.ownership where account = $1 and epoch = $2 for key share
)sql";

// Both statements find their rows by primary key, one by one. No bounds on attempt_id, tempting as they are: the
// planner thinks that a narrow range of ids holds one row, reads it for each row of the batch, and takes time by the
// square.
const std::string record_sql = R"sql(
update dialerd.attempt a
set state = r.state,
    call_id = coalesce(r.call_id, a.call_id),
    from_number = coalesce(r.from_number, a.from_number),
    http_status = coalesce(r.http_status, a.http_status),
    detail = coalesce(r.detail, a.detail),
    answered_at = coalesce(a.answered_at, timestamptz 'epoch' + r.answered_ms * interval '1 millisecond')
from unnest($2::uuid[], $3::dialerd.attempt_state[], $4::text[], $5::text[], $6::smallint[], $7::text[], $8::bigint[])
  as r (attempt_id, state, call_id, from_number, http_status, detail, answered_ms)
where a.attempt_id = r.attempt_id and a.account = $1 and a.state in ('dialing', 'unknown')
)sql";

// The lead moves only if this attempt is the one that it is active for: what a late writer says of an earlier attempt
// is nobody's business any more. A callback that an operator has promised since the claim (migration 0002,
// lead_state_of_changed_lead) goes before the engine's own time.
const std::string settle_sql = R"sql(
with s as materialized (
  select *
  from unnest($2::uuid[], $3::bigint[], $4::dialerd.attempt_state[], $5::text[], $6::text[], $7::text[], $8::text[],
              $9::smallint[], $10::text[], $11::bigint[], $12::bigint[], $13::bigint[], $14::boolean[],
              $15::dialerd.lead_status[], $16::bigint[], $17::text[], $18::smallint[], $19::text[], $20::boolean[],
              $21::text[], $22::boolean[], $23::smallint[])
    as t (attempt_id, lead_id, state, disposition, call_status, call_id, from_number, http_status, detail, answered_ms,
          call_started_ms, call_ended_ms, counted, lead_state, next_ms, outcome, attempts, reason_counts, conversation,
          decision, callback, number_index)
), settled as (
  update dialerd.attempt a
  set state = s.state,
      disposition = s.disposition,
      call_status = s.call_status,
      call_id = coalesce(s.call_id, a.call_id),
      from_number = coalesce(s.from_number, a.from_number),
      http_status = coalesce(s.http_status, a.http_status),
      detail = coalesce(s.detail, a.detail),
      answered_at = coalesce(a.answered_at, timestamptz 'epoch' + s.answered_ms * interval '1 millisecond'),
      call_started_at = timestamptz 'epoch' + s.call_started_ms * interval '1 millisecond',
      call_ended_at = timestamptz 'epoch' + s.call_ended_ms * interval '1 millisecond',
      counted = s.counted,
      conversation = s.conversation,
      decision = s.decision,
      settled_at = now()
  from s
  where a.attempt_id = s.attempt_id and a.account = $1 and a.state in ('dialing', 'in_progress', 'unknown')
)
update dialerd.lead_state l
-- A callback that somebody promised during the call: the policy's "done" does not know of it.
set state = case when l.callback and l.next_at > l.updated_at and s.state = 'ended' and s.decision = 'done'
                 then 'ready' else s.lead_state end,
    outcome = case when l.callback and l.next_at > l.updated_at and s.state = 'ended' and s.decision = 'done'
                   then null else s.outcome end,
    callback = (s.lead_state = 'ready' or (s.state = 'ended' and s.decision = 'done'))
               and ((s.callback and s.lead_state = 'ready') or (l.callback and l.next_at > l.updated_at)),
    next_at = case when l.callback and l.next_at > l.updated_at then l.next_at
                   else coalesce(timestamptz 'epoch' + s.next_ms * interval '1 millisecond', l.next_at) end,
    number_index = coalesce(s.number_index, l.number_index),
    attempt_id = null,
    attempts = s.attempts,
    reason_counts = s.reason_counts,
    updated_at = now()
from s
where l.lead_id = s.lead_id and l.attempt_id = s.attempt_id
)sql";

}  // namespace dialerd::storage
