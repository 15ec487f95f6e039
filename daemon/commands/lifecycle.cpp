// `dialerd start`, `pause`, `resume`, `stop`: what an operator wishes of a campaign, for every daemon at once.
//
//             draft      running    paused     stopped
//   start     running    -          refused    running
//   pause     refused    paused     -          refused
//   resume    refused    -          running    refused
//   stop      stopped    stopped    stopped    -
//
// "-": it is so already, which is no failure. Refused: what is meant is another command, which the message names.
#include <algorithm>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/commands/commands.h"
#include "daemon/commands/context.h"

namespace dialerd::daemon::commands {
namespace {

using campaign::CampaignWish;

struct Transition {
  std::string_view command;
  CampaignWish to;
  std::vector<CampaignWish> from;
};

Transition transition(Lifecycle change) {
  switch (change) {
    case Lifecycle::start:
      return {"start", CampaignWish::running, {CampaignWish::draft, CampaignWish::stopped}};
    case Lifecycle::pause:
      return {"pause", CampaignWish::paused, {CampaignWish::running}};
    case Lifecycle::resume:
      return {"resume", CampaignWish::running, {CampaignWish::paused}};
    case Lifecycle::stop:
      break;
  }
  return {"stop", CampaignWish::stopped, {CampaignWish::draft, CampaignWish::running, CampaignWish::paused}};
}

std::string by_whom(const storage::CampaignControl& control) {
  return " by " + control.changed_by + (control.reason.empty() ? "" : ": " + control.reason);
}

std::string done_text(Lifecycle change, const storage::CampaignControl& before) {
  switch (change) {
    case Lifecycle::start:
      if (before.wish == CampaignWish::draft) return "started";
      return "started again; it had been stopped" + by_whom(before);
    case Lifecycle::pause:
      return "paused; calls under way go on to their end";
    case Lifecycle::resume:
      return "resumed";
    case Lifecycle::stop:
      break;
  }
  return "stopped; calls under way go on to their end";
}

std::string already_text(const storage::CampaignControl& now) {
  if (now.wish == CampaignWish::running) return "is running already";
  return "has been " + std::string(to_string(now.wish)) + " already" + by_whom(now);
}

std::string refusal_text(const std::string& campaign, const storage::CampaignControl& now, Lifecycle change) {
  switch (now.wish) {
    case CampaignWish::draft:
      return "is a draft, nothing of it is dialled; `dialerd start " + campaign + "` starts it";
    case CampaignWish::paused:
      return "was paused" + by_whom(now) + "; `dialerd resume " + campaign + "` lets it go on";
    case CampaignWish::running:
    case CampaignWish::stopped:
      break;
  }
  return "was stopped" + by_whom(now) +
         (change == Lifecycle::pause ? "; nothing of it is dialled"
                                     : "; `dialerd start " + campaign + "` starts it again");
}

// To whoever wishes a campaign to run: that nobody is there who would do it. A failure to find that out is not theirs.
void note_if_undialled(storage::Session& session, campaign::CampaignId campaign, const Transition& wanted) {
  if (wanted.to != CampaignWish::running) return;
  const auto why = session.why_undialled(campaign);
  if (!why || why->empty()) return;
  std::cerr << "note: no daemon dials for it now: "
            << (*why == "no daemon"
                    ? "no daemon with its account runs; `dialerd run` starts one"
                    : *why + "; is its file among `campaigns`? `dialerd reload` has the files read again")
            << '\n';
}

}  // namespace

ExitCode change_lifecycle(const LifecycleOptions& options) {
  const Transition wanted = transition(options.change);
  const auto is_blank = [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; };
  if (options.change == Lifecycle::stop && std::all_of(options.reason.begin(), options.reason.end(), is_blank)) {
    complain("--reason is empty: say why, for those who look later");
    return ExitCode::usage;
  }
  auto config = load_daemon_file(options.config);
  if (!config) return ExitCode::configuration;
  auto settings = session_settings(*config, "dialerd " + std::string(wanted.command));
  if (!settings) return ExitCode::configuration;
  storage::Session session(*settings);
  if (auto schema = session.check_schema(); !schema) {
    complain(schema.error().message);
    return exit_code_of(schema.error());
  }
  ExitCode code = ExitCode::ok;
  auto campaign = find_in_database(session, options.campaign, code);
  if (!campaign) return code;
  const std::string by = options.by.empty() ? operator_name() : options.by;
  auto before = session.set_wish(*campaign, wanted.to, options.reason, by, wanted.from);
  if (!before) {
    complain(before.error().message);
    return exit_code_of(before.error());
  }
  if (before->wish == wanted.to) {
    std::cout << options.campaign << ": " << already_text(*before) << '\n';
    note_if_undialled(session, *campaign, wanted);
    return ExitCode::ok;
  }
  if (std::find(wanted.from.begin(), wanted.from.end(), before->wish) == wanted.from.end()) {
    complain("campaign " + options.campaign + " " + refusal_text(options.campaign, *before, options.change));
    return ExitCode::failed;
  }
  std::cout << options.campaign << ": " << done_text(options.change, *before) << '\n';
  note_if_undialled(session, *campaign, wanted);
  return ExitCode::ok;
}

}  // namespace dialerd::daemon::commands
