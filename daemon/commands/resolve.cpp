// `dialerd resolve`: a person who knows says what became of an attempt that the provider does not tell of.
#include <chrono>
#include <iostream>
#include <thread>

#include <date/date.h>

#include "daemon/commands/commands.h"
#include "daemon/commands/context.h"
#include "storage/resolution.h"

namespace dialerd::daemon::commands {
namespace {

using Kind = storage::ResolveOutcome::Kind;
using Progress = storage::ResolutionProgress::Kind;

// The account's owner looks once a second, and writes when its last write is through.
constexpr std::chrono::seconds patience{5};
constexpr std::chrono::milliseconds between_looks{100};

std::string_view verdict_of(bool placed) { return placed ? "placed" : "not placed"; }

std::string what_follows(bool placed) {
  return placed ? "the lead is done [resolved_placed]" : "the lead is ready again, and the attempt does not count";
}

// Why nothing was done, and what to do instead.
std::string refusal_of(const storage::ResolveOutcome& outcome) {
  const std::string lead = std::to_string(static_cast<std::int64_t>(outcome.lead));
  const std::string why = "`dialerd why " + lead + "` tells all of it";
  switch (outcome.kind) {
    case Kind::no_such_attempt:
      return "there is no such attempt; `dialerd why LEAD` and `dialerd report CAMPAIGN` name those that can be "
             "resolved";
    case Kind::resolved_already:
      return "it was resolved already, as " + std::string(verdict_of(outcome.earlier->placed)) + " by " +
             outcome.earlier->decided_by + " at " +
             date::format("%F %T UTC", date::floor<std::chrono::seconds>(outcome.earlier->decided)) + ": " +
             outcome.earlier->reason +
             (outcome.earlier->applied
                  ? "; " + why
                  : "; that is not carried out yet: it is when a daemon owns the account " + outcome.account);
    case Kind::being_dialled:
      return "it is being dialled at this moment; dialerd is about to learn what becomes of it. If it stays in doubt, "
             "say so again in a minute";
    case Kind::in_progress:
      return "there is no doubt about it: its call is known to the provider, and is followed to its end; " + why;
    case Kind::settled:
      return "it is over: " + outcome.attempt_state + " [" + outcome.disposition +
             "], and that never changes; to call the lead again, put it back (docs/database.md, \"Plain SQL\")";
    case Kind::lead_went_on:
      return outcome.lead_state.empty() ? "it was given up [abandoned] and its lead is gone: there is nothing to decide"
                                        : "it was given up [abandoned], and its lead is not held for it any more but " +
                                              outcome.lead_state + ": there is nothing to decide; " + why;
    case Kind::recorded:
    case Kind::applied:
      break;
  }
  return {};
}

ExitCode complain_of(const storage::Error& error) {
  complain(error.message);
  return exit_code_of(error);
}

// Until the owner has carried it out, or for as long as that takes as a rule.
ExitCode wait_for_owner(storage::Session& session, const storage::ResolveOutcome& outcome, bool placed) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  for (;;) {
    const storage::Result<storage::ResolutionProgress> progress = resolution_progress(session, outcome.resolution);
    if (progress.has_error()) return complain_of(progress.error());
    if (progress->kind == Progress::applied) {
      std::cout << "resolved as " << verdict_of(placed) << ": " << what_follows(placed) << '\n';
      return ExitCode::ok;
    }
    if (progress->kind == Progress::overtaken) {
      complain("the provider's own word came first, and holds: the attempt is " + progress->attempt_state +
               (progress->disposition.empty() ? "" : " [" + progress->disposition + "]"));
      return ExitCode::failed;
    }
    if (!progress->owned) {
      std::cout << "recorded as " << verdict_of(placed) << ": no daemon owns the account " << outcome.account
                << " now; the next one carries it out when it starts\n";
      return ExitCode::ok;
    }
    if (std::chrono::steady_clock::now() >= deadline) {
      std::cout << "recorded as " << verdict_of(placed) << ": the daemon that owns the account " << outcome.account
                << " has not carried it out yet; it looks every second. Is the campaign " << outcome.campaign
                << " configured there?\n";
      return ExitCode::ok;
    }
    std::this_thread::sleep_for(between_looks);
  }
}

}  // namespace

ExitCode resolve(const ResolveOptions& options) {
  const auto attempt = campaign::parse_attempt_id(options.attempt);
  if (!attempt) {
    complain("'" + options.attempt + "' is no attempt: give its whole id, 36 characters with hyphens");
    return ExitCode::failed;
  }
  if (options.reason.find_first_not_of(" \t\r\n") == std::string::npos) {
    complain("say why with --reason: those who look later will ask");
    return ExitCode::failed;
  }
  auto config = load_daemon_file(options.config);
  if (!config) return ExitCode::configuration;
  auto settings = session_settings(*config, "dialerd resolve");
  if (!settings) return ExitCode::configuration;
  storage::Session session(*std::move(settings));
  if (const auto schema = session.check_schema(); schema.has_error()) return complain_of(schema.error());

  const std::string who = options.by.empty() ? operator_name() : options.by;
  const storage::Result<storage::ResolveOutcome> outcome =
      storage::resolve(session, {*attempt, options.placed, options.reason, who});
  if (outcome.has_error()) return complain_of(outcome.error());
  switch (outcome->kind) {
    case Kind::recorded:
      return wait_for_owner(session, *outcome, options.placed);
    case Kind::applied:
      std::cout << "resolved as " << verdict_of(options.placed) << ": " << what_follows(options.placed) << '\n';
      return ExitCode::ok;
    default:
      complain("not resolved: " + refusal_of(*outcome));
      return ExitCode::failed;
  }
}

}  // namespace dialerd::daemon::commands
