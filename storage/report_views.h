// The reports by name: each is a view dialerd.report_* (migration 0008_reports) whose columns are documented in the
// database and in docs/reports.md.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "storage/report.h"

namespace dialerd::storage {

struct ReportView {
  std::string_view name;         // as people write it: "retry-funnel"
  std::string_view view;         // "report_retry_funnel"
  std::string_view description;  // a line
  bool over_time = false;        // it may be narrowed to some days
  std::string_view order_by;
};

std::span<const ReportView> report_views();
const ReportView* find_report_view(std::string_view name);  // null: there is none

// Days are local days, written 2026-05-31. Only for a report over time.
struct ReportFilter {
  std::optional<std::string> campaign;
  std::optional<std::string> since;  // included
  std::optional<std::string> until;  // not included
};

// Both bring the rollups up to date before. Times are UTC.
// refused: there is no such campaign.
Result<Table> read_report(Session& session, const ReportView& report, const ReportFilter& filter);
// An array of objects.
Result<std::string> read_report_as_json(Session& session, const ReportView& report, const ReportFilter& filter);

}  // namespace dialerd::storage
