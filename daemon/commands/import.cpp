// dialerd import CAMPAIGN FILE: adds a file's leads to a campaign.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <iostream>
#include <optional>
#include <system_error>
#include <utility>

#include "daemon/commands/commands.h"
#include "daemon/commands/context.h"
#include "daemon/import/byte_source.h"
#include "daemon/import/database_sink.h"
#include "daemon/import/importer.h"
#include "daemon/import/progress_bar.h"
#include "daemon/import/summary_text.h"

namespace dialerd::daemon::commands {
namespace {

using Clock = std::chrono::steady_clock;
// A line that begins with `import` is one of a module to clang-format.
using import::Summary;
using import::SummaryContext;

// An import is in no hurry, and a chunk may have to wait for a checkpoint's writes.
constexpr std::chrono::minutes statement_timeout_min{2};

// The names of what is not a field of the lead (docs/campaigns.md, "Where leads come from").
std::string* column_with_meaning(config::LeadColumns& mapping, const std::string& name) {
  if (name == "number") return &mapping.number;
  if (name == "timezone") return &mapping.timezone;
  if (name == "consent_at") return &mapping.consent_at;
  if (name == "consent_expires_at") return &mapping.consent_expires_at;
  if (name == "night_consent") return &mapping.night_consent;
  if (name == "call_at") return &mapping.call_at;
  if (name == "expires_at") return &mapping.expires_at;
  return nullptr;
}

config::LeadColumns mapping_of(const config::CampaignConfig& campaign, const ImportOptions& options) {
  config::LeadColumns mapping = campaign.leads;
  const bool new_alternates =
      std::ranges::any_of(options.columns, [](const auto& m) { return m.first == "alternates"; });
  if (new_alternates) mapping.alternates.clear();
  for (const auto& [name, column] : options.columns) {
    if (name == "alternates") {
      mapping.alternates.push_back(column);
    } else if (std::string* meaning = column_with_meaning(mapping, name)) {
      *meaning = column;
    } else {
      mapping.fields[name] = column;
    }
  }
  return mapping;
}

// Standard input has no name to make one of: unless a file is asked for, its rejects are in the database alone.
std::optional<std::filesystem::path> rejects_path(const ImportOptions& options) {
  if (options.rejects || options.file == "-") return options.rejects;
  std::filesystem::path path = options.file;
  return path.replace_extension(".rejects.csv");
}

bool is_same_file(const std::filesystem::path& a, const std::filesystem::path& b) {
  std::error_code not_there;
  return std::filesystem::equivalent(a, b, not_there);
}

ExitCode complain_of(const storage::Error& error) {
  complain(error.message);
  return exit_code_of(error);
}

struct Run {
  const ImportOptions& options;
  import::Importer& importer;
  std::optional<std::uint64_t> file_size;
};

Summary read_file(const Run& run, import::LeadSink* sink, import::RejectFile* rejects) {
  import::ProgressBar bar(stderr, run.file_size);
  return run.importer.run(sink, rejects, [&](const import::Progress& progress) { bar.show(progress); });
}

SummaryContext context_of(const Run& run, Clock::time_point started) {
  SummaryContext context;
  context.file = run.options.file == "-" ? "standard input" : run.options.file.string();
  context.campaign = run.options.campaign;
  context.delimiter = run.importer.delimiter();
  context.dry_run = run.options.dry_run;
  context.elapsed = Clock::now() - started;
  return context;
}

void print(const std::string& text) {
  std::fputs(text.c_str(), stdout);
  std::fflush(stdout);
}

ExitCode dry_run(const Run& run) {
  const Clock::time_point started = Clock::now();
  const import::Summary summary = read_file(run, nullptr, nullptr);
  print(summary_text(summary, context_of(run, started)));
  if (summary.read_error.empty()) return ExitCode::ok;
  complain("the file could not be read to its end: " + summary.read_error);
  return ExitCode::failed;
}

// What is imported into a campaign that does not run waits, which the import itself does not show.
void note_if_not_running(storage::Session& session, campaign::CampaignId id, const std::string& name) {
  const auto controls = session.controls({id});
  if (!controls || controls->empty()) return;
  const campaign::CampaignWish wish = controls->front().wish;
  if (wish == campaign::CampaignWish::running) return;
  const bool paused = wish == campaign::CampaignWish::paused;
  std::cerr << "note: the campaign is " << (wish == campaign::CampaignWish::draft ? "a draft" : to_string(wish))
            << ": nobody of it is called until `dialerd " << (paused ? "resume " : "start ") << name << "`\n";
}

ExitCode write(const Run& run, storage::Session& session, const config::CampaignConfig& campaign) {
  const storage::Result<campaign::CampaignId> id = find_or_register(session, campaign);
  if (id.has_error()) return complain_of(id.error());
  storage::Result<storage::ImportWriter> writer =
      storage::ImportWriter::begin(session, *id, run.options.file.filename().string());
  if (writer.has_error()) return complain_of(writer.error());

  std::optional<import::RejectFile> rejects;
  if (const auto path = rejects_path(run.options)) {
    rejects.emplace(*path, run.importer.layout().columns, run.importer.delimiter());
  }
  const Clock::time_point started = Clock::now();
  import::DatabaseSink sink(*std::move(writer));
  const import::Summary summary = read_file(run, &sink, rejects ? &*rejects : nullptr);
  if (rejects) rejects->close();

  import::SummaryContext context = context_of(run, started);
  if (rejects && !rejects->error()) context.rejects_file = rejects->path().string();
  print(summary_text(summary, context));
  note_if_not_running(session, *id, run.options.campaign);

  ExitCode code = ExitCode::ok;
  if (rejects && rejects->error()) {
    complain(rejects->path().string() + " could not be written: " + *rejects->error());
    code = ExitCode::failed;
  }
  if (const std::string failure = failure_text(summary); !failure.empty()) {
    complain(failure);
    return summary.database_error ? exit_code_of(*summary.database_error) : ExitCode::failed;
  }
  if (const storage::Result<void> finished = sink.finish(summary.rows_read); finished.has_error()) {
    return complain_of(finished.error());
  }
  return code;
}

}  // namespace

ExitCode import_leads(const ImportOptions& options) {
  const std::optional<Files> files = load_files(options.config);
  if (!files) return ExitCode::configuration;
  const config::CampaignConfig* campaign = find_campaign(*files, options.campaign);
  if (campaign == nullptr) return ExitCode::failed;

  import::FileSource source(options.file);
  if (!source.is_open()) {
    complain("cannot open " + options.file.string() + ": " + source.error());
    return ExitCode::failed;
  }
  if (const auto rejects = rejects_path(options); rejects && is_same_file(*rejects, options.file)) {
    complain("the rejected rows would overwrite the file that is imported; name another with --rejects");
    return ExitCode::failed;
  }
  import::Importer importer(source, *campaign, mapping_of(*campaign, options));
  for (const std::string& problem : importer.problems()) complain(options.file.string() + ": " + problem);
  if (!importer.problems().empty()) return ExitCode::failed;

  const Run run{options, importer, source.size()};
  if (options.dry_run) return dry_run(run);

  std::optional<storage::SessionSettings> settings = session_settings(files->daemon, "dialerd import");
  if (!settings) return ExitCode::configuration;
  settings->statement_timeout = std::max<std::chrono::milliseconds>(settings->statement_timeout, statement_timeout_min);
  storage::Session session(*std::move(settings));
  if (const storage::Result<void> schema = session.check_schema(); schema.has_error()) {
    return complain_of(schema.error());
  }
  return write(run, session, *campaign);
}

}  // namespace dialerd::daemon::commands
