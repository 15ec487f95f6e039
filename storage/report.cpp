#include "storage/report.h"

#include "storage/embedded_sql.h"
#include "storage/report_table.h"
#include "storage/rollups.h"
#include "storage/transaction.h"

namespace dialerd::storage {
namespace {

// What session_options (connection_string.cpp) switches off for batches.
const std::string planner_for_large_reads =
    "set local enable_seqscan = on; set local enable_hashjoin = on; set local enable_mergejoin = on; "
    "set local enable_sort = on";

// A transaction each: together they would keep one snapshot for long, and with it the dead rows of a busy queue.
template <typename... Args>
Result<std::vector<Table>> run_reports(Session& session, const std::vector<ReportText>& reports, const Args&... args) {
  std::vector<Table> tables;
  for (const ReportText& report : reports) {
    Table table;
    Result<void> done =
        session.run("report: " + std::string(report.title), [&](Transaction& transaction) -> Result<void> {
          transaction.exec(planner_for_large_reads);
          table = table_of(report.title, transaction.exec(std::string(report.sql), args...));
          return {};
        });
    if (done.has_error()) return done.error();
    tables.push_back(std::move(table));
  }
  return tables;
}

}  // namespace

Table table_of(std::string_view title, const pqxx::result& result) {
  Table table;
  table.title = title;
  const auto columns = static_cast<int>(result.columns());
  for (int column = 0; column < columns; ++column) {
    table.columns.emplace_back(result.column_name(static_cast<pqxx::row::size_type>(column)));
  }
  for (const auto& row : result) {
    std::vector<std::string>& cells = table.rows.emplace_back();
    for (int column = 0; column < columns; ++column) cells.push_back(text_at(row, column));
  }
  return table;
}

Result<std::vector<Table>> campaign_report(Session& session, campaign::CampaignId campaign) {
  if (Result<void> fresh = refresh_all_rollups(session); fresh.has_error()) return fresh.error();
  return run_reports(session, embedded_campaign_reports(), static_cast<std::int64_t>(campaign));
}

Result<std::vector<Table>> status_report(Session& session) { return run_reports(session, embedded_status_reports()); }

}  // namespace dialerd::storage
