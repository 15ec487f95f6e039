#include "storage/report_views.h"

#include <algorithm>
#include <array>
#include <functional>

#include "storage/report_table.h"
#include "storage/rollups.h"
#include "storage/transaction.h"

namespace dialerd::storage {
namespace {

constexpr std::array<ReportView, 10> all_views = {{
    {"progress", "report_progress", "how far each campaign is", false, "campaign"},
    {"dispositions", "report_dispositions", "what attempts came to", true,
     "campaign, attempts desc, disposition, state"},
    {"retry-funnel", "report_retry_funnel", "what each further attempt brought", false, "campaign, attempt_number"},
    {"contact-hours", "report_contact_hours", "when people are reached, by their local weekday and hour", true,
     "campaign, weekday, local_hour"},
    {"caller-numbers", "report_caller_numbers", "how much each caller number is used, and how often it is answered",
     false, "account, campaign, caller_number, attempts_7d desc"},
    {"limits", "report_limits", "how much of the limits is used, what was refused, what was learned", false,
     "account, scope, campaign, caller_number"},
    {"cost", "report_cost", "what calls cost, by what they came to", true, "campaign, cost_krw desc, disposition"},
    {"daily", "report_daily", "a line for each campaign and day", true, "campaign, day"},
    {"unknowns", "report_unknowns", "calls in doubt, and what to do", false, "campaign, claimed_at"},
    {"held", "report_held", "held leads by reason, and what to do", false, "campaign, leads desc, reason"},
}};

// What session_options (connection_string.cpp) switches off for batches.
const std::string settings_for_large_reads =
    "set local enable_seqscan = on; set local enable_hashjoin = on; set local enable_mergejoin = on; "
    "set local enable_sort = on; set local work_mem = '64MB'; set local statement_timeout = '5min'";

// The view's columns as they are shown: times to the second, in ISO 8601.
const std::string columns_sql = R"sql(
select string_agg(case when a.atttypid = 'timestamptz'::regtype
                       then format('to_char(%1$I at time zone ''UTC'', ''YYYY-MM-DD"T"HH24:MI:SS"Z"'') as %1$I', a.attname)
                       else format('%I', a.attname) end, ', ' order by a.attnum)
from pg_attribute a
where a.attrelid = to_regclass('dialerd.' || $1) and a.attnum > 0
)sql";

std::string select_of(const ReportView& report, const std::string& columns) {
  std::string sql =
      "select " + columns + " from dialerd." + std::string(report.view) + " where $1::text is null or campaign = $1";
  return sql + " order by " + std::string(report.order_by);
}

Result<void> in_report(Session& session, const ReportView& report, const ReportFilter& filter,
                       const std::function<void(Transaction&, const std::string& select)>& read) {
  if (Result<void> fresh = refresh_all_rollups(session); fresh.has_error()) return fresh;
  return session.run("report: " + std::string(report.name), [&](Transaction& transaction) -> Result<void> {
    transaction.exec(settings_for_large_reads);
    transaction.exec(
        "select set_config('dialerd.report_since', $1, true), set_config('dialerd.report_until', $2, true)",
        filter.since.value_or(""), filter.until.value_or(""));
    if (filter.campaign &&
        transaction.exec("select from dialerd.report_progress where campaign = $1", *filter.campaign).empty()) {
      return Error{ErrorKind::refused, "the database knows no campaign '" + *filter.campaign + "'"};
    }
    const std::string columns = text_at(transaction.exec(columns_sql, std::string(report.view))[0], 0);
    if (columns.empty()) {
      return Error{ErrorKind::schema,
                   "the database has no view dialerd." + std::string(report.view) + ": run `dialerd migrate`"};
    }
    read(transaction, select_of(report, columns));
    return {};
  });
}

}  // namespace

std::span<const ReportView> report_views() { return all_views; }

const ReportView* find_report_view(std::string_view name) {
  const auto* found = std::ranges::find(all_views, name, &ReportView::name);
  return found == all_views.end() ? nullptr : found;
}

Result<Table> read_report(Session& session, const ReportView& report, const ReportFilter& filter) {
  Table table;
  Result<void> done = in_report(session, report, filter, [&](Transaction& transaction, const std::string& select) {
    table = table_of(report.description, transaction.exec(select, filter.campaign));
  });
  if (done.has_error()) return done.error();
  return table;
}

Result<std::string> read_report_as_json(Session& session, const ReportView& report, const ReportFilter& filter) {
  std::string json;
  Result<void> done = in_report(session, report, filter, [&](Transaction& transaction, const std::string& select) {
    json = text_at(
        transaction.exec("select coalesce(json_agg(r), '[]') from (" + select + ") as r", filter.campaign)[0], 0);
  });
  if (done.has_error()) return done.error();
  return json;
}

}  // namespace dialerd::storage
