#include "daemon/command_line/tree.h"
#include "daemon/commands/commands.h"

namespace dialerd::daemon::command_line {

void add_configuration(Tree& tree) {
  auto check = std::make_shared<commands::CheckOptions>();
  CLI::App* command = tree.add("check", "Check configuration and campaign files; exit 1 if anything is wrong");
  command->add_option("campaign", check->campaigns, "campaign files; default: those that the configuration names")
      ->type_name("FILE");
  command
      ->add_option("--format", check->format, "text for people, json for a program, github for its workflow commands")
      ->check(CLI::IsMember({"text", "json", "github"}))
      ->capture_default_str();
  command->add_flag("--online", check->online,
                    "ask the database and the provider as well; places no call, one request an account");
  command->add_flag("--strict", check->strict, "exit 1 for a warning too");
  command->callback([&tree, check, command] {
    check->config = tree.config;
    check->config_given = command->count("--config") > 0;
    tree.chosen = [check] { return commands::check(*check); };
  });

  auto init = std::make_shared<commands::InitOptions>();
  command = tree.app.add_subcommand("init", "Write a configuration and a campaign to start from");
  command->add_option("folder", init->folder, "where to; nothing in it is overwritten")->capture_default_str();
  command->callback([&tree, init] { tree.chosen = [init] { return commands::init(*init); }; });

  auto schema = std::make_shared<commands::SchemaOptions>();
  command = tree.app.add_subcommand("schema", "Print the JSON Schema of a kind of file, for editors");
  command->add_option("kind", schema->kind, "daemon (dialerd.yaml) or campaign")
      ->required()
      ->check(CLI::IsMember({"daemon", "campaign"}));
  command->callback([&tree, schema] { tree.chosen = [schema] { return commands::schema(*schema); }; });

  auto policies = std::make_shared<commands::PoliciesOptions>();
  command = tree.app.add_subcommand("policies", "List the policy packs that are shipped, or show one");
  command->add_option("name", policies->name, "the pack to show");
  command->callback([&tree, policies] { tree.chosen = [policies] { return commands::policies(*policies); }; });

  struct DiffArguments {
    commands::DiffOptions options;
    std::string against;
  };
  auto diff = std::make_shared<DiffArguments>();
  command = tree.add("diff", "Show what changed files would do against the configuration that was applied last");
  command->add_option("file", diff->options.files,
                      "campaign files, or a daemon's; default: all that belong to --config");
  command->add_option("--against", diff->against, "another file, instead of what was applied last");
  command->add_flag("--exit-code", diff->options.exit_code, "exit 1 if anything differs, 0 if nothing does");
  command->callback([&tree, diff] {
    tree.chosen = [&tree, diff] {
      diff->options.config = tree.config;
      if (!diff->against.empty()) diff->options.against = diff->against;
      return commands::diff(diff->options);
    };
  });
}

}  // namespace dialerd::daemon::command_line
