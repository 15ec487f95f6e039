// `dialerd suppress`: people who are not called, entered one by one.
#include <algorithm>
#include <iostream>
#include <optional>
#include <utility>

#include <date/date.h>
#include <date/tz.h>

#include "config/units.h"
#include "daemon/commands/commands.h"
#include "daemon/commands/context.h"
#include "daemon/import/lead_time.h"
#include "daemon/import/lead_timezone.h"
#include "daemon/import/phone_number.h"
#include "storage/suppression.h"

namespace dialerd::daemon::commands {
namespace {

using Kind = storage::SuppressionScope::Kind;

constexpr const char* default_region = "KR";
// Where a day ends last: a date whose timezone nobody knows is not over before.
constexpr const char* westernmost_timezone = "Etc/GMT+12";

std::string utc(campaign::WallTime time) {
  return date::format("%F %H:%M UTC", date::floor<std::chrono::minutes>(time));
}

// What an entry is about, as far as the files and the command line say it.
struct Subject {
  config::DaemonConfig daemon;
  std::optional<config::CampaignConfig> campaign;
  std::string region;
  std::string digits;

  std::string person() const { return region + digits; }
  std::string shown() const { return import::masked(digits) + " (" + region + ")"; }
};

bool read_files(const SuppressOptions& options, Subject& subject, ExitCode& code) {
  code = ExitCode::configuration;
  if (options.campaign.empty()) {
    auto daemon = load_daemon_file(options.config);
    if (!daemon) return false;
    subject.daemon = *std::move(daemon);
  } else {
    std::optional<Files> files = load_files(options.config);
    if (!files) return false;
    code = ExitCode::failed;
    const config::CampaignConfig* campaign = find_campaign(*files, options.campaign);
    if (campaign == nullptr) return false;
    subject.campaign = *campaign;
    subject.daemon = std::move(files->daemon);
  }
  code = ExitCode::failed;
  const auto& accounts = subject.daemon.accounts;
  if (options.account.empty() ||
      std::ranges::find(accounts, options.account, &config::Account::name) != accounts.end()) {
    return true;
  }
  complain("there is no account '" + options.account + "' in the configuration");
  return false;
}

bool read_number(const SuppressOptions& options, Subject& subject) {
  subject.region = !options.region.empty() ? options.region
                   : subject.campaign      ? subject.campaign->region
                                           : default_region;
  const import::NumberReader numbers(subject.region);
  if (!numbers.knows_region()) {
    complain("libphonenumber knows no region '" + subject.region + "'; give two capital letters, such as KR");
    return false;
  }
  import::NumberReading reading = numbers.read(options.number);
  if (const auto* fault = std::get_if<import::NumberFault>(&reading)) {
    complain("the number cannot be read: " + reason_of(*fault, subject.region));
    return false;
  }
  subject.digits = std::get<std::string>(std::move(reading));
  return true;
}

// The clock of a date: the campaign's, else that of a region with one timezone.
const date::time_zone& clock_of(const Subject& subject) {
  std::string name = westernmost_timezone;
  if (subject.campaign) {
    name = subject.campaign->timezone;
  } else if (auto country = import::timezone_of_country(subject.region); country.name) {
    name = *std::move(country.name);
  }
  return *import::find_timezone(name);
}

// The end of the entry; nullopt and a complaint when the text says none, or one that has passed.
std::optional<campaign::WallTime> read_expiry(const std::string& text, const Subject& subject, campaign::WallTime now) {
  campaign::WallTime expiry;
  if (const auto duration = config::parse_duration(text)) {
    expiry = now + *duration;
  } else {
    const auto time = import::read_lead_time(text, import::LeadTime::suppressed_until, clock_of(subject));
    if (std::holds_alternative<import::TimeFault>(time)) {
      complain("'" + text + "' is no time to expire at; write 30d, 2026-05-31 or 2026-05-31T14:00:00+09:00");
      return std::nullopt;
    }
    expiry = std::get<campaign::WallTime>(time);
  }
  if (expiry > now) return expiry;
  complain("'" + text + "' has passed already (" + utc(expiry) + ")");
  return std::nullopt;
}

storage::Result<storage::SuppressionScope> scope_of(storage::Session& session, const SuppressOptions& options,
                                                    const Subject& subject) {
  storage::SuppressionScope scope;
  if (!options.account.empty()) {
    scope.kind = Kind::account;
    scope.account = options.account;
  } else if (subject.campaign) {
    const storage::Result<campaign::CampaignId> id = find_or_register(session, *subject.campaign);
    if (id.has_error()) return id.error();
    scope.kind = Kind::campaign;
    scope.campaign = *id;
  }
  return scope;
}

std::string whom_for(const SuppressOptions& options) {
  if (!options.campaign.empty()) return "the campaign " + options.campaign;
  if (!options.account.empty()) return "any campaign of the account " + options.account;
  return "any campaign";
}

ExitCode complain_of(const storage::Error& error) {
  complain(error.message);
  return exit_code_of(error);
}

void print(const Subject& subject, const SuppressOptions& options, const storage::Suppression& entry,
           const storage::SuppressOutcome& outcome) {
  std::cout << subject.shown() << ": not called any more by " << whom_for(options) << '\n';
  if (outcome.renewed) std::cout << "  there was such an entry: it now says\n";
  std::cout << "  reason: " << entry.reason << "\n  entered by: " << entry.source
            << "\n  until: " << (outcome.expires ? utc(*outcome.expires) : "for ever") << '\n'
            << "It holds from the next claim on. Calls that are claimed already are checked again before they leave.\n";
  if (outcome.call_under_way) {
    std::cout
        << "A call to this person is under way: a call that has left cannot be taken back and goes on to its end.\n";
  }
}

// "list dnc", "entry for all campaigns: asked on the phone"
std::string described(const storage::Suppression& entry) {
  const std::string until = entry.expires ? ", until " + utc(*entry.expires) : "";
  if (!entry.list.empty()) return "the list " + entry.list + until;
  const std::string scope = entry.scope.kind == Kind::global    ? "all campaigns"
                            : entry.scope.kind == Kind::account ? "the account " + entry.scope.account
                                                                : "one campaign";
  return "an entry for " + scope + " (" + entry.reason + ")" + until;
}

}  // namespace

ExitCode suppress_add(const SuppressOptions& options) {
  Subject subject;
  ExitCode code = ExitCode::ok;
  if (!read_files(options, subject, code)) return code;
  if (!read_number(options, subject)) return ExitCode::failed;
  auto settings = session_settings(subject.daemon, "dialerd suppress");
  if (!settings) return ExitCode::configuration;
  storage::Session session(*std::move(settings));
  if (const auto schema = session.check_schema(); schema.has_error()) return complain_of(schema.error());

  storage::Suppression entry;
  entry.person = subject.person();
  entry.reason = options.reason;
  entry.source = options.source.empty() ? operator_name() : options.source;
  if (!options.expires.empty()) {
    const storage::Result<campaign::WallTime> now = session.database_time();
    if (now.has_error()) return complain_of(now.error());
    entry.expires = read_expiry(options.expires, subject, *now);
    if (!entry.expires) return ExitCode::failed;
  }
  storage::Result<storage::SuppressionScope> scope = scope_of(session, options, subject);
  if (scope.has_error()) return complain_of(scope.error());
  entry.scope = *std::move(scope);

  const storage::Result<storage::SuppressOutcome> outcome = suppress(session, entry);
  if (outcome.has_error()) return complain_of(outcome.error());
  print(subject, options, entry, *outcome);
  return ExitCode::ok;
}

ExitCode suppress_remove(const SuppressOptions& options) {
  Subject subject;
  ExitCode code = ExitCode::ok;
  if (!read_files(options, subject, code)) return code;
  if (!read_number(options, subject)) return ExitCode::failed;
  auto settings = session_settings(subject.daemon, "dialerd suppress");
  if (!settings) return ExitCode::configuration;
  storage::Session session(*std::move(settings));
  if (const auto schema = session.check_schema(); schema.has_error()) return complain_of(schema.error());

  const storage::Result<storage::SuppressionScope> scope = scope_of(session, options, subject);
  if (scope.has_error()) return complain_of(scope.error());
  const storage::Result<storage::LiftOutcome> outcome = lift_suppression(session, subject.person(), *scope);
  if (outcome.has_error()) return complain_of(outcome.error());
  if (outcome->lifted == 0) {
    complain("there is no entry for " + subject.shown() + " that keeps " + whom_for(options) + " from calling");
  } else {
    std::cout << subject.shown() << ": the entry for " << whom_for(options) << " has ended\n";
  }
  for (const storage::Suppression& entry : outcome->remaining) {
    std::cout << "  still suppressed by " << described(entry) << '\n';
  }
  if (outcome->lifted > 0) std::cout << "Leads that were done as suppressed stay done.\n";
  return outcome->lifted == 0 ? ExitCode::failed : ExitCode::ok;
}

}  // namespace dialerd::daemon::commands
