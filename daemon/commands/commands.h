// The subcommands. Each takes its parsed options, prints for a person, and returns the process's exit code.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "daemon/exit_code.h"

namespace dialerd::daemon::commands {

struct CheckOptions {
  std::filesystem::path config;
  bool config_given = false;  // else a missing default file is no error when campaign files are named
  std::vector<std::filesystem::path> campaigns;
};
ExitCode check(const CheckOptions& options);

struct MigrateOptions {
  std::filesystem::path config;
};
ExitCode migrate(const MigrateOptions& options);

struct ImportOptions {
  std::filesystem::path config;
  std::string campaign;
  std::filesystem::path file;                  // "-": standard input
  std::map<std::string, std::string> columns;  // --map field=column: on top of the campaign's `leads.fields`
  std::optional<std::filesystem::path>
      rejects;  // default: the file's name with .rejects.csv; none is written without rejects
  bool dry_run = false;
};
ExitCode import_leads(const ImportOptions& options);

struct RunOptions {
  std::filesystem::path config;
  bool until_done = false;  // end when no campaign has anything left to do
};
ExitCode run(const RunOptions& options);

struct StatusOptions {
  std::filesystem::path config;
};
ExitCode status(const StatusOptions& options);

struct ReportOptions {
  std::filesystem::path config;
  std::string campaign;
};
ExitCode report(const ReportOptions& options);

struct PauseOptions {
  std::filesystem::path config;
  std::string campaign;
  std::string reason;
  bool paused = true;
};
ExitCode set_paused(const PauseOptions& options);

}  // namespace dialerd::daemon::commands
