// `dialerd pause` and `dialerd resume`: stop and start a campaign's calls, for every daemon at once.
#include <cstdlib>
#include <iostream>

#include <pwd.h>
#include <unistd.h>

#include "daemon/commands/commands.h"
#include "daemon/commands/context.h"

namespace dialerd::daemon::commands {
namespace {

// Who typed the command: the login name behind sudo, if there is one.
std::string operator_name() {
  if (const char* sudo_user = std::getenv("SUDO_USER"); sudo_user != nullptr && *sudo_user != '\0') return sudo_user;
  const passwd* entry = getpwuid(getuid());
  return entry != nullptr ? entry->pw_name : "uid " + std::to_string(getuid());
}

}  // namespace

ExitCode set_paused(const PauseOptions& options) {
  auto config = load_daemon_file(options.config);
  if (!config) return ExitCode::configuration;
  auto settings = session_settings(*config, options.paused ? "dialerd pause" : "dialerd resume");
  if (!settings) return ExitCode::configuration;
  storage::Session session(*settings);
  ExitCode code = ExitCode::ok;
  auto campaign = find_in_database(session, options.campaign, code);
  if (!campaign) return code;
  auto done = session.set_paused(*campaign, options.paused, options.reason, operator_name());
  if (!done) {
    complain(done.error().message);
    return exit_code_of(done.error());
  }
  std::cout << options.campaign << (options.paused ? ": paused; calls under way go on to their end\n" : ": resumed\n");
  return ExitCode::ok;
}

}  // namespace dialerd::daemon::commands
