// `dialerd pause` and `dialerd resume`: stop and start a campaign's calls, for every daemon at once.
#include <iostream>

#include "daemon/commands/commands.h"
#include "daemon/commands/context.h"

namespace dialerd::daemon::commands {
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
