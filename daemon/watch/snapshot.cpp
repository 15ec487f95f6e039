#include "daemon/watch/snapshot.h"

#include <algorithm>
#include <map>

#include "daemon/status_page/status_json.h"

namespace dialerd::daemon::watch {
namespace {

using storage::AttemptKind;
using storage::StatusCampaign;
using storage::StatusPicture;

struct Counts {
  std::int64_t last_hour = 0;    // calls, open ones and doubts included
  std::int64_t last_minute = 0;  // of them, in the last whole minute
  std::int64_t conversations = 0;
  std::int64_t over = 0;  // calls that have ended, of whatever outcome

  Counts& operator+=(const Counts& other) {
    last_hour += other.last_hour;
    last_minute += other.last_minute;
    conversations += other.conversations;
    over += other.over;
    return *this;
  }
  std::optional<double> answered() const {
    if (over == 0) return std::nullopt;
    return static_cast<double>(conversations) / static_cast<double>(over);
  }
};

std::map<campaign::CampaignId, Counts> counts_of(const StatusPicture& picture) {
  std::map<campaign::CampaignId, Counts> counts;
  const std::int64_t last_whole_minute = picture.first_minute + storage::StatusFeed::minutes_shown - 2;
  for (const storage::MinuteCount& one : picture.minutes) {
    if (one.kind == AttemptKind::no_call) continue;
    Counts& of = counts[one.campaign];
    of.last_hour += one.attempts;
    if (one.minute == last_whole_minute) of.last_minute += one.attempts;
    if (one.kind == AttemptKind::conversation) of.conversations += one.attempts;
    if (one.kind != AttemptKind::open && one.kind != AttemptKind::unknown) of.over += one.attempts;
  }
  return counts;
}

CampaignRow row_of(const StatusPicture& picture, const StatusCampaign& campaign, const Counts& counts) {
  CampaignRow row;
  row.name = campaign.name;
  row.state = campaign.state;
  row.finished = campaign.done + campaign.held;
  row.left = campaign.ready + campaign.active;
  row.leads = row.finished + row.left;
  row.calls_per_hour = counts.last_hour;
  row.answered = counts.answered();
  if (campaign.state == "running") row.end = status_page::expected_end(picture, campaign);
  if (campaign.state == "paused" || campaign.state == "stopping") row.reason = campaign.reason;
  return row;
}

void add_limits(std::vector<LimitRow>& rows, const std::string& subject, const config::Limits& limits,
                std::int64_t open, const Counts& counts, std::int64_t of_day) {
  auto add = [&](const char* name, const std::optional<std::int64_t>& most, double used) {
    if (most) rows.push_back({subject, name, used, *most});
  };
  add("concurrency", limits.concurrency, static_cast<double>(open));
  add("per_second", limits.per_second, static_cast<double>(counts.last_minute) / 60);
  add("per_minute", limits.per_minute, static_cast<double>(counts.last_minute));
  // What these count begins anew with the hour or day of a calendar; how much of that is used, only the daemon knows.
  if (limits.window == config::WindowKind::calendar) return;
  add("per_hour", limits.per_hour, static_cast<double>(counts.last_hour));
  add("per_day", limits.per_day, static_cast<double>(of_day));
}

std::string words_of(const status_page::Alarm& alarm) {
  std::string text = alarm.campaign.empty() ? "account " + alarm.account : "campaign " + alarm.campaign;
  if (!alarm.caller_number.empty()) text += ", caller number " + alarm.caller_number;
  text += ": ";
  if (alarm.code == "no_owner") return text + "no daemon dials for it";
  if (alarm.code == "unknown") return text + std::to_string(alarm.count) + " calls in doubt";
  if (alarm.code == "held") return text + std::to_string(alarm.count) + " leads held, " + alarm.detail;
  text += alarm.code;
  return alarm.detail.empty() ? text : text + ":" + alarm.detail;
}

AlarmRow::Severity severity_of(status_page::Alarm::Severity severity) {
  switch (severity) {
    case status_page::Alarm::Severity::critical:
      return AlarmRow::Severity::critical;
    case status_page::Alarm::Severity::warning:
      return AlarmRow::Severity::warning;
    case status_page::Alarm::Severity::notice:
      break;
  }
  return AlarmRow::Severity::notice;
}

}  // namespace

Snapshot make_snapshot(const StatusPicture& picture, const storage::CallsOfDay& of_day,
                       const ConfiguredLimits& limits) {
  Snapshot snapshot;
  snapshot.at = picture.at;
  snapshot.daemons = static_cast<std::int64_t>(picture.daemons.size());
  std::map<campaign::CampaignId, Counts> counts = counts_of(picture);
  const auto day = [&](campaign::CampaignId id) { return of_day.contains(id) ? of_day.at(id) : 0; };

  Counts all;
  for (const StatusCampaign& campaign : picture.campaigns) {
    snapshot.open += campaign.active;
    all += counts[campaign.id];
    snapshot.campaigns.push_back(row_of(picture, campaign, counts[campaign.id]));
  }
  snapshot.calls_per_minute = static_cast<double>(all.last_minute);
  snapshot.answered = all.answered();

  for (const auto& [name, of] : limits.accounts) {
    Counts sum;
    std::int64_t open = 0;
    std::int64_t sum_of_day = 0;
    for (const StatusCampaign& campaign : picture.campaigns) {
      if (campaign.account != name) continue;
      sum += counts[campaign.id];
      open += campaign.active;
      sum_of_day += day(campaign.id);
    }
    add_limits(snapshot.limits, "account " + name, of, open, sum, sum_of_day);
  }
  for (const auto& [name, of] : limits.campaigns) {
    const auto found = std::find_if(picture.campaigns.begin(), picture.campaigns.end(),
                                    [&, &wanted = name](const StatusCampaign& one) { return one.name == wanted; });
    if (found == picture.campaigns.end()) continue;
    add_limits(snapshot.limits, "campaign " + name, of, found->active, counts[found->id], day(found->id));
  }
  const auto share = [](const LimitRow& row) { return row.used / static_cast<double>(row.most); };
  std::stable_sort(snapshot.limits.begin(), snapshot.limits.end(),
                   [&](const LimitRow& a, const LimitRow& b) { return share(a) > share(b); });

  status_page::EnginePicture no_engine;  // this process dials for nobody
  no_engine.readiness.ready = true;
  for (const status_page::Alarm& alarm : status_page::alarms_of(picture, no_engine)) {
    snapshot.alarms.push_back({severity_of(alarm.severity), words_of(alarm), alarm.since, alarm.until});
  }
  return snapshot;
}

}  // namespace dialerd::daemon::watch
