// `dialerd forget`: a person wants to be known no more.
#include <array>
#include <cstdint>
#include <iostream>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "daemon/commands/commands.h"
#include "daemon/commands/context.h"
#include "daemon/import/phone_number.h"
#include "storage/retention.h"

namespace dialerd::daemon::commands {
namespace {

struct Words {
  std::string_view table;
  std::string_view meaning;
};
// In the order in which they are said.
constexpr std::array<Words, 8> words = {{
    {"lead", "leads removed"},
    {"alternate", "leads of others that had a number of this person as a further one, and have it no more"},
    {"attempt", "attempts without their numbers now, which stay for the counts"},
    {"call_detail", "calls whose summary, analysis and recording's place are removed; their cost stays"},
    {"webhook_event", "webhooks removed"},
    {"import_reject", "rejected rows of imports removed"},
    {"gate_decision", "decisions not to call yet removed"},
    {"resolution", "resolutions (dialerd resolve) whose reason is removed"},
}};

// False: there was nothing to say.
bool say_what(const storage::Forgotten& forgotten) {
  constexpr std::string_view suppression = "suppression";
  bool any = false;
  const auto say = [&any](std::int64_t rows, const std::string& meaning) {
    if (rows == 0) return;
    std::cout << "  " << meaning << ": " << rows << '\n';
    any = true;
  };
  for (const Words& one : words) {
    const auto found = forgotten.removed.find(std::string(one.table));
    if (found != forgotten.removed.end()) say(found->second, std::string(one.meaning));
  }
  for (const auto& [key, rows] : forgotten.removed) {
    if (!key.starts_with(suppression)) continue;
    say(rows, "suppressions" + key.substr(suppression.size()) +
                  " removed; a hash in their place keeps everybody from calling");
  }
  if (const auto known = forgotten.removed.find("numbers"); known != forgotten.removed.end() && known->second > 1) {
    say(known->second - 1, "further numbers that the person's leads had, which are treated like this one");
  }
  return any;
}

}  // namespace

ExitCode forget(const ForgetOptions& options) {
  auto config = load_daemon_file(options.config);
  if (!config) return ExitCode::configuration;
  const import::NumberReader numbers(options.region);
  if (!numbers.knows_region()) {
    complain("libphonenumber knows no region '" + options.region + "'; give two capital letters, such as KR");
    return ExitCode::failed;
  }
  const import::NumberReading reading = numbers.read(options.number);
  if (const auto* fault = std::get_if<import::NumberFault>(&reading)) {
    complain("the number cannot be read: " + reason_of(*fault, options.region));
    return ExitCode::failed;
  }
  const std::string digits = std::get<std::string>(reading);
  auto settings = session_settings(*config, "dialerd forget");
  if (!settings) return ExitCode::configuration;
  storage::Session session(*std::move(settings));
  if (const auto schema = session.check_schema(); schema.has_error()) {
    complain(schema.error().message);
    return exit_code_of(schema.error());
  }

  const auto forgotten =
      storage::forget(session, options.region + digits, options.by.empty() ? operator_name() : options.by,
                      options.reason, options.dry_run);
  if (forgotten.has_error()) {
    complain(forgotten.error().message);
    if (forgotten.error().message.find("permission denied") != std::string::npos) {
      complain("forget with the configuration that you migrate with: the daemon's role removes no leads");
    }
    return exit_code_of(forgotten.error());
  }
  const std::string shown = import::masked(digits) + " (" + options.region + ")";
  if (forgotten->open_call && options.dry_run) {
    std::cout << shown << ": a call is open, which needs the number until its end; until then `dialerd forget` removes "
              << "nothing\nnothing was removed: --dry-run\n";
    return ExitCode::ok;
  }
  if (forgotten->open_call) {
    complain("a call to " + shown + " is open, and needs the number until its end. No further call is made to this " +
             "person from now on; give the command again when the call is over: `dialerd why` tells");
    return ExitCode::failed;
  }
  std::cout << shown << (options.dry_run ? ": this would be forgotten\n" : ": forgotten, and never called again\n");
  const bool known = say_what(*forgotten);
  if (options.dry_run) {
    if (!known) std::cout << "  nothing is known of this number: is it the right one?\n";
    std::cout << "nothing was removed: --dry-run\n";
    return ExitCode::ok;
  }
  if (!known) {
    std::cout
        << "  nothing was known of this number: is it the right one? It is suppressed all the same, for ever; how to "
           "lift that is in docs/database.md, Retention\n";
  }
  std::cout << "Not reached from here: the provider's own records, rejects files and exports, lists that are loaded "
               "again, backups.\n";
  return ExitCode::ok;
}

}  // namespace dialerd::daemon::commands
