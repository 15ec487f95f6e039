#include <sstream>

#include <date/date.h>

#include "daemon/command_line/tree.h"
#include "daemon/commands/commands.h"

namespace dialerd::daemon::command_line {
namespace {

const CLI::Validator day(
    [](std::string& text) {
      date::year_month_day read;
      std::istringstream in(text);
      const bool good = text.size() == 10 && in >> date::parse("%F", read) && read.ok();
      return good ? std::string() : "'" + text + "' is no day; write 2026-05-31";
    },
    "DAY");

void add_export(Tree& tree) {
  struct Arguments {
    commands::ExportOptions options;
    std::string numbers = "masked";
    bool csv = false;
  };
  auto arguments = std::make_shared<Arguments>();
  commands::ExportOptions& options = arguments->options;
  CLI::App* command = tree.add("export", "Write a campaign's finished leads, one a line");
  command->add_option("campaign", options.campaign, "the campaign's name")->required();
  command->add_option("--since", options.since, "finished on this day of the campaign's clock or later")->check(day);
  CLI::Option* csv = command->add_flag("--csv", arguments->csv, "as CSV (RFC 4180): the default");
  command->add_flag("--json", options.json, "as JSON lines: an object a lead")->excludes(csv);
  command->add_option("--numbers", arguments->numbers, "masked, or full: then keep the file safe")
      ->check(CLI::IsMember({"masked", "full"}))
      ->capture_default_str();
  command->add_option("--out", options.out, "write this file (mode 0600); default: standard output");
  command->callback([&tree, arguments] {
    tree.chosen = [&tree, arguments] {
      arguments->options.config = tree.config;
      arguments->options.full_numbers = arguments->numbers == "full";
      return commands::export_leads(arguments->options);
    };
  });
}

}  // namespace

void add_reports(Tree& tree) {
  CLI::App* command = tree.add("status", "Show campaigns and accounts");
  auto status = std::make_shared<commands::StatusOptions>();
  CLI::Option* watch = command->add_flag("--watch", status->watch, "as a live screen, until q is pressed");
  command->add_option("--interval", status->interval, "of --watch: seconds from one look to the next; default: 1")
      ->needs(watch)
      ->check(CLI::Range(0.2, 3600.0));
  tree.does(command, status, commands::status);

  auto report = std::make_shared<commands::ReportOptions>();
  command = tree.add("report", "Show a report, or a campaign's overview; without a name, list the reports");
  command->add_option("name", report->name, "the report's name; a campaign's name shows its overview");
  command->add_option("--campaign", report->campaign, "of this campaign alone");
  command->add_option("--since", report->since, "from this local day on, 2026-05-31")->check(day);
  command->add_option("--until", report->until, "before this local day")->check(day);
  CLI::Option* csv = command->add_flag("--csv", report->csv, "as CSV (RFC 4180)");
  command->add_flag("--json", report->json, "as a JSON array of objects")->excludes(csv);
  tree.does(command, report, commands::report);

  add_export(tree);
}

}  // namespace dialerd::daemon::command_line
