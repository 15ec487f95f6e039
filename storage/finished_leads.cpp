#include "storage/finished_leads.h"

#include "storage/transaction.h"

namespace dialerd::storage {
namespace {

constexpr int page_size = 2000;

// A page walks the unique index of (campaign_id, to_number); a lead's attempts are found by its person.
// $1 campaign, $2 the last page's last number, $3 since, $4 full numbers, $5 how many
// The first column is where the next page begins.
const std::string page_sql = R"sql(
with campaign as materialized (
  select campaign_id, region, coalesce(timezone, 'Asia/Seoul') as timezone,
         coalesce($3::date::timestamp at time zone coalesce(timezone, 'Asia/Seoul'), '-infinity') as since
  from dialerd.campaign where campaign_id = $1
), page as materialized (
  select lead_id, campaign_id, to_number, alternates, timezone, fields
  from dialerd.lead where campaign_id = $1 and to_number > $2 order by campaign_id, to_number limit $5
), finished as (
  select p.to_number as place, s.lead_id, s.outcome, s.attempts as attempts, s.updated_at, p.to_number, p.alternates, p.fields,
         dialerd.first_timezone(p.timezone, c.timezone) as timezone, a.*
  from page p
  cross join campaign c
  join dialerd.lead_state s on s.lead_id = p.lead_id and s.state = 'done' and s.updated_at >= c.since
  cross join lateral (
    select max(t.claimed_at) filter (where t.state in ('ended', 'abandoned')) as last_call_at,
           (array_agg(t.disposition order by t.attempt_id desc))[1] as last_disposition,
           coalesce(bool_or(t.conversation), false) as conversation,
           coalesce(string_agg(t.call_id, ' ' order by t.attempt_id), '') as call_ids
    from dialerd.attempt t where t.person = c.region || p.to_number and t.lead_id = p.lead_id
  ) as a
), row as (
  select f.place, f.lead_id, case when $4 then f.to_number else dialerd.masked_number(f.to_number) end as number, f.outcome, f.attempts,
         f.last_disposition, f.conversation, dialerd.local_time(f.last_call_at, f.timezone) as last_call_at,
         dialerd.local_time(f.updated_at, f.timezone) as finished_at, f.timezone, f.call_ids,
         case when $4 then f.fields else (
           select coalesce(jsonb_object_agg(v.key, case when exists (
                    select from unnest(f.to_number || f.alternates) as n (number)
                    where strpos(regexp_replace(v.value::text, '[^0-9]', '', 'g'), ltrim(n.number, '0')) > 0)
                  then to_jsonb('****'::text) else v.value end), '{}')
           from jsonb_each(f.fields) as v) end as variables
  from finished f
)
select (select max(to_number) from page) as next, )sql";

const std::string as_json_sql =
    "(select row_to_json(j) from (select r.lead_id, r.number, r.outcome, r.attempts, r.last_disposition, "
    "r.conversation, "
    "r.last_call_at, r.finished_at, r.timezone, r.call_ids, r.variables) as j)";
const std::string as_columns_sql =
    "r.lead_id, r.number, r.outcome, r.attempts, r.last_disposition, case when r.conversation then 'true' else 'false' "
    "end, "
    "r.last_call_at, r.finished_at, r.timezone, r.call_ids, r.variables";
const std::string in_order_sql =
    ", r.place is null as nobody from (values (1)) as always left join row r on true order by r.place";

}  // namespace

const std::vector<std::string>& finished_lead_columns() {
  static const std::vector<std::string> columns = {"lead_id",          "number",       "outcome",      "attempts",
                                                   "last_disposition", "conversation", "last_call_at", "finished_at",
                                                   "timezone",         "call_ids",     "variables"};
  return columns;
}

Result<void> read_finished_leads(Session& session, campaign::CampaignId campaign, const ExportFilter& filter, bool json,
                                 const std::function<bool(const std::vector<std::vector<std::string>>& page)>& take) {
  const std::string sql = page_sql + (json ? as_json_sql : as_columns_sql) + in_order_sql;
  const int fields = json ? 1 : static_cast<int>(finished_lead_columns().size());
  std::string place;
  for (;;) {
    std::vector<std::vector<std::string>> page;
    std::optional<std::string> next;
    Result<void> done = session.run("exporting leads", [&](Transaction& transaction) -> Result<void> {
      page.clear();
      // A page's few rows are sorted.
      transaction.exec("set local enable_sort = on; set local statement_timeout = '5min'");
      const pqxx::result rows = transaction.exec(sql, static_cast<std::int64_t>(campaign), place, filter.since,
                                                 filter.full_numbers, page_size);
      next = null_at(rows[0], 0) ? std::nullopt : std::optional(text_at(rows[0], 0));
      for (const auto& row : rows) {
        if (flag_at(row, fields + 1)) continue;
        std::vector<std::string>& cells = page.emplace_back();
        for (int i = 1; i <= fields; ++i) cells.push_back(text_at(row, i));
      }
      return {};
    });
    if (done.has_error()) return done;
    if (!page.empty() && !take(page)) return {};
    if (!next) return {};
    place = *next;
  }
}

}  // namespace dialerd::storage
