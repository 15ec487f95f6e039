#include <algorithm>
#include <array>
#include <string_view>

#include "daemon/import/phone_number.h"
#include "daemon/status_page/status_json.h"

namespace dialerd::daemon::status_page {
namespace {

using Severity = Alarm::Severity;

// A doubt is a matter of minutes; one that lasts longer is not resolving itself.
constexpr std::chrono::minutes lasting_doubt{10};

Severity severity_of(std::string_view state) {
  // Nobody but a person ends these.
  constexpr std::array<std::string_view, 6> critical = {"account_fault",    "insufficient_balance", "rejections",
                                                        "holidays_unknown", "no_calling_window",    "list_missing"};
  // As somebody wished, or as it should be.
  constexpr std::array<std::string_view, 3> notice = {"learned_concurrency", "campaign_ended", "throttled"};
  if (std::find(critical.begin(), critical.end(), state) != critical.end()) return Severity::critical;
  if (std::find(notice.begin(), notice.end(), state) != notice.end()) return Severity::notice;
  return Severity::warning;
}

Alarm of_condition(const storage::StatusCondition& condition) {
  Alarm alarm;
  const std::size_t colon = condition.state.find(':');
  alarm.code = condition.state.substr(0, colon);
  if (colon != std::string::npos) alarm.detail = condition.state.substr(colon + 1);
  alarm.severity = severity_of(alarm.code);
  if (alarm.code == "rested" && alarm.detail == "by_hand") alarm.severity = Severity::notice;
  alarm.account = condition.account;
  alarm.campaign = condition.campaign;
  if (!condition.caller_number.empty()) alarm.caller_number = import::masked(condition.caller_number);
  if (condition.since != campaign::WallTime{}) alarm.since = condition.since;
  alarm.until = condition.until;
  return alarm;
}

}  // namespace

std::vector<Alarm> alarms_of(const storage::StatusPicture& picture, const EnginePicture& engine) {
  std::vector<Alarm> alarms;
  if (!engine.readiness.ready) {
    Alarm alarm;
    alarm.severity = Severity::critical;
    alarm.code = "not_ready";
    alarm.detail = engine.readiness.reason;
    alarms.push_back(std::move(alarm));
  }
  for (const storage::StatusAccount& account : picture.accounts) {
    const bool wanted = std::any_of(picture.campaigns.begin(), picture.campaigns.end(), [&](const auto& one) {
      return one.account == account.name && (one.active > 0 || (one.ready > 0 && one.state == "running"));
    });
    if (!account.owner.empty() || !wanted) continue;
    Alarm alarm;
    alarm.severity = Severity::critical;
    alarm.code = "no_owner";
    alarm.account = account.name;
    alarms.push_back(std::move(alarm));
  }
  for (const storage::StatusCondition& condition : picture.conditions) alarms.push_back(of_condition(condition));
  for (const storage::StatusCampaign& one : picture.campaigns) {
    if (one.doubts > 0) {
      Alarm alarm;
      const bool lasts = one.oldest_doubt && picture.at - *one.oldest_doubt > lasting_doubt;
      alarm.severity = lasts ? Severity::warning : Severity::notice;
      alarm.code = "unknown";
      alarm.account = one.account;
      alarm.campaign = one.name;
      alarm.count = one.doubts;
      alarm.since = one.oldest_doubt;
      alarms.push_back(std::move(alarm));
    }
    for (const auto& [reason, leads] : one.held_reasons) {
      if (leads == 0) continue;
      Alarm alarm;
      alarm.code = "held";
      alarm.detail = reason;
      alarm.account = one.account;
      alarm.campaign = one.name;
      alarm.count = leads;
      alarms.push_back(std::move(alarm));
    }
  }
  std::stable_sort(alarms.begin(), alarms.end(),
                   [](const Alarm& a, const Alarm& b) { return a.severity < b.severity; });
  return alarms;
}

}  // namespace dialerd::daemon::status_page
