#include "storage/resolution.h"

#include "storage/array_text.h"
#include "storage/transaction.h"

namespace dialerd::storage {
namespace {

using Kind = ResolveOutcome::Kind;

const std::string attempt_sql = R"sql(
select a.account, c.name, a.campaign_id, a.lead_id
from dialerd.attempt a join dialerd.campaign c on c.campaign_id = a.campaign_id
where a.attempt_id = $1
)sql";

// As every claim and write does it, and first: an acquire, and the history that is read after it, has this transaction
// before it or after it.
const std::string fence_sql = "select from dialerd.ownership where account = $1 for key share";

// Whoever settles an attempt changes its lead in the same transaction. So with the lead locked the attempt is not
// settled meanwhile, and a held lead is neither claimed nor put back.
const std::string lock_lead_sql = "select from dialerd.lead_state where lead_id = $1 for update";

// Read after the lock, hence in a new snapshot. `held`: for this attempt, its latest. `dialling`: by an owner that
// lives.
const std::string found_sql = R"sql(
select a.state, coalesce(a.disposition, ''), coalesce(s.state::text, ''), coalesce(o.lease_until > clock_timestamp(), false),
       a.state = 'dialing' and o.epoch = a.epoch and o.lease_until > clock_timestamp(),
       s.state = 'held' and s.outcome = 'abandoned' and not exists (
         select from dialerd.attempt b
         where b.person = c.region || l.to_number and b.lead_id = l.lead_id and b.attempt_id > a.attempt_id)
from dialerd.attempt a
left join dialerd.lead l on l.lead_id = a.lead_id
left join dialerd.campaign c on c.campaign_id = l.campaign_id
left join dialerd.lead_state s on s.lead_id = a.lead_id
left join dialerd.ownership o on o.account = a.account
where a.attempt_id = $1
)sql";

// What the provider said meanwhile goes before a decision that still waits.
const std::string overtake_sql = R"sql(
update dialerd.resolution r
set overtaken_at = now()
from dialerd.attempt a
where r.attempt_id = any($1::uuid[]) and r.applied_at is null and r.overtaken_at is null
  and a.attempt_id = r.attempt_id and a.state not in ('dialing', 'unknown')
)sql";

const std::string earlier_sql = R"sql(
select verdict = 'placed', reason, decided_by, dialerd.unix_ms(decided_at), applied_at is not null
from dialerd.resolution where attempt_id = $1 and overtaken_at is null
)sql";

const std::string insert_sql = R"sql(
insert into dialerd.resolution (attempt_id, account, campaign_id, lead_id, verdict, reason, decided_by, applied_at)
values ($1, $2, $3, $4, $5::dialerd.resolution_verdict, $6, $7, case when $8::boolean then now() end)
returning resolution_id
)sql";

// The call was placed: that was it for this lead.
const std::string lead_done_sql = R"sql(
update dialerd.lead_state
set state = 'done', outcome = 'resolved_placed', updated_at = now()
where lead_id = $1
returning state
)sql";

// No call was placed: the attempt does not count, although its terminal row says so.
const std::string lead_ready_sql = R"sql(
update dialerd.lead_state s
set state = 'ready', outcome = null, next_at = now(), updated_at = now(),
    attempts = greatest(s.attempts - case when a.counted then 1 else 0 end, 0)
from dialerd.attempt a
where s.lead_id = $1 and a.attempt_id = $2
returning s.state
)sql";

std::optional<EarlierResolution> earlier_of(Transaction& transaction, const std::string& attempt) {
  const pqxx::result rows = transaction.exec(earlier_sql, attempt);
  if (rows.empty()) return std::nullopt;
  const auto& row = rows[0];
  return EarlierResolution{flag_at(row, 0), text_at(row, 1), text_at(row, 2), time_at(row, 3), flag_at(row, 4)};
}

// What the states allow, earlier decisions aside.
template <typename Row>
Kind kind_of(const Row& found) {
  const std::string state = text_at(found, 0);
  if (state == "unknown") return Kind::recorded;
  if (state == "dialing") return !null_at(found, 4) && flag_at(found, 4) ? Kind::being_dialled : Kind::recorded;
  if (state == "in_progress") return Kind::in_progress;
  if (state != "abandoned") return Kind::settled;
  return !null_at(found, 5) && flag_at(found, 5) ? Kind::applied : Kind::lead_went_on;
}

}  // namespace

Result<ResolveOutcome> resolve(Session& session, const ResolveRequest& request) {
  ResolveOutcome outcome;
  const std::string attempt = to_string(request.attempt);
  Result<void> done = session.run("resolving an attempt", [&](Transaction& transaction) -> Result<void> {
    outcome = {};
    const pqxx::result known = transaction.exec(attempt_sql, attempt);
    if (known.empty()) return {};
    outcome.account = text_at(known[0], 0);
    outcome.campaign = text_at(known[0], 1);
    const auto campaign = number_at(known[0], 2);
    const auto lead = number_at(known[0], 3);
    outcome.lead = campaign::LeadId{lead};

    transaction.exec(fence_sql, outcome.account);
    transaction.exec(lock_lead_sql, lead);
    const pqxx::result rows = transaction.exec(found_sql, attempt);
    if (rows.empty()) return {};  // deleted meanwhile
    const auto& found = rows[0];
    outcome.attempt_state = text_at(found, 0);
    outcome.disposition = text_at(found, 1);
    outcome.lead_state = text_at(found, 2);
    outcome.owned = flag_at(found, 3);
    outcome.kind = kind_of(found);

    transaction.exec(overtake_sql, "{" + attempt + "}");
    outcome.earlier = earlier_of(transaction, attempt);
    if (outcome.earlier) outcome.kind = Kind::resolved_already;
    if (outcome.kind != Kind::recorded && outcome.kind != Kind::applied) return {};

    const bool apply = outcome.kind == Kind::applied;
    const std::string verdict = request.placed ? "placed" : "not_placed";
    outcome.resolution =
        number_at(transaction.exec(insert_sql, attempt, outcome.account, campaign, lead, verdict,
                                   storable_text(request.reason), storable_text(request.decided_by), apply)[0],
                  0);
    if (apply) {
      outcome.lead_state = text_at(
          (request.placed ? transaction.exec(lead_done_sql, lead) : transaction.exec(lead_ready_sql, lead, attempt))[0],
          0);
    }
    return {};
  });
  if (done.has_error()) return done.error();
  return outcome;
}

Result<ResolutionProgress> resolution_progress(Session& session, std::int64_t resolution) {
  using Progress = ResolutionProgress::Kind;
  ResolutionProgress progress;
  Result<void> done = session.run("looking after a resolution", [&](Transaction& transaction) -> Result<void> {
    progress = {};
    const pqxx::result rows = transaction.exec(
        "select r.applied_at is not null, r.overtaken_at is not null, coalesce(a.state::text, ''), "
        "  coalesce(a.disposition, ''), coalesce(o.lease_until > clock_timestamp(), false) "
        "from dialerd.resolution r left join dialerd.attempt a on a.attempt_id = r.attempt_id "
        "left join dialerd.ownership o on o.account = r.account where r.resolution_id = $1",
        resolution);
    if (rows.empty()) return Error{ErrorKind::refused, "there is no resolution " + std::to_string(resolution)};
    const auto& row = rows[0];
    progress.kind = flag_at(row, 0) ? Progress::applied : flag_at(row, 1) ? Progress::overtaken : Progress::pending;
    progress.attempt_state = text_at(row, 2);
    progress.disposition = text_at(row, 3);
    progress.owned = flag_at(row, 4);
    return {};
  });
  if (done.has_error()) return done.error();
  return progress;
}

Result<std::vector<PendingResolution>> pending_resolutions(Session& session, const std::vector<std::string>& accounts) {
  std::vector<PendingResolution> pending;
  if (accounts.empty()) return pending;
  ArrayText names;
  for (const std::string& account : accounts) names.add(account);
  Result<void> done = session.run("reading resolutions", [&](Transaction& transaction) -> Result<void> {
    pending.clear();
    ArrayText overtaken;
    bool any_overtaken = false;
    const pqxx::result rows = transaction.exec(
        "select r.account, r.attempt_id, r.verdict = 'placed', r.reason, r.decided_by, "
        "  coalesce(a.state not in ('dialing', 'unknown'), false) "
        "from dialerd.resolution r left join dialerd.attempt a on a.attempt_id = r.attempt_id "
        "where r.account = any($1::text[]) and r.applied_at is null and r.overtaken_at is null "
        "order by r.resolution_id",
        names.text());
    for (const auto& row : rows) {
      if (flag_at(row, 5)) {
        overtaken.add_token(text_at(row, 1));
        any_overtaken = true;
        continue;
      }
      pending.push_back({text_at(row, 0), campaign::parse_attempt_id(text_at(row, 1)).value(), flag_at(row, 2),
                         text_at(row, 3), text_at(row, 4)});
    }
    if (any_overtaken) transaction.exec(overtake_sql, overtaken.text());
    return {};
  });
  if (done.has_error()) return done.error();
  return pending;
}

}  // namespace dialerd::storage
