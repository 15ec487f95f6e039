#include "daemon/command_line/tree.h"
#include "daemon/commands/commands.h"

namespace dialerd::daemon::command_line {

void add_campaigns(Tree& tree) {
  for (bool paused : {true, false}) {
    auto pause = std::make_shared<commands::PauseOptions>();
    pause->paused = paused;
    CLI::App* command =
        tree.add(paused ? "pause" : "resume", paused ? "Stop a campaign's calls" : "Let a campaign's calls go on");
    command->add_option("campaign", pause->campaign, "the campaign's name")->required();
    command->add_option("--reason", pause->reason, "why, for those who look later");
    tree.does(command, pause, commands::set_paused);
  }

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
