// `dialerd plan`: what a campaign would do from now on, by the engine that the daemon runs, in virtual time. Reads the
// database and writes nothing.
#include "daemon/plan/plan.h"

#include <iostream>
#include <optional>
#include <variant>

#include <date/tz.h>

#include "config/units.h"
#include "daemon/commands/commands.h"
#include "daemon/commands/context.h"
#include "daemon/commands/plan_reader.h"
#include "daemon/import/lead_time.h"
#include "daemon/plan/limit.h"
#include "daemon/plan/plan_text.h"
#include "daemon/plan/words.h"

namespace dialerd::daemon::commands {
namespace {

// The options, read; what cannot be read is complained of.
std::optional<PlanQuestion> wishes_of(const PlanOptions& options, const config::CampaignConfig& campaign) {
  PlanQuestion wishes;
  if (!options.answer_rate.empty()) {
    wishes.model.answer_rate = plan::parse_share(options.answer_rate);
    if (!wishes.model.answer_rate) {
      complain("--answer-rate: '" + options.answer_rate + "' is no share; write it as 35%");
      return std::nullopt;
    }
  }
  if (!options.talk.empty()) {
    wishes.model.talk = config::parse_duration(options.talk);
    if (!wishes.model.talk) {
      complain("--talk: '" + options.talk + "' is no duration; write it as 90s or 2m");
      return std::nullopt;
    }
  }
  if (!options.from.empty()) {
    // Read as a past time is: of a day its beginning, of two readings the earlier.
    auto read =
        import::read_lead_time(options.from, import::LeadTime::consent_at, *date::locate_zone(campaign.timezone));
    if (!std::holds_alternative<campaign::WallTime>(read)) {
      complain("--from: '" + options.from +
               "' is no time; write it as 2026-11-26 or \"2026-11-26 09:00\", by the clock of " + campaign.timezone);
      return std::nullopt;
    }
    wishes.from = std::get<campaign::WallTime>(read);
  }
  for (const std::string& limit : options.doubles) {
    if (plan::parse_limit(limit)) continue;
    complain("--double: '" + limit + "' is no limit; write it as account.concurrency, campaign.per_hour, " +
             "caller_numbers.per_day or the like");
    return std::nullopt;
  }
  wishes.plan.doubles = options.doubles;
  wishes.leads = options.leads;
  return wishes;
}

void add_rule_notes(const config::CampaignConfig& campaign, plan::PlanContext& context) {
  bool lists = false;
  bool caps = false;
  for (const config::Rules& rules : campaign.rules) {
    lists = lists || !rules.required_lists.empty();
    caps = caps || !rules.frequency_caps.empty() || !rules.lock_outs.empty();
  }
  if (lists) context.notes.emplace_back("The suppression lists that its rules require are taken to be in order.");
  if (caps) {
    context.notes.emplace_back(
        "Frequency caps and lock-outs are kept over the calls of this forecast, without earlier ones and those of "
        "other "
        "campaigns.");
  }
}

}  // namespace

ExitCode plan_campaign(const PlanOptions& options) {
  auto files = load_files(options.config);
  if (!files) return ExitCode::configuration;
  const config::CampaignConfig* planned = find_campaign(*files, options.campaign);
  if (planned == nullptr) return ExitCode::failed;
  auto wishes = wishes_of(options, *planned);
  if (!wishes) return ExitCode::usage;
  auto settings = session_settings(files->daemon, "dialerd plan");
  if (!settings) return ExitCode::configuration;

  storage::Session session(*settings);
  if (auto schema = session.check_schema(); !schema) {
    complain(schema.error().message);
    return exit_code_of(schema.error());
  }
  PlanReader reader(session, *files, *planned, *wishes);
  if (auto error = reader.read()) {
    complain(error->message);
    return exit_code_of(*error);
  }
  for (const std::string& limit : wishes->plan.doubles) {
    if (plan::limit_value(reader.input, *plan::parse_limit(limit))) continue;
    complain("--double: " + limit + " is not set, so there is nothing to double");
    return ExitCode::usage;
  }
  plan::Plan made = plan::make_plan(reader.input, wishes->plan);
  add_rule_notes(*planned, reader.context);
  if (made.thinned > 1) {
    reader.context.notes.push_back("A part stands for the whole: every " + std::to_string(made.thinned) +
                                   "th lead, within limits divided by " + std::to_string(made.thinned) + ".");
  }
  std::cout << (options.json ? plan_json(made, reader.context) : plan_text(made, reader.context));
  return ExitCode::ok;
}

}  // namespace dialerd::daemon::commands
