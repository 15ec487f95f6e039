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

  auto prune = std::make_shared<commands::PruneOptions>();
  command = tree.add("prune", "Remove old attempts and what else is kept for a time only");
  command->add_flag("--dry-run", prune->dry_run, "say what would go, and remove nothing");
  command->add_option("--older-than", prune->attempts, "whole months of attempts that are older, 366d at least")
      ->capture_default_str();
  command->add_option("--words-older-than", prune->words, "summaries, analyses and recordings of calls; default: kept");
  command->add_option("--webhooks-older-than", prune->webhooks, "webhooks that were handled")->capture_default_str();
  command->add_option("--rejects-older-than", prune->rejects, "rows that imports refused")->capture_default_str();
  command->add_option("--decisions-older-than", prune->decisions, "why due leads got no attempt")
      ->capture_default_str();
  command->add_option("--leads-older-than", prune->leads,
                      "leads that are done for so long, with their numbers; default: kept");
  tree.does(command, prune, commands::prune);

  auto reload = std::make_shared<commands::ReloadOptions>();
  command = tree.add("reload", "Let every daemon read its configuration again");
  command->add_flag("--wait", reload->wait, "print what each daemon answers; exit 1 if one failed or was silent");
  command->add_option("--timeout", reload->timeout, "how long to wait, in seconds")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->add_option("--by", reload->by, "who says so; default: who typed the command");
  tree.does(command, reload, commands::reload);
}

}  // namespace dialerd::daemon::command_line
