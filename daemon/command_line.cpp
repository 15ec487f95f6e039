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
std::map<std::string, std::string> columns_of(const std::vector<std::string>& pairs) {
  std::map<std::string, std::string> columns;
  for (const std::string& pair : pairs) {
    auto equals = pair.find('=');
    columns[pair.substr(0, equals)] = pair.substr(equals + 1);
  }
  return columns;
}

std::string check_pair(const std::string& pair) {
  auto equals = pair.find('=');
  bool good = equals != std::string::npos && equals > 0 && equals + 1 < pair.size();
  return good ? "" : "'" + pair + "' is not of the form field=column";
}

}  // namespace

ExitCode run_command_line(int argc, char** argv) {
  CLI::App app{"dialerd: runs outbound calling campaigns through the vox.ai voice API", "dialerd"};
  app.set_version_flag("--version", std::string("dialerd ") + DIALERD_VERSION);
  app.require_subcommand(1);
  app.failure_message(CLI::FailureMessage::help);
  app.footer("Exit codes: 0 done, 1 failed, 2 usage, 3 configuration, 4 schema, 5 database, 6 drain timeout.");

  std::string config = default_config;
  std::function<ExitCode()> chosen;
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
  import_command->add_option("--map", pairs, "field=column: which column holds a lead's field")->check(check_pair);
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

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? ExitCode::ok : ExitCode::usage;
  }
  return chosen();
}

}  // namespace dialerd::daemon
