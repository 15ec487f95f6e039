// The claim: permits become leads, and each lead's attempt is on disk before anybody may be called.
#include "storage/array_text.h"
#include "storage/session.h"
#include "storage/transaction.h"

namespace dialerd::storage {
namespace {

// One statement, so one snapshot and one round trip.
// - `owner` and `control` lock what they read: an acquire or a pause waits for this transaction, or this one for
//   theirs and then sees it (READ COMMITTED reads a locked row anew).
// - `due` walks lead_state_due in its own order; the two `exists` are evaluated once, before the walk.
// - Leads that another transaction has locked are passed over, so a claim waits for no lead.
// - The first due lead gets the first attempt id, and so on: the first id is used whenever any is.
// $1 account, $2 epoch, $3 campaign, $4 how many, $5 attempt ids, $6 the fields to bring
const std::string claim_sql = R"sql(
with owner as materialized (
  select o.account from dialerd.ownership o
  where o.account = $1 and o.epoch = $2 and o.lease_until > clock_timestamp()
    and exists (select from dialerd.campaign c where c.campaign_id = $3 and c.account = o.account)
  for key share of o
), control as materialized (
  select paused from dialerd.campaign_control where campaign_id = $3 for share
), due as materialized (
  select lead_id, next_at
  from dialerd.lead_state
  where campaign_id = $3 and state = 'ready' and next_at <= now()
    and exists (select from owner) and not exists (select from control where paused)
  order by next_at, lead_id
  limit $4
  for update skip locked
), picked as materialized (
  select d.n, d.lead_id, ($5::uuid[])[d.n] as attempt_id, l.to_number, l.fields
  from (select lead_id, row_number() over (order by next_at, lead_id)::int as n from due) d
  join dialerd.lead l on l.lead_id = d.lead_id
), activated as (
  update dialerd.lead_state s
  set state = 'active', attempt_id = p.attempt_id, updated_at = now()
  from picked p
  where s.lead_id = p.lead_id
  returning p.n, p.lead_id, p.attempt_id, p.to_number, p.fields, s.attempts, s.reason_counts
), intended as (
  insert into dialerd.attempt (attempt_id, account, campaign_id, lead_id, epoch)
  select attempt_id, $1, $3, lead_id, $2 from activated order by n
)
select exists (select from owner), exists (select from control where paused),
       floor(extract(epoch from clock_timestamp()) * 1000)::bigint,
       a.lead_id, a.attempt_id, a.to_number, a.attempts, a.reason_counts,
       array(select a.fields ->> f.name from unnest($6::text[]) with ordinality as f (name, n) order by f.n)
from (values (1)) as always left join activated a on true
order by a.n
)sql";

// In milliseconds. Leads that were passed over because somebody else had them locked are due: zero.
const std::string next_due_sql = R"sql(
select case when next_at <= now() then 0
            when next_at > now() + interval '1 day' then 86400000
            else ceil(extract(epoch from next_at - now()) * 1000) end::bigint
from dialerd.lead_state
where campaign_id = $1 and state = 'ready'
order by next_at
limit 1
)sql";

// Waits for the in-doubt claim, which holds this row FOR KEY SHARE until it has ended.
const std::string wait_for_claims_sql = R"sql(
select floor(extract(epoch from clock_timestamp()) * 1000)::bigint
from dialerd.ownership where account = $1 and epoch = $2 for update
)sql";

// $1 attempt ids, $2 the fields, $3 epoch. Columns as in claim_sql, from the lead on.
const std::string read_back_sql = R"sql(
select l.lead_id, a.attempt_id, l.to_number, s.attempts, s.reason_counts,
       array(select l.fields ->> f.name from unnest($2::text[]) with ordinality as f (name, n) order by f.n)
from unnest($1::uuid[]) with ordinality as r (attempt_id, n)
join dialerd.attempt a on a.attempt_id = r.attempt_id
join dialerd.lead_state s on s.lead_id = a.lead_id and s.attempt_id = a.attempt_id
join dialerd.lead l on l.lead_id = a.lead_id
where a.state = 'dialing' and a.epoch = $3
order by r.n
)sql";

std::string ids_text(const std::vector<campaign::AttemptId>& ids) {
  ArrayText text;
  for (const campaign::AttemptId& id : ids) text.add_token(to_string(id));
  return text.text();
}

std::string fields_text(const std::vector<std::string>& names) {
  ArrayText text;
  for (const std::string& name : names) text.add(name);
  return text.text();
}

template <typename Row>
campaign::ClaimedLead lead_at(const Row& row, int first_column) {
  campaign::ClaimedLead lead;
  lead.lead = campaign::LeadId{number_at(row, first_column)};
  lead.attempt = campaign::parse_attempt_id(text_at(row, first_column + 1)).value();
  lead.to_number = text_at(row, first_column + 2);
  lead.attempts = number_at<int>(row, first_column + 3);
  lead.reason_counts = text_at(row, first_column + 4);
  lead.field_values = parse_array_text(text_at(row, first_column + 5));
  return lead;
}

Error not_owner(const Ownership& owner) {
  return {ErrorKind::not_owner, "account " + owner.account + " is not owned under epoch " +
                                    std::to_string(owner.epoch) + ", or the campaign belongs to another account"};
}

bool attempts_exist_already(const Error& error) {
  return error.kind == ErrorKind::refused && error.sqlstate == "23505";  // unique_violation: the attempt's primary key
}

}  // namespace

Result<ClaimResult> Session::claim(const ClaimRequest& request) {
  ClaimResult result;
  const auto asked = static_cast<std::int64_t>(request.attempts.size());
  Result<void> done = run(
      "claiming leads",
      [&](Transaction& transaction) -> Result<void> {
        result = {};
        const pqxx::result rows = transaction.exec(claim_sql, request.owner.account, request.owner.epoch,
                                                   static_cast<std::int64_t>(request.campaign), asked,
                                                   ids_text(request.attempts), fields_text(request.lead_fields));
        const auto& head = rows[0];
        if (!flag_at(head, 0)) return not_owner(request.owner);
        result.paused = flag_at(head, 1);
        result.database_time = time_at(head, 2);
        if (!null_at(head, 3)) {
          for (const auto& row : rows) result.leads.push_back(lead_at(row, 3));
        }
        if (!result.paused && result.leads.size() < request.attempts.size()) {
          const pqxx::result next = transaction.exec(next_due_sql, static_cast<std::int64_t>(request.campaign));
          if (!next.empty()) result.next_due = std::chrono::milliseconds{number_at(next[0], 0)};
        }
        return {};
      },
      Repeat::harmful);
  if (!done.has_error()) return result;
  if (attempts_exist_already(done.error())) return read_back(request);
  if (done.error().kind != ErrorKind::in_doubt) return done.error();

  Result<ClaimResult> found = read_back(request);
  if (found.has_error() && found.error().kind == ErrorKind::unavailable) {
    return Error{ErrorKind::in_doubt, done.error().message + "; " + found.error().message};
  }
  return found;
}

Result<ClaimResult> Session::read_back(const ClaimRequest& request) {
  ClaimResult result;
  Result<void> done = run("reading a claim back", [&](Transaction& transaction) -> Result<void> {
    result = {};
    // Two statements: the second one's snapshot is taken after the wait.
    const pqxx::result held = transaction.exec(wait_for_claims_sql, request.owner.account, request.owner.epoch);
    if (held.empty()) return not_owner(request.owner);
    result.database_time = time_at(held[0], 0);
    const pqxx::result rows = transaction.exec(read_back_sql, ids_text(request.attempts),
                                               fields_text(request.lead_fields), request.owner.epoch);
    for (const auto& row : rows) result.leads.push_back(lead_at(row, 0));
    if (result.leads.size() < request.attempts.size()) result.next_due = std::chrono::milliseconds{0};
    return {};
  });
  if (done.has_error()) return done.error();
  return result;
}

}  // namespace dialerd::storage
