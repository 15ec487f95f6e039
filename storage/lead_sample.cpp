#include "storage/lead_sample.h"

#include "storage/array_text.h"
#include "storage/contact_sql.h"
#include "storage/lead_facts.h"
#include "storage/transaction.h"

namespace dialerd::storage {
namespace {

// A page of the claim's index, from where the last one ended. The account is read once a page, as a value.
// $1 campaign, $2 to $5 the last lead's clock, callback, next_at (as text, exact) and id, $6 how many, $7 the fields a
// call needs
std::string page_sql() {
  return R"sql(
with campaign as materialized (select account, region from dialerd.campaign where campaign_id = $1),
page as materialized (
  select lead_id, clock, callback, next_at, number_index, attempts, reason_counts
  from dialerd.lead_state
  where campaign_id = $1 and state = 'ready'
    and (clock, callback, next_at, lead_id) > ($2, $3::boolean, $4::timestamptz, $5::bigint)
  order by clock, callback, next_at, lead_id
  limit $6
)
select p.lead_id, dialerd.unix_ms(p.next_at), p.next_at::text,
       exists (select )sql" +
         suppressed_by_sql({"(c.region || l.to_number)",
                            "(c.region || dialerd.number_at(l.to_number, l.alternates, p.number_index))"},
                           "c.account", "$1") +
         "), " + facts_sql("l", "p") + R"sql(,
       coalesce((select f.name from unnest($7::text[]) with ordinality as f (name, n)
                 where l.fields ->> f.name is null order by f.n limit 1), '')
from page p
join dialerd.lead l on l.lead_id = p.lead_id
cross join campaign c
order by p.clock, p.callback, p.next_at, p.lead_id
)sql";
}

struct Place {
  std::string clock;
  bool callback = false;
  std::string next_at = "-infinity";
  std::int64_t lead = -1;
};

const std::string for_large_reads =
    "set local enable_seqscan = on; set local enable_hashjoin = on; set local enable_sort = on; "
    "set local statement_timeout = '5min'";

}  // namespace

Result<void> read_ready_leads(Session& session, campaign::CampaignId campaign, std::size_t page_size,
                              const std::function<void(const std::vector<ReadyLead>& page)>& take,
                              const std::vector<std::string>& lead_fields) {
  const std::string sql = page_sql();
  ArrayText fields;
  for (const std::string& name : lead_fields) fields.add(name);
  Place place;
  for (;;) {
    std::vector<ReadyLead> page;
    Place next = place;
    Result<void> done = session.run("reading ready leads", [&](Transaction& transaction) -> Result<void> {
      page.clear();
      const pqxx::result rows =
          transaction.exec(sql, static_cast<std::int64_t>(campaign), place.clock, place.callback, place.next_at,
                           place.lead, static_cast<std::int64_t>(page_size), fields.text());
      page.reserve(static_cast<std::size_t>(rows.size()));
      for (const auto& row : rows) {
        page.push_back({campaign::LeadId{number_at(row, 0)}, time_at(row, 1), facts_at(row, 4), flag_at(row, 3),
                        text_at(row, 4 + fact_columns)});
      }
      if (!page.empty()) {
        const ReadyLead& last = page.back();
        next = {last.facts.clock, last.facts.callback, text_at(rows[rows.size() - 1], 2),
                static_cast<std::int64_t>(last.lead)};
      }
      return {};
    });
    if (done.has_error()) return done;
    if (page.empty()) return {};
    place = next;
    take(page);
  }
}

Result<LeadCounts> count_leads(Session& session, campaign::CampaignId campaign) {
  LeadCounts counts;
  Result<void> done = session.run("counting leads", [&](Transaction& transaction) -> Result<void> {
    counts = {};
    transaction.exec(for_large_reads);
    const pqxx::result rows = transaction.exec(
        "select state, coalesce(outcome, ''), count(*) from dialerd.lead_state where campaign_id = $1 "
        "group by state, outcome order by count(*) desc, outcome",
        static_cast<std::int64_t>(campaign));
    for (const auto& row : rows) {
      const std::string state = text_at(row, 0);
      const std::int64_t leads = number_at(row, 2);
      if (state == "ready") {
        counts.ready += leads;
      } else if (state == "active") {
        counts.active += leads;
      } else {
        counts.finished.push_back(
            {state == "done" ? campaign::LeadState::done : campaign::LeadState::held, text_at(row, 1), leads});
      }
    }
    return {};
  });
  if (done.has_error()) return done.error();
  return counts;
}

Result<std::vector<DispositionStatistic>> disposition_statistics(Session& session,
                                                                 std::optional<campaign::CampaignId> campaign) {
  static const std::string sql = R"sql(
select coalesce(disposition, ''), count(*),
       coalesce(avg(extract(epoch from call_ended_at - call_started_at)), 0)::float8,
       coalesce(avg(extract(epoch from greatest(coalesce(call_ended_at, settled_at) - coalesce(answered_at, claimed_at),
                                                interval '0'))), 0)::float8
from dialerd.attempt
where attempt_id >= dialerd.uuid7_floor(now() - interval '90 days') and state = 'ended' and counted
  and ($1::bigint is null or campaign_id = $1)
group by 1
order by 2 desc, 1
)sql";
  const auto id = campaign ? std::optional(static_cast<std::int64_t>(*campaign)) : std::nullopt;
  std::vector<DispositionStatistic> statistics;
  Result<void> done = session.run("reading call statistics", [&](Transaction& transaction) -> Result<void> {
    statistics.clear();
    transaction.exec(for_large_reads);
    for (const auto& row : transaction.exec(sql, id)) {
      statistics.push_back({text_at(row, 0), number_at(row, 1), number_at<double>(row, 2), number_at<double>(row, 3)});
    }
    return {};
  });
  if (done.has_error()) return done.error();
  return statistics;
}

}  // namespace dialerd::storage
