// `dialerd status`: what the database knows of campaigns and accounts, for a person.
#include <iostream>

#include "daemon/commands/commands.h"
#include "daemon/commands/context.h"
#include "daemon/commands/table.h"
#include "storage/report.h"

namespace dialerd::daemon::commands {
namespace {

ExitCode show(const storage::Result<std::vector<storage::Table>>& tables) {
  if (!tables) {
    complain(tables.error().message);
    return exit_code_of(tables.error());
  }
  for (const storage::Table& table : *tables) print(std::cout, table);
  return ExitCode::ok;
}

}  // namespace

ExitCode status(const StatusOptions& options) {
  if (options.watch) return watch_status(options);
  auto config = load_daemon_file(options.config);
  if (!config) return ExitCode::configuration;
  auto settings = session_settings(*config, "dialerd status");
  if (!settings) return ExitCode::configuration;
  storage::Session session(*settings);
  return show(storage::status_report(session));
}

}  // namespace dialerd::daemon::commands
