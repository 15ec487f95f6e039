// `dialerd report`: the reports by name, and a campaign's overview.
#include "storage/report.h"

#include <iostream>

#include "daemon/commands/commands.h"
#include "daemon/commands/context.h"
#include "daemon/commands/csv_text.h"
#include "daemon/commands/table.h"
#include "storage/report_views.h"

namespace dialerd::daemon::commands {
namespace {

ExitCode failed(const storage::Error& error) {
  complain(error.message);
  return exit_code_of(error);
}

ExitCode list_reports() {
  storage::Table table;
  table.title = "Reports: `dialerd report NAME`; `dialerd report CAMPAIGN` shows a campaign's overview";
  table.columns = {"name", "what it shows", "--since, --until"};
  for (const storage::ReportView& report : storage::report_views()) {
    table.rows.push_back({std::string(report.name), std::string(report.description), report.over_time ? "yes" : ""});
  }
  print(std::cout, table);
  return ExitCode::ok;
}

ExitCode show(storage::Session& session, const storage::ReportView& report, const ReportOptions& options) {
  const auto given = [](const std::string& text) { return text.empty() ? std::nullopt : std::optional(text); };
  const storage::ReportFilter filter{given(options.campaign), given(options.since), given(options.until)};
  if (!report.over_time && (filter.since || filter.until)) {
    complain("the report '" + options.name + "' shows how things stand now: it has no --since and --until");
    return ExitCode::failed;
  }
  if (options.json) {
    const auto json = storage::read_report_as_json(session, report, filter);
    if (json.has_error()) return failed(json.error());
    std::cout << *json << '\n';
    return ExitCode::ok;
  }
  const auto table = storage::read_report(session, report, filter);
  if (table.has_error()) return failed(table.error());
  if (!options.csv) {
    print(std::cout, *table);
    return ExitCode::ok;
  }
  std::cout << csv_record(table->columns);
  for (const auto& row : table->rows) std::cout << csv_record(row);
  return ExitCode::ok;
}

// What a campaign's name shows: several tables, made for a person.
ExitCode show_overview(storage::Session& session, const ReportOptions& options) {
  auto found = session.find_campaign(options.name);
  if (found.has_error()) return failed(found.error());
  if (!*found) {
    complain("there is no report and no campaign '" + options.name +
             "'; `dialerd report` lists the reports, `dialerd status` the campaigns");
    return ExitCode::failed;
  }
  if (options.csv || options.json || !options.campaign.empty() || !options.since.empty() || !options.until.empty()) {
    complain("'" + options.name + "' is a campaign: its overview takes no options. For a report on it: " +
             "dialerd report NAME --campaign " + options.name);
    return ExitCode::failed;
  }
  const auto tables = storage::campaign_report(session, **found);
  if (tables.has_error()) return failed(tables.error());
  for (const storage::Table& table : *tables) print(std::cout, table);
  return ExitCode::ok;
}

}  // namespace

ExitCode report(const ReportOptions& options) {
  if (options.name.empty()) return list_reports();
  auto config = load_daemon_file(options.config);
  if (!config) return ExitCode::configuration;
  auto settings = session_settings(*config, "dialerd report");
  if (!settings) return ExitCode::configuration;
  storage::Session session(*settings);
  const storage::ReportView* report = storage::find_report_view(options.name);
  return report != nullptr ? show(session, *report, options) : show_overview(session, options);
}

}  // namespace dialerd::daemon::commands
