#include "daemon/status_page/status_json.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "daemon/import/phone_number.h"

namespace dialerd::daemon::status_page {
namespace {

namespace json = boost::json;
using campaign::WallTime;
using storage::StatusCampaign;
using storage::StatusPicture;

constexpr std::array<std::string_view, storage::attempt_kinds> kind_names = {
    "conversation", "voicemail", "no_answer", "failed", "open", "unknown", "no_call"};
constexpr std::array<std::string_view, 3> severity_names = {"critical", "warning", "notice"};

json::value moment(const std::optional<WallTime>& at) {
  if (!at) return nullptr;
  return at->time_since_epoch().count();
}

using Minutes = std::array<std::int64_t, storage::status_minutes>;

json::array array_of(const Minutes& minutes) { return json::array(minutes.begin(), minutes.end()); }

std::size_t place(const StatusPicture& picture, const storage::MinuteCount& count) {
  return static_cast<std::size_t>(count.minute - picture.first_minute);
}

json::object minutes_json(const StatusPicture& picture) {
  std::array<Minutes, storage::attempt_kinds> kinds{};
  for (const storage::MinuteCount& count : picture.minutes) {
    kinds[static_cast<std::size_t>(count.kind)][place(picture, count)] += count.attempts;
  }
  json::object made;
  made["first"] = picture.first_minute * 60'000;
  json::object& by_kind = (made["kinds"] = json::object()).as_object();
  for (std::size_t i = 0; i < kinds.size(); ++i) by_kind[kind_names[i]] = array_of(kinds[i]);
  return made;
}

json::object limit_json(const campaign::LimitUse& use) {
  json::object made;
  made["limit"] = to_string(use.limit_of);
  if (!use.caller_number.empty()) made["caller_number"] = import::masked(use.caller_number);
  made["used"] = use.used;
  made["of"] = use.limit;
  return made;
}

// Those of `node`: of the account itself, of one of its campaigns, of its caller numbers.
json::array limits_json(const EngineAccount& account, campaign::BindingNode node,
                        std::optional<campaign::CampaignId> campaign = std::nullopt) {
  json::array made;
  for (const campaign::LimitUse& use : account.limits) {
    if (use.node == node && use.campaign == campaign) made.push_back(limit_json(use));
  }
  return made;
}

const EngineAccount* owned(const EnginePicture& engine, const std::string& account) {
  const auto found = std::find_if(engine.accounts.begin(), engine.accounts.end(),
                                  [&](const EngineAccount& one) { return one.name == account; });
  return found == engine.accounts.end() ? nullptr : &*found;
}

json::object campaign_json(const StatusPicture& picture, const StatusCampaign& one, const EnginePicture& engine) {
  json::object made;
  made["name"] = one.name;
  made["account"] = one.account;
  made["state"] = one.state;
  made["completed_by"] = one.completed_by;
  made["starts_at"] = moment(one.starts_at);
  made["reason"] = one.reason;
  made["changed_by"] = one.changed_by;
  made["changed_at"] = moment(one.changed_at);
  made["ready"] = one.ready;
  made["active"] = one.active;
  made["done"] = one.done;
  made["held"] = one.held;
  made["attempts"] = one.attempts;
  made["expected_end"] = moment(expected_end(picture, one));
  made["calls"] = array_of(one.calls);
  json::array& held_back_by = (made["held_back_by"] = json::array()).as_array();
  for (const EngineCampaign& known : engine.campaigns) {
    if (known.name != one.name) continue;
    for (const campaign::Binding& binding : known.binding) {
      held_back_by.push_back(
          json::string(std::string(to_string(binding.node)) + "." + std::string(to_string(binding.limit))));
    }
  }
  const EngineAccount* account = owned(engine, one.account);
  made["limits"] = account == nullptr ? json::array() : limits_json(*account, campaign::BindingNode::campaign, one.id);
  return made;
}

json::object account_json(const storage::StatusAccount& one, const StatusPicture& picture,
                          const EnginePicture& engine) {
  json::object made;
  made["name"] = one.name;
  const auto daemon = std::find_if(picture.daemons.begin(), picture.daemons.end(),
                                   [&](const storage::StatusDaemon& known) { return known.owner == one.owner; });
  made["owner"] = daemon == picture.daemons.end() ? one.owner : daemon->host;
  made["ours"] = !one.owner.empty() && one.owner == engine.owner;
  made["since"] = moment(one.since);
  if (const EngineAccount* known = owned(engine, one.name)) {
    made["dialing"] = known->dialing;
    made["open"] = known->open;
    made["unknown"] = known->doubts;
    made["unwritten"] = known->unwritten;
    made["limits"] = limits_json(*known, campaign::BindingNode::account);
    made["caller_numbers"] = limits_json(*known, campaign::BindingNode::caller_numbers);
  }
  return made;
}

json::object alarm_json(const Alarm& alarm) {
  json::object made;
  made["severity"] = severity_names[static_cast<std::size_t>(alarm.severity)];
  made["code"] = alarm.code;
  made["detail"] = alarm.detail;
  made["account"] = alarm.account;
  made["campaign"] = alarm.campaign;
  made["caller_number"] = alarm.caller_number;
  made["count"] = alarm.count;
  made["since"] = moment(alarm.since);
  made["until"] = moment(alarm.until);
  return made;
}

json::object daemon_json(const storage::StatusDaemon& one, const EnginePicture& engine) {
  json::object made;
  made["host"] = one.host;
  made["version"] = one.version;
  made["accepting"] = one.accepting;
  made["started_at"] = one.started.time_since_epoch().count();
  made["this"] = one.owner == engine.owner;
  return made;
}

}  // namespace

std::optional<WallTime> expected_end(const StatusPicture& picture, const StatusCampaign& campaign) {
  constexpr std::size_t recent = 15;
  const std::int64_t finished = campaign.done + campaign.held;
  const std::int64_t left = campaign.ready + campaign.active;
  if (left == 0 || finished == 0 || campaign.attempts == 0 || campaign.state != "running") return std::nullopt;
  const Minutes& calls = campaign.calls;
  // Whole minutes, from the first in which there was a call: a campaign that has just begun is not slow.
  const auto begin = calls.end() - 1 - recent;
  const auto first = std::find_if(begin, calls.end() - 1, [](std::int64_t n) { return n > 0; });
  std::int64_t placed = 0;
  for (auto at = first; at != calls.end() - 1; ++at) placed += *at;
  if (placed == 0) return std::nullopt;
  const double per_minute = static_cast<double>(placed) / static_cast<double>(calls.end() - 1 - first);
  const double attempts_per_lead = static_cast<double>(campaign.attempts) / static_cast<double>(finished);
  const double minutes_left = static_cast<double>(left) * std::max(attempts_per_lead, 0.1) / per_minute;
  constexpr double longest = 400.0 * 24 * 60;
  if (minutes_left > longest) return std::nullopt;
  return picture.at + std::chrono::milliseconds{static_cast<std::int64_t>(minutes_left * 60'000)};
}

std::string status_json(const StatusPicture* picture, const std::string& failure, const EnginePicture& engine) {
  const StatusPicture nothing;
  const StatusPicture& known = picture == nullptr ? nothing : *picture;
  json::object made;
  made["version"] = engine.version;
  made["at"] = picture == nullptr ? json::value(nullptr) : json::value(picture->at.time_since_epoch().count());
  made["ready"] = engine.readiness.ready;
  made["readiness"] = engine.readiness.reason;
  made["database_failure"] = failure.empty() ? engine.database_failure : failure;
  json::array& alarms = (made["alarms"] = json::array()).as_array();
  for (const Alarm& alarm : alarms_of(known, engine)) alarms.push_back(alarm_json(alarm));
  json::array& campaigns = (made["campaigns"] = json::array()).as_array();
  for (const StatusCampaign& one : known.campaigns) campaigns.push_back(campaign_json(known, one, engine));
  json::array& accounts = (made["accounts"] = json::array()).as_array();
  for (const storage::StatusAccount& one : known.accounts) accounts.push_back(account_json(one, known, engine));
  json::array& daemons = (made["daemons"] = json::array()).as_array();
  for (const storage::StatusDaemon& one : known.daemons) daemons.push_back(daemon_json(one, engine));
  made["minutes"] = minutes_json(known);
  std::string text = json::serialize(made);
  text.pop_back();
  return text;
}

}  // namespace dialerd::daemon::status_page
