// The subcommands. Each takes its parsed options, prints for a person, and returns the process's exit code.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "daemon/exit_code.h"

namespace dialerd::daemon::commands {

struct CheckOptions {
  std::filesystem::path config;
  bool config_given = false;  // else a missing default file is no error when campaign files are named
  std::vector<std::filesystem::path> campaigns;
  std::string format = "text";  // text, json or github
  bool online = false;          // ask the database and the provider as well
  bool strict = false;          // a warning fails too
};
ExitCode check(const CheckOptions& options);

struct InitOptions {
  std::filesystem::path folder = ".";
};
ExitCode init(const InitOptions& options);

struct SchemaOptions {
  std::string kind;  // daemon or campaign
};
ExitCode schema(const SchemaOptions& options);

struct MigrateOptions {
  std::filesystem::path config;
};
ExitCode migrate(const MigrateOptions& options);

struct ImportOptions {
  std::filesystem::path config;
  std::string campaign;
  std::filesystem::path file;                                // "-": standard input
  std::vector<std::pair<std::string, std::string>> columns;  // --map name=column: on top of the campaign's `leads`
  // Default: the file's name with .rejects.csv; none is written without rejects.
  std::optional<std::filesystem::path> rejects;
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
  bool watch = false;
  double interval = 1;  // seconds, of `watch`
};
ExitCode status(const StatusOptions& options);
ExitCode watch_status(const StatusOptions& options);

struct ReportOptions {
  std::filesystem::path config;
  std::string name;      // of a report, or of a campaign: its overview. Empty: list the reports
  std::string campaign;  // of this one alone; empty: of all
  std::string since;     // a local day, 2026-05-31; empty: from the beginning
  std::string until;     // a local day that is not included; empty: to the end
  bool csv = false;
  bool json = false;
};
ExitCode report(const ReportOptions& options);

struct ExportOptions {
  std::filesystem::path config;
  std::string campaign;
  std::string since;  // finished from this local day of the campaign on; empty: all
  bool json = false;  // a JSON object a line; else CSV
  bool full_numbers = false;
  std::string out;  // empty or "-": standard output
};
ExitCode export_leads(const ExportOptions& options);

struct WhyOptions {
  std::filesystem::path config;
  std::string lead;  // its id, or its number
  std::string campaign;
  bool number = false;  // `lead` is a number whatever it looks like
};
ExitCode why(const WhyOptions& options);

struct ResolveOptions {
  std::filesystem::path config;
  std::string attempt;  // its id
  bool placed = false;
  std::string reason;
  std::string by;  // empty: who typed the command
};
ExitCode resolve(const ResolveOptions& options);

// What an operator does with a campaign.
enum class Lifecycle { start, pause, resume, stop };
struct LifecycleOptions {
  std::filesystem::path config;
  Lifecycle change = Lifecycle::start;
  std::string campaign;
  std::string reason;
  std::string by;  // empty: who typed the command
};
ExitCode change_lifecycle(const LifecycleOptions& options);

// Whom a single opt-out is for. Neither campaign nor account: all campaigns of the database.
struct SuppressOptions {
  std::filesystem::path config;
  std::string number;    // as people write it
  std::string region;    // in which it is domestic; empty: the campaign's, or KR
  std::string campaign;  // at most one of these two
  std::string account;
  std::string reason;
  std::string source;   // empty: who typed the command
  std::string expires;  // "30d" or a date; empty: never
};
ExitCode suppress_add(const SuppressOptions& options);
ExitCode suppress_remove(const SuppressOptions& options);

struct SuppressLoadOptions {
  std::filesystem::path config;
  std::string list;
  std::filesystem::path file;  // "-": standard input
  std::string column;          // with the numbers; empty: "number", or the only one
  std::string region = "KR";
  std::string source;         // empty: the file's name
  bool skip_invalid = false;  // else a row without a good number fails the load
};
ExitCode suppress_load(const SuppressLoadOptions& options);

struct SuppressListsOptions {
  std::filesystem::path config;
};
ExitCode suppress_lists(const SuppressListsOptions& options);

struct ForgetOptions {
  std::filesystem::path config;
  std::string number;  // as people write it
  std::string region = "KR";
  std::string reason;
  std::string by;  // empty: who typed the command
  bool dry_run = false;
};
ExitCode forget(const ForgetOptions& options);

// Ages as durations; empty: that stays.
struct PruneOptions {
  std::filesystem::path config;
  std::string attempts = "400d";
  std::string words;
  std::string webhooks = "30d";
  std::string rejects = "30d";
  std::string decisions = "90d";
  std::string leads;
  bool dry_run = false;
};
ExitCode prune(const PruneOptions& options);

struct PoliciesOptions {
  std::string name;  // empty: list them
};
ExitCode policies(const PoliciesOptions& options);

struct PlanOptions {
  std::filesystem::path config;
  std::string campaign;
  bool json = false;
  std::optional<std::int64_t> leads;  // as if so many were ready; >= 1
  std::vector<std::string> doubles;   // limits to double, by name; empty: those that bind most
  std::string answer_rate;            // "35%"; this and those below: empty: not given
  std::string talk;                   // "90s"
  std::string from;                   // a time by the campaign's clock
};
ExitCode plan_campaign(const PlanOptions& options);

struct ReloadOptions {
  std::filesystem::path config;
  bool wait = false;
  std::int64_t timeout = 90;  // seconds, with `wait`
  std::string by;             // empty: who typed the command
};
ExitCode reload(const ReloadOptions& options);

struct DiffOptions {
  std::filesystem::path config;
  std::vector<std::filesystem::path> files;      // empty: the configuration and all its campaigns
  std::optional<std::filesystem::path> against;  // instead of what was applied last
  bool exit_code = false;                        // 1 if anything differs
};
ExitCode diff(const DiffOptions& options);

struct CompleteOptions {
  std::filesystem::path config;
  std::string names;  // "campaigns" or "accounts"
};
ExitCode complete(const CompleteOptions& options);

}  // namespace dialerd::daemon::commands
