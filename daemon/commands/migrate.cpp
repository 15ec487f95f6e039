// `dialerd migrate`: bring the database's schema to this binary's version.
#include "storage/migrate.h"

#include <iostream>

#include "daemon/commands/commands.h"
#include "daemon/commands/context.h"

namespace dialerd::daemon::commands {

ExitCode migrate(const MigrateOptions& options) {
  auto config = load_daemon_file(options.config);
  if (!config) return ExitCode::configuration;
  auto settings = session_settings(*config, "dialerd migrate");
  if (!settings) return ExitCode::configuration;
  storage::Session session(*settings);
  auto applied = storage::migrate(session, [](const storage::Migration& migration) {
    std::cout << "applied " << migration.number << ' ' << migration.name << '\n';
  });
  if (!applied) {
    complain(applied.error().message);
    return exit_code_of(applied.error());
  }
  if (*applied == 0) std::cout << "the schema is up to date\n";
  return ExitCode::ok;
}

}  // namespace dialerd::daemon::commands
