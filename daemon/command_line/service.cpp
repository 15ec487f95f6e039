#include "daemon/command_line/tree.h"
#include "daemon/commands/commands.h"

namespace dialerd::daemon::command_line {

void add_service(Tree& tree) {
  CLI::App* command = tree.add("migrate", "Bring the database's schema to this version");
  tree.does(command, std::make_shared<commands::MigrateOptions>(), commands::migrate);

  auto run = std::make_shared<commands::RunOptions>();
  command = tree.add("run", "Run the daemon");
  command->add_flag("--until-done", run->until_done, "end when no campaign has anything left to do");
  tree.does(command, run, commands::run);
}

}  // namespace dialerd::daemon::command_line
