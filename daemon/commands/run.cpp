// `dialerd run`: the daemon.
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "daemon/boot_time.h"
#include "daemon/commands/commands.h"
#include "daemon/commands/context.h"
#include "daemon/log.h"
#include "daemon/runner.h"
#include "daemon/secrets.h"

namespace dialerd::daemon::commands {
namespace {

// What must be right in the database before the first call: schema, partitions, campaigns, its clock.
std::optional<ExitCode> prepare_database(const Files& files, RunnerSettings& settings) {
  storage::Session session(settings.session);
  auto failed = [](const storage::Error& error) {
    complain(error.message);
    // A campaign that belongs to another account, say: starting again changes nothing.
    return error.kind == storage::ErrorKind::refused ? ExitCode::configuration : exit_code_of(error);
  };
  if (auto schema = session.check_schema(); !schema) return failed(schema.error());
  if (auto partitions = session.ensure_partitions(); !partitions) return failed(partitions.error());
  for (const config::CampaignConfig& campaign : files.campaigns) {
    auto id = session.register_campaign(campaign.name, campaign.account, campaign.region, campaign.source);
    if (!id) return failed(id.error());
    settings.campaign_ids.push_back(*id);
  }
  settings.database_time_asked = boot_time();
  auto time = session.database_time();
  if (!time) return failed(time.error());
  settings.database_time_answered = boot_time();
  settings.database_time = *time;
  return std::nullopt;
}

}  // namespace

ExitCode run(const RunOptions& options) {
  auto files = load_files(options.config);
  if (!files) return ExitCode::configuration;
  auto session = session_settings(files->daemon, "dialerd");
  if (!session) return ExitCode::configuration;

  RunnerSettings settings;
  settings.session = *session;
  for (const config::Account& account : files->daemon.accounts) {
    auto key = read_secret(account.api_key);
    if (!key) {
      complain("account " + account.name + ": its api_key: " + key.error().message);
      return ExitCode::configuration;
    }
    settings.api_keys.push_back(std::move(*key));
  }
  if (auto failed = prepare_database(*files, settings)) return *failed;

  settings.until_done = options.until_done;
  settings.daemon = std::move(files->daemon);
  settings.campaigns = std::move(files->campaigns);
  log::start(settings.daemon.logging);
  std::unique_ptr<Runner> runner;
  try {
    runner = std::make_unique<Runner>(std::move(settings));
  } catch (const std::exception& error) {
    // An unreadable CA file, or an API key that no header can carry.
    complain(error.what());
    return ExitCode::configuration;
  }
  try {
    return runner->run();
  } catch (const std::exception& error) {
    // A fault that nobody expected: attempts under way are found out at the next start.
    log::error(std::string("stopped by an internal error: ") + error.what());
    return ExitCode::failed;
  }
}

}  // namespace dialerd::daemon::commands
