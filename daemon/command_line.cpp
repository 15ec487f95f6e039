#include "daemon/command_line.h"

#include <functional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "daemon/commands/commands.h"

namespace dialerd::daemon {
namespace {

constexpr const char* default_config = "/etc/dialerd/dialerd.yaml";

// "field=column" pairs of --map.
std::vector<std::pair<std::string, std::string>> columns_of(const std::vector<std::string>& pairs) {
  std::vector<std::pair<std::string, std::string>> columns;
  for (const std::string& pair : pairs) {
    auto equals = pair.find('=');
    columns.emplace_back(pair.substr(0, equals), pair.substr(equals + 1));
  }
  return columns;
}

std::string check_pair(const std::string& pair) {
  auto equals = pair.find('=');
  bool good = equals != std::string::npos && equals > 0 && equals + 1 < pair.size();
  return good ? "" : "'" + pair + "' is not of the form field=column";
}

using Chosen = std::function<ExitCode()>;

// The options of `dialerd suppress ...`. Parsing writes into them, so they live as long as the parser.
struct SuppressArguments {
  commands::SuppressOptions entry;
  commands::SuppressLoadOptions load;
};

void add_suppress(CLI::App& app, std::string& config, SuppressArguments& arguments, Chosen& chosen) {
  CLI::App* suppress = app.add_subcommand("suppress", "People who are not called, and lists of them");
  suppress->require_subcommand(1);
  const auto subcommand = [&](const char* name, const char* description) {
    CLI::App* command = suppress->add_subcommand(name, description);
    command->add_option("--config", config, "the daemon's configuration file")->capture_default_str();
    return command;
  };
  commands::SuppressOptions& entry = arguments.entry;
  const auto whom = [&](CLI::App* command) {
    command->add_option("number", entry.number, "the number, as people write it")->required();
    CLI::Option* campaign = command->add_option("--campaign", entry.campaign, "for this campaign alone");
    command->add_option("--account", entry.account, "for the campaigns of this account alone")->excludes(campaign);
    command->add_option("--region", entry.region, "whose number it is; default: the campaign's region, or KR");
  };
  CLI::App* add = subcommand("add", "Call a person no more");
  whom(add);
  add->add_option("--reason", entry.reason, "why, for those who look later")->required();
  add->add_option("--expires", entry.expires, "until when: 30d, or a date; default: for ever");
  add->add_option("--source", entry.source, "who or what says so; default: who typed the command");
  add->callback([&] { chosen = [&] { return entry.config = config, commands::suppress_add(entry); }; });
  CLI::App* remove = subcommand("remove", "End an entry that was added");
  whom(remove);
  remove->callback([&] { chosen = [&] { return entry.config = config, commands::suppress_remove(entry); }; });

  commands::SuppressLoadOptions& load = arguments.load;
  CLI::App* load_command = subcommand("load", "Replace a list as a whole by a file's numbers");
  load_command->add_option("list", load.list, "the list's name")->required();
  load_command->add_option("file", load.file, "one number a line, or a CSV file, or - for standard input")->required();
  load_command->add_option("--column", load.column, "the CSV file's column with the numbers; default: number");
  load_command->add_option("--region", load.region, "whose numbers they are")->capture_default_str();
  load_command->add_option("--source", load.source, "where the list comes from; default: the file's name");
  load_command->add_flag("--skip-invalid", load.skip_invalid, "leave out rows without a good number");
  load_command->callback([&] { chosen = [&] { return load.config = config, commands::suppress_load(load); }; });
  subcommand("lists", "Show the lists, how many numbers they have and how old they are")->callback([&] {
    chosen = [&] { return commands::suppress_lists({config}); };
  });
}

}  // namespace

ExitCode run_command_line(int argc, char** argv) {
  CLI::App app{"dialerd: runs outbound calling campaigns through the vox.ai voice API", "dialerd"};
  app.set_version_flag("--version", std::string("dialerd ") + DIALERD_VERSION);
  app.require_subcommand(1);
  app.failure_message(CLI::FailureMessage::help);
  app.footer("Exit codes: 0 done, 1 failed, 2 usage, 3 configuration, 4 schema, 5 database, 6 drain timeout.");

  std::string config = default_config;
  Chosen chosen;
  auto subcommand = [&](const char* name, const char* description) {
    CLI::App* command = app.add_subcommand(name, description);
    command->add_option("--config", config, "the daemon's configuration file")->capture_default_str();
    return command;
  };

  commands::CheckOptions check;
  CLI::App* check_command = subcommand("check", "Check configuration and campaign files; exit 1 if anything is wrong");
  check_command->add_option("campaign", check.campaigns, "campaign files; default: those that the configuration names");
  check_command->callback([&] {
    check.config_given = check_command->count("--config") > 0;
    chosen = [&] { return check.config = config, commands::check(check); };
  });

  subcommand("migrate", "Bring the database's schema to this version")->callback([&] {
    chosen = [&] { return commands::migrate({config}); };
  });

  commands::ImportOptions import;
  std::vector<std::string> pairs;
  std::string rejects;
  CLI::App* import_command = subcommand("import", "Add leads from a CSV file to a campaign");
  import_command->add_option("campaign", import.campaign, "the campaign's name")->required();
  import_command->add_option("file", import.file, "the CSV file, or - for standard input")->required();
  import_command
      ->add_option("--map", pairs,
                   "field=column: which column holds a lead's field, or its number, alternates, timezone, ...")
      ->check(check_pair);
  import_command->add_option("--rejects", rejects,
                             "where rejected rows are written; default: beside FILE, leads.csv -> leads.rejects.csv");
  import_command->add_flag("--dry-run", import.dry_run, "check the file, write nothing");
  import_command->callback([&] {
    chosen = [&] {
      import.config = config;
      import.columns = columns_of(pairs);
      if (!rejects.empty()) import.rejects = rejects;
      return commands::import_leads(import);
    };
  });

  commands::RunOptions run;
  CLI::App* run_command = subcommand("run", "Run the daemon");
  run_command->add_flag("--until-done", run.until_done, "end when no campaign has anything left to do");
  run_command->callback([&] { chosen = [&] { return run.config = config, commands::run(run); }; });

  subcommand("status", "Show campaigns and accounts")->callback([&] {
    chosen = [&] { return commands::status({config}); };
  });

  commands::ReportOptions report;
  CLI::App* report_command = subcommand("report", "Show a campaign's progress and outcomes");
  report_command->add_option("campaign", report.campaign, "the campaign's name")->required();
  report_command->callback([&] { chosen = [&] { return report.config = config, commands::report(report); }; });

  commands::WhyOptions why;
  CLI::App* why_command =
      subcommand("why", "Tell where a lead stands, when it can be called next, and what decides that");
  why_command->add_option("lead", why.lead, "the lead's id, or its number")->required();
  why_command->add_option("--campaign", why.campaign, "of this campaign alone, when a number is given");
  why_command->add_flag("--number", why.number, "LEAD is a number, although it looks like an id");
  why_command->callback([&] { chosen = [&] { return why.config = config, commands::why(why); }; });

  commands::ResolveOptions resolve;
  std::string verdict;
  CLI::App* resolve_command = subcommand("resolve", "Say whether a call in doubt was placed, when you know it");
  resolve_command->add_option("attempt", resolve.attempt, "the attempt's id, as `why` and `report` name it")
      ->required();
  resolve_command->add_option("verdict", verdict, "placed: the lead is done; not-placed: it is called again")
      ->required()
      ->check(CLI::IsMember({"placed", "not-placed"}));
  resolve_command->add_option("--reason", resolve.reason, "how you know, for those who look later")->required();
  resolve_command->add_option("--by", resolve.by, "who says so; default: who typed the command");
  resolve_command->callback([&] {
    chosen = [&] {
      resolve.config = config;
      resolve.placed = verdict == "placed";
      return commands::resolve(resolve);
    };
  });

  commands::PauseOptions pause;
  for (bool paused : {true, false}) {
    CLI::App* command =
        subcommand(paused ? "pause" : "resume", paused ? "Stop a campaign's calls" : "Let a campaign's calls go on");
    command->add_option("campaign", pause.campaign, "the campaign's name")->required();
    command->add_option("--reason", pause.reason, "why, for those who look later");
    command->callback([&, paused] {
      chosen = [&, paused] {
        pause.config = config;
        pause.paused = paused;
        return commands::set_paused(pause);
      };
    });
  }

  SuppressArguments suppress;
  add_suppress(app, config, suppress, chosen);

  commands::PoliciesOptions policies;
  CLI::App* policies_command = app.add_subcommand("policies", "List the policy packs that are shipped, or show one");
  policies_command->add_option("name", policies.name, "the pack to show");
  policies_command->callback([&] { chosen = [&] { return commands::policies(policies); }; });

  commands::PlanOptions plan;
  CLI::App* plan_command = subcommand("plan", "Forecast a campaign: calls per hour, finish, and which limit binds");
  plan_command->add_option("campaign", plan.campaign, "the campaign's name")->required();
  plan_command->add_flag("--json", plan.json, "for a program");
  plan_command->add_option("--leads", plan.leads, "as if so many leads were ready")->check(CLI::PositiveNumber);
  plan_command->add_option("--double", plan.doubles,
                           "a limit to double, as account.concurrency; default: the three that bind most");
  plan_command->add_option("--answer-rate", plan.answer_rate, "the share of calls that become a conversation: 35%");
  plan_command->add_option("--talk", plan.talk, "how long a conversation takes: 90s");
  plan_command->add_option("--from", plan.from,
                           "the start, by the campaign's clock: \"2026-11-26 09:00\"; default: now");
  plan_command->callback([&] { chosen = [&] { return plan.config = config, commands::plan_campaign(plan); }; });

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? ExitCode::ok : ExitCode::usage;
  }
  return chosen();
}

}  // namespace dialerd::daemon
