// `dialerd prune`: what is kept for a time only goes.
#include <iostream>
#include <optional>
#include <utility>

#include "config/units.h"
#include "daemon/commands/commands.h"
#include "daemon/commands/context.h"
#include "storage/retention.h"

namespace dialerd::daemon::commands {
namespace {

// False and a complaint when it cannot be read.
bool read_age(const char* option, const std::string& text, std::optional<std::chrono::seconds>& age) {
  if (text.empty()) return true;
  const auto duration = config::parse_duration(text);
  if (!duration || *duration < std::chrono::hours(1)) {
    complain(std::string(option) + ": '" + text + "' is no age; write 400d, an hour at least");
    return false;
  }
  age = std::chrono::duration_cast<std::chrono::seconds>(*duration);
  return true;
}

void print(const storage::Removed& removed, bool dry_run) {
  if (!removed.kept.empty()) {
    std::cout << "  stays  " << removed.what << ": ";
    if (!removed.what.starts_with("partition")) std::cout << removed.rows << " rows, ";
    std::cout << removed.kept << '\n';
  } else if (removed.rows > 0 || removed.what.starts_with("partition")) {
    std::cout << (dry_run ? "  would go  " : "  gone  ") << removed.what << ": ";
    if (removed.rows >= 0)
      std::cout << (removed.what.starts_with("partition") ? "about " : "") << removed.rows << " rows";
    std::cout << '\n';
  }
}

}  // namespace

ExitCode prune(const PruneOptions& options) {
  storage::RetentionPolicy policy;
  std::optional<std::chrono::seconds> attempts;
  const bool good = read_age("--older-than", options.attempts, attempts) &&
                    read_age("--words-older-than", options.words, policy.words) &&
                    read_age("--webhooks-older-than", options.webhooks, policy.webhooks) &&
                    read_age("--rejects-older-than", options.rejects, policy.rejects) &&
                    read_age("--decisions-older-than", options.decisions, policy.decisions) &&
                    read_age("--leads-older-than", options.leads, policy.leads);
  if (!good) return ExitCode::usage;
  policy.attempts = attempts.value_or(std::chrono::seconds{0});
  auto config = load_daemon_file(options.config);
  if (!config) return ExitCode::configuration;
  auto settings = session_settings(*config, "dialerd prune");
  if (!settings) return ExitCode::configuration;
  storage::Session session(*std::move(settings));
  if (const auto schema = session.check_schema(); schema.has_error()) {
    complain(schema.error().message);
    return exit_code_of(schema.error());
  }
  const auto done = storage::prune(session, policy, options.dry_run, operator_name(),
                                   [&](const storage::Removed& removed) { print(removed, options.dry_run); });
  if (done.has_error()) {
    complain(done.error().message);
    if (done.error().message.find("permission denied") != std::string::npos) {
      complain("prune with the configuration that you migrate with: the daemon's role removes no attempts");
    }
    return exit_code_of(done.error());
  }
  std::cout << (options.dry_run ? "nothing was removed: --dry-run\n" : "done\n");
  return ExitCode::ok;
}

}  // namespace dialerd::daemon::commands
