#include "daemon/command_line/command_line.h"

#include <string>
#include <system_error>

#include "daemon/command_line/tree.h"
#include "daemon/command_line/usage_error.h"
#include "daemon/commands/context.h"

namespace dialerd::daemon {
namespace command_line {

Tree::Tree()
    : app("dialerd: runs outbound calling campaigns through the vox.ai voice API", "dialerd"),
      config("/etc/dialerd/dialerd.yaml") {
  app.set_version_flag("--version", std::string("dialerd ") + DIALERD_VERSION);
  app.require_subcommand(1);
  app.footer("Exit codes: 0 done, 1 failed, 2 usage, 3 configuration, 4 schema, 5 database, 6 drain timeout.");
  add_configuration(*this);
  add_service(*this);
  add_leads(*this);
  add_campaigns(*this);
  add_reports(*this);
  add_documentation(*this);
}

CLI::App* Tree::add(const char* name, const char* description, CLI::App* below) {
  CLI::App* command = (below != nullptr ? below : &app)->add_subcommand(name, description);
  command->add_option("--config", config, "the daemon's configuration file")->type_name("FILE")->capture_default_str();
  return command;
}

}  // namespace command_line

ExitCode run_command_line(int argc, char** argv) {
  command_line::Tree tree;
  try {
    tree.app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) {
      tree.app.exit(error);  // prints what --help and --version ask for
      return ExitCode::ok;
    }
    commands::complain(command_line::usage_error(tree.app, {argv + 1, argv + argc}, error.what()));
    return ExitCode::usage;
  }
  try {
    return tree.chosen();
  } catch (const std::system_error& error) {
    // The machine's shortage, not a file's fault: with `failed`, systemd starts the daemon again.
    commands::complain(error.what());
    return ExitCode::failed;
  }
}

}  // namespace dialerd::daemon
