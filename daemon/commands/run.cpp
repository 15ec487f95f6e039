// `dialerd run`: the daemon.
#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include <boost/system/system_error.hpp>

#include "config/timezone.h"
#include "config/warnings.h"
#include "daemon/boot_time.h"
#include "daemon/commands/commands.h"
#include "daemon/commands/context.h"
#include "daemon/file_watch.h"
#include "daemon/http_server/temporary_failure.h"
#include "daemon/log.h"
#include "daemon/process_name.h"
#include "daemon/revision_notes.h"
#include "daemon/runner.h"
#include "daemon/secrets.h"
#include "daemon/status_page/basic_auth.h"
#include "daemon/webhook/path_secrets.h"
#include "storage/durability.h"
#include "storage/reload.h"

namespace dialerd::daemon::commands {
namespace {

// An intent that a crashed server forgets is a person called twice. Says what is wrong with the server; nullopt:
// nothing, or the operator takes the risk.
std::optional<ExitCode> check_durability(const storage::SessionSettings& session, bool allow_data_loss) {
  auto faults = storage::durability_faults(session);
  if (!faults) {
    complain(faults.error().message);
    const bool mends_itself = faults.error().kind != storage::ErrorKind::refused;
    return mends_itself ? exit_code_of(faults.error()) : ExitCode::configuration;
  }
  if (faults->empty()) return std::nullopt;
  const std::string words = storage::words_of(*faults);
  if (allow_data_loss) {
    log::warning("THE DATABASE MAY LOSE WHAT IT HAS COMMITTED, and people may be called twice: " + words +
                     ". Allowed by database.allow_data_loss",
                 {.message = &log::message::database_may_lose});
    return std::nullopt;
  }
  complain("the database may lose what it has committed, and people would be called twice: " + words +
           ". For a database that holds nothing real: 'allow_data_loss: true' below 'database'");
  return ExitCode::configuration;
}

// What must be right in the database before the first call: schema, partitions, campaigns, its clock. `begun`: the
// files were read after that.
std::optional<ExitCode> prepare_database(const Files& files, campaign::MonoTime begun, RunnerSettings& settings) {
  storage::Session session(settings.session);
  auto failed = [](const storage::Error& error) {
    complain(error.message);
    // A campaign that belongs to another account, say: starting again changes nothing.
    return error.kind == storage::ErrorKind::refused ? ExitCode::configuration : exit_code_of(error);
  };
  if (auto schema = session.check_schema(); !schema) return failed(schema.error());
  if (auto partitions = session.ensure_partitions(); !partitions) return failed(partitions.error());
  auto last_request =
      storage::last_reload_request(session, std::chrono::ceil<std::chrono::milliseconds>(boot_time() - begun));
  if (!last_request) return failed(last_request.error());
  settings.last_reload_request = *last_request;
  auto recorded = record_configuration(session, files.daemon, files.campaigns, "start", settings.owner);
  if (!recorded) return failed(recorded.error());
  settings.campaign_ids = recorded->ids;
  for (const std::string& one : recorded->loosened) {
    log::warning("since the configuration that was applied last, loosened: " + one,
                 {.message = &log::message::reload_applied});
  }
  settings.database_time_asked = boot_time();
  auto time = session.database_time();
  if (!time) return failed(time.error());
  settings.database_time_answered = boot_time();
  settings.database_time = *time;
  return std::nullopt;
}

// What the account's webhooks show that they know. Complains about what is no good.
std::optional<webhook::EndpointSecrets> read_webhook_secrets(const config::Account& account) {
  webhook::EndpointSecrets secrets;
  if (!account.webhook) return secrets;
  auto wrong = [&](const char* which, const std::string& what) {
    complain("account " + account.name + ": its webhook's " + which + ": " + what);
    return std::nullopt;
  };
  for (const config::SecretReference& reference : account.webhook->path_secrets) {
    auto secret = read_secret(reference);
    if (!secret) return wrong("path secret", secret.error().message);
    if (auto fault = webhook::path_secret_fault(*secret)) {
      return wrong("path secret", "'" + reference.value + "' " + *fault);
    }
    secrets.path.push_back(std::move(*secret));
  }
  if (!account.webhook->signature) return secrets;
  for (const config::SecretReference& reference : account.webhook->signature->secrets) {
    auto secret = read_secret(reference);
    if (!secret) return wrong("signature secret", secret.error().message);
    secrets.signature.push_back(std::move(*secret));
  }
  return secrets;
}

// Complains about what is no good.
std::optional<std::string> read_status_page_password(const std::optional<config::Monitoring>& monitoring) {
  if (!monitoring || !monitoring->basic_auth) return std::string();
  auto password = read_secret(monitoring->basic_auth->password);
  if (!password) {
    complain("the status page's password: " + password.error().message);
    return std::nullopt;
  }
  if (auto fault = status_page::password_fault(*password)) {
    complain("the status page's password: '" + monitoring->basic_auth->password.value + "' " + *fault);
    return std::nullopt;
  }
  return std::move(*password);
}

}  // namespace

ExitCode run(const RunOptions& options) {
  config::read_all_timezones();
  const campaign::MonoTime begun = boot_time();
  auto files = load_files(options.config);
  if (!files) return ExitCode::configuration;
  auto session = session_settings(files->daemon, "dialerd");
  if (!session) return ExitCode::configuration;

  RunnerSettings settings;
  settings.files_seen = files_seen(files->daemon);
  settings.owner = new_process_name();
  settings.session = *session;
  for (const config::Account& account : files->daemon.accounts) {
    auto key = read_secret(account.api_key);
    if (!key) {
      complain("account " + account.name + ": its api_key: " + key.error().message);
      return ExitCode::configuration;
    }
    settings.api_keys.push_back(std::move(*key));
    auto webhook_secrets = read_webhook_secrets(account);
    if (!webhook_secrets) return ExitCode::configuration;
    settings.webhook_secrets.push_back(std::move(*webhook_secrets));
  }
  auto status_page_password = read_status_page_password(files->daemon.monitoring);
  if (!status_page_password) return ExitCode::configuration;
  settings.status_page_password = std::move(*status_page_password);
  log::start(files->daemon.logging);
  for (const config::Diagnostic& warning :
       config::warnings_of(files->daemon, files->campaigns, files->daemon.campaigns)) {
    log::warning(to_string(warning));
  }
  const bool allow_data_loss = files->daemon.database.allow_data_loss;
  if (auto failed = check_durability(settings.session, allow_data_loss)) return *failed;
  settings.session.must_be_durable = !allow_data_loss;
  if (auto failed = prepare_database(*files, begun, settings)) return *failed;

  settings.until_done = options.until_done;
  settings.daemon = std::move(files->daemon);
  settings.campaigns = std::move(files->campaigns);
  std::unique_ptr<Runner> runner;
  try {
    runner = std::make_unique<Runner>(std::move(settings));
  } catch (const http_server::TemporaryFailure& error) {
    // systemd starts us again, and nobody needs to.
    complain(error.what());
    return ExitCode::failed;
  } catch (const std::system_error&) {
    throw;  // a shortage of descriptors, memory or threads: no fault of the configuration either
  } catch (const boost::system::system_error& error) {
    complain(error.what());  // the same, told by Asio
    return ExitCode::failed;
  } catch (const std::exception& error) {
    // An unreadable CA file, an API key that no header can carry, a TLS key that others may read.
    complain(error.what());
    return ExitCode::configuration;
  }
  try {
    return runner->run();
  } catch (const std::exception& error) {
    // A fault that nobody expected: attempts under way are found out at the next start.
    log::error(std::string("stopped by an internal error: ") + error.what(),
               {.message = &log::message::internal_error});
    return ExitCode::failed;
  }
}

}  // namespace dialerd::daemon::commands
