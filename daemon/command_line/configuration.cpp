#include "daemon/command_line/tree.h"
#include "daemon/commands/commands.h"

namespace dialerd::daemon::command_line {

void add_configuration(Tree& tree) {
  auto check = std::make_shared<commands::CheckOptions>();
  CLI::App* command = tree.add("check", "Check configuration and campaign files; exit 1 if anything is wrong");
  command->add_option("campaign", check->campaigns, "campaign files; default: those that the configuration names");
  command->callback([&tree, check, command] {
    check->config = tree.config;
    check->config_given = command->count("--config") > 0;
    tree.chosen = [check] { return commands::check(*check); };
  });

  auto policies = std::make_shared<commands::PoliciesOptions>();
  command = tree.app.add_subcommand("policies", "List the policy packs that are shipped, or show one");
  command->add_option("name", policies->name, "the pack to show");
  command->callback([&tree, policies] { tree.chosen = [policies] { return commands::policies(*policies); }; });
}

}  // namespace dialerd::daemon::command_line
