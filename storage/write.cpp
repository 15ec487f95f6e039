// What became of attempts, written in groups: first how POSTs were answered, then how attempts ended, then what is
// known of calls beside that.
#include <map>

#include "storage/call_detail.h"
#include "storage/column.h"
#include "storage/session.h"
#include "storage/transaction.h"
#include "storage/write_sql.h"

namespace dialerd::storage {
namespace {

using campaign::AttemptState;
using campaign::LeadState;
using campaign::Record;
using campaign::Settlement;

// What a person decided (storage/resolution.h) is carried out in the transaction that settles the attempt so.
const std::string applied_sql = R"sql(
update dialerd.resolution r
set applied_at = now()
from dialerd.attempt a
where a.attempt_id = any($2::uuid[]) and a.account = $1 and a.disposition = 'resolved_' || r.verdict
  and r.attempt_id = a.attempt_id and r.applied_at is null and r.overtaken_at is null
)sql";

// One record per attempt, in id order: an UPDATE takes one of several for the same row, and not a certain one. The
// accepted call beats the doubt about it.
std::vector<const Record*> furthest_records(const std::vector<Record>& records) {
  std::map<campaign::AttemptId, const Record*> furthest;
  for (const Record& record : records) {
    const auto [at, is_new] = furthest.try_emplace(record.attempt, &record);
    if (!is_new && record.state == AttemptState::in_progress) at->second = &record;
  }
  std::vector<const Record*> ordered;
  ordered.reserve(furthest.size());
  for (const auto& entry : furthest) ordered.push_back(entry.second);
  return ordered;
}

// One settlement per attempt, the first, as it would be with two batches; in lead order, in which every writer locks.
std::vector<const Settlement*> first_settlements(const std::vector<Settlement>& settlements) {
  std::map<std::pair<campaign::LeadId, campaign::AttemptId>, const Settlement*> first;
  for (const Settlement& settlement : settlements) {
    first.try_emplace(std::pair{settlement.lead, settlement.attempt}, &settlement);
  }
  std::vector<const Settlement*> ordered;
  ordered.reserve(first.size());
  for (const auto& entry : first) ordered.push_back(entry.second);
  return ordered;
}

void write_records(Transaction& transaction, const std::string& account, const std::vector<const Record*>& records) {
  Column attempt, state, call_id, from_number, http_status, detail, answered;
  for (const Record* record : records) {
    attempt.token(to_string(record->attempt));
    state.token(to_string(record->state));
    call_id.text(record->call_id);
    from_number.text(record->from_number);
    http_status.number_or_null(record->http_status);
    detail.text(record->detail);
    answered.time(record->answered);
  }
  transaction.exec(record_sql, account, attempt.array(), state.array(), call_id.array(), from_number.array(),
                   http_status.array(), detail.array(), answered.array());
}

void write_settlements(Transaction& transaction, const std::string& account,
                       const std::vector<const Settlement*>& settlements) {
  Column attempt, lead, state, disposition, call_status, call_id, from_number, http_status, detail, answered, started,
      ended, counted, lead_state, next, outcome, attempts, reason_counts, conversation, decision, callback,
      number_index;
  for (const Settlement* settlement : settlements) {
    const bool ready = settlement->lead_state == LeadState::ready;
    attempt.token(to_string(settlement->attempt));
    lead.number(static_cast<std::int64_t>(settlement->lead));
    state.token(to_string(settlement->state));
    disposition.text(settlement->disposition);
    call_status.text(settlement->call_status);
    call_id.text(settlement->call_id);
    from_number.text(settlement->from_number);
    http_status.number_or_null(settlement->http_status);
    detail.text(settlement->detail);
    answered.time(settlement->answered);
    started.time(settlement->call_started);
    ended.time(settlement->call_ended);
    counted.flag(settlement->counted);
    lead_state.token(to_string(settlement->lead_state));
    next.time(ready ? std::optional(settlement->next_at) : std::nullopt);
    outcome.text(settlement->outcome);
    attempts.number(settlement->lead_attempts);
    reason_counts.exact_text(settlement->reason_counts);
    conversation.flag(settlement->conversation);
    decision.text(settlement->decision);
    callback.flag(settlement->callback);
    number_index.number(ready ? std::optional<std::int64_t>(settlement->number_index) : std::nullopt);
  }
  transaction.exec(settle_sql, account, attempt.array(), lead.array(), state.array(), disposition.array(),
                   call_status.array(), call_id.array(), from_number.array(), http_status.array(), detail.array(),
                   answered.array(), started.array(), ended.array(), counted.array(), lead_state.array(), next.array(),
                   outcome.array(), attempts.array(), reason_counts.array(), conversation.array(), decision.array(),
                   callback.array(), number_index.array());
}

void mark_resolutions_applied(Transaction& transaction, const std::string& account,
                              const std::vector<const Settlement*>& settlements) {
  Column attempt;
  bool any = false;
  for (const Settlement* settlement : settlements) {
    if (!settlement->disposition.starts_with("resolved_")) continue;
    attempt.token(to_string(settlement->attempt));
    any = true;
  }
  if (any) transaction.exec(applied_sql, account, attempt.array());
}

}  // namespace

Result<void> Session::write(const WriteBatch& batch) {
  const std::vector<const Record*> records = furthest_records(batch.records);
  const std::vector<const Settlement*> settlements = first_settlements(batch.settlements);
  if (records.empty() && settlements.empty() && batch.details.empty() && batch.late_news.empty()) return {};
  return run("writing outcomes", [&](Transaction& transaction) -> Result<void> {
    if (transaction.exec(fence_sql, batch.owner.account, batch.owner.epoch).empty()) {
      return Error{ErrorKind::not_owner, "account " + batch.owner.account + " is no longer owned under epoch " +
                                             std::to_string(batch.owner.epoch)};
    }
    if (!records.empty()) write_records(transaction, batch.owner.account, records);
    if (!settlements.empty()) write_settlements(transaction, batch.owner.account, settlements);
    mark_resolutions_applied(transaction, batch.owner.account, settlements);
    write_details(transaction, batch.owner.account, batch.details);
    write_late_news(transaction, batch.owner.account, batch.late_news);
    return {};
  });
}

}  // namespace dialerd::storage
