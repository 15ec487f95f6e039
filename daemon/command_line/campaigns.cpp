#include "daemon/command_line/tree.h"
#include "daemon/commands/commands.h"

namespace dialerd::daemon::command_line {
namespace {

void add_lifecycle(Tree& tree, commands::Lifecycle change, const char* name, const char* description) {
  auto options = std::make_shared<commands::LifecycleOptions>();
  options->change = change;
  CLI::App* command = tree.add(name, description);
  command->add_option("campaign", options->campaign, "the campaign's name")->required();
  CLI::Option* reason = command->add_option("--reason", options->reason, "why, for those who look later");
  if (change == commands::Lifecycle::stop) reason->required();
  command->add_option("--by", options->by, "who decided it; default: who types the command");
  tree.does(command, options, commands::change_lifecycle);
}

}  // namespace

void add_campaigns(Tree& tree) {
  add_lifecycle(tree, commands::Lifecycle::start, "start", "Let a draft be called, or a stopped campaign again");
  add_lifecycle(tree, commands::Lifecycle::pause, "pause", "Stop a campaign's calls for a while");
  add_lifecycle(tree, commands::Lifecycle::resume, "resume", "Let a paused campaign's calls go on");
  add_lifecycle(tree, commands::Lifecycle::stop, "stop", "End a campaign: nothing of it is dialled any more");

  auto plan = std::make_shared<commands::PlanOptions>();
  CLI::App* command = tree.add("plan", "Forecast a campaign: calls per hour, finish, and which limit binds");
  command->add_option("campaign", plan->campaign, "the campaign's name")->required();
  command->add_flag("--json", plan->json, "for a program");
  command->add_option("--leads", plan->leads, "as if so many leads were ready")->check(CLI::PositiveNumber);
  command->add_option("--double", plan->doubles,
                      "a limit to double, as account.concurrency; default: the three that bind most");
  command->add_option("--answer-rate", plan->answer_rate, "the share of calls that become a conversation: 35%");
  command->add_option("--talk", plan->talk, "how long a conversation takes: 90s");
  command->add_option("--from", plan->from, "the start, by the campaign's clock: \"2026-11-26 09:00\"; default: now");
  tree.does(command, plan, commands::plan_campaign);
}

}  // namespace dialerd::daemon::command_line
