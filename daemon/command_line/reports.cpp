#include "daemon/command_line/tree.h"
#include "daemon/commands/commands.h"

namespace dialerd::daemon::command_line {

void add_reports(Tree& tree) {
  CLI::App* command = tree.add("status", "Show campaigns and accounts");
  tree.does(command, std::make_shared<commands::StatusOptions>(), commands::status);

  auto report = std::make_shared<commands::ReportOptions>();
  command = tree.add("report", "Show a campaign's progress and outcomes");
  command->add_option("campaign", report->campaign, "the campaign's name")->required();
  tree.does(command, report, commands::report);
}

}  // namespace dialerd::daemon::command_line
