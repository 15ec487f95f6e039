#include "storage/call_detail.h"

#include <map>

#include "storage/column.h"

namespace dialerd::storage {
namespace {

using campaign::CallDetails;
using campaign::DetailRecord;
using campaign::LateNews;

// Rows of `attempt` are found by primary key, one by one; see write.cpp. Of a person who was forgotten (0009_retention)
// no words come back, only what the call cost.
const std::string detail_sql = R"sql(
insert into dialerd.call_detail as d
  (attempt_id, account, campaign_id, total_cost, summary, sentiment, analysis, recording_url)
select r.attempt_id, a.account, a.campaign_id, dialerd.amount_or_null(r.total_cost),
       case when a.person is not null then r.summary end, case when a.person is not null then r.sentiment end,
       case when a.person is not null then dialerd.jsonb_or_string(r.analysis) end,
       case when a.person is not null then r.recording_url end
from unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[])
  as r (attempt_id, total_cost, summary, sentiment, analysis, recording_url)
join dialerd.attempt a on a.attempt_id = r.attempt_id and a.account = $1
on conflict (attempt_id) do update
set total_cost = coalesce(excluded.total_cost, d.total_cost),
    summary = coalesce(excluded.summary, d.summary),
    sentiment = coalesce(excluded.sentiment, d.sentiment),
    analysis = coalesce(excluded.analysis, d.analysis),
    recording_url = coalesce(excluded.recording_url, d.recording_url),
    updated_at = now()
where (coalesce(excluded.total_cost, d.total_cost), coalesce(excluded.summary, d.summary),
       coalesce(excluded.sentiment, d.sentiment), coalesce(excluded.analysis, d.analysis),
       coalesce(excluded.recording_url, d.recording_url))
  is distinct from (d.total_cost, d.summary, d.sentiment, d.analysis, d.recording_url)
)sql";

const std::string late_news_sql = R"sql(
insert into dialerd.late_news (attempt_id, call_id, call_status, disposition, call_started_at, call_ended_at, seen_at)
select r.attempt_id, r.call_id, r.call_status, r.disposition,
       timestamptz 'epoch' + r.started_ms * interval '1 millisecond',
       timestamptz 'epoch' + r.ended_ms * interval '1 millisecond',
       timestamptz 'epoch' + r.seen_ms * interval '1 millisecond'
from unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::bigint[], $8::bigint[])
  as r (attempt_id, call_id, call_status, disposition, started_ms, ended_ms, seen_ms)
join dialerd.attempt a on a.attempt_id = r.attempt_id and a.account = $1
on conflict do nothing
)sql";

// Attempts are found by when they were claimed.
const std::string without_details_sql = R"sql(
select a.attempt_id, a.call_id, coalesce(a.call_status, ''), coalesce(a.disposition, ''),
       dialerd.unix_ms(a.settled_at)
from dialerd.attempt a
where a.account = $1 and a.attempt_id >= dialerd.uuid7_floor(now() - $2::interval - interval '3 hours')
  and a.state = 'ended' and a.settled_at > now() - $2::interval
  and a.call_started_at is not null and a.call_id is not null and a.person is not null
  and not exists (select from dialerd.call_detail d
                  where d.attempt_id = a.attempt_id and d.total_cost is not null
                    and (d.summary is not null or d.analysis is not null))
order by a.attempt_id
)sql";

// One row an attempt, with the last word on each thing: an upsert may meet a row only once.
std::map<campaign::AttemptId, CallDetails> merged(const std::vector<DetailRecord>& details) {
  std::map<campaign::AttemptId, CallDetails> rows;
  for (const DetailRecord& one : details) {
    CallDetails& row = rows[one.attempt];
    for (const auto member : {&CallDetails::total_cost, &CallDetails::summary, &CallDetails::sentiment,
                              &CallDetails::analysis, &CallDetails::recording_url}) {
      if (!(one.details.*member).empty()) row.*member = one.details.*member;
    }
  }
  return rows;
}

}  // namespace

void write_details(Transaction& transaction, const std::string& account, const std::vector<DetailRecord>& details) {
  if (details.empty()) return;
  Column attempt, total_cost, summary, sentiment, analysis, recording_url;
  for (const auto& [id, row] : merged(details)) {
    attempt.token(to_string(id));
    total_cost.text(row.total_cost);
    summary.text(row.summary);
    sentiment.text(row.sentiment);
    analysis.text(row.analysis);
    recording_url.text(row.recording_url);
  }
  transaction.exec(detail_sql, account, attempt.array(), total_cost.array(), summary.array(), sentiment.array(),
                   analysis.array(), recording_url.array());
}

void write_late_news(Transaction& transaction, const std::string& account, const std::vector<LateNews>& late_news) {
  if (late_news.empty()) return;
  Column attempt, call_id, call_status, disposition, started, ended, seen;
  for (const LateNews& news : late_news) {
    attempt.token(to_string(news.attempt));
    call_id.exact_text(news.call_id);
    call_status.exact_text(news.call_status);
    disposition.exact_text(news.disposition);
    started.time(news.call_started);
    ended.time(news.call_ended);
    seen.time(news.seen);
  }
  transaction.exec(late_news_sql, account, attempt.array(), call_id.array(), call_status.array(), disposition.array(),
                   started.array(), ended.array(), seen.array());
}

std::vector<campaign::EndedCall> calls_without_details(Transaction& transaction, const std::string& account,
                                                       std::chrono::seconds details_for) {
  std::vector<campaign::EndedCall> calls;
  if (details_for <= std::chrono::seconds::zero()) return calls;
  for (const auto& row : transaction.exec(without_details_sql, account, std::to_string(details_for.count()) + " s")) {
    calls.push_back({campaign::parse_attempt_id(text_at(row, 0)).value(), text_at(row, 1), text_at(row, 2),
                     text_at(row, 3), time_at(row, 4)});
  }
  return calls;
}

}  // namespace dialerd::storage
