#include "tests/simulation/oracle.h"

#include <algorithm>
#include <map>
#include <stdexcept>

#include <date/tz.h>

#include "tests/simulation/provider.h"

namespace dialerd::simulation::oracle {
namespace {

using config::AfterCall;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr const char* night = "+night";

const date::time_zone* locate(const std::string& zone) {
  thread_local std::map<std::string, const date::time_zone*> known;
  auto found = known.find(zone);
  if (found == known.end()) found = known.emplace(zone, date::locate_zone(zone)).first;
  return found->second;
}

bool exists(const std::string& zone) {
  try {
    locate(zone);
    return true;
  } catch (const std::runtime_error&) {
    return false;
  }
}

bool within_weekly(const config::CampaignConfig& config, int weekday, int minute) {
  return std::any_of(config.calling_windows.begin(), config.calling_windows.end(), [&](const auto& window) {
    return window.weekday == weekday && minute >= window.from_minute && minute < window.to_minute;
  });
}

bool within_hours(const config::CampaignConfig& config, bool consents_to_nights, int minute) {
  for (const config::Rules& rules : config.rules) {
    if (rules.hours.empty()) continue;
    bool allowed = false;
    for (const config::AllowedHours& of_day : rules.hours) {
      allowed = allowed || (minute >= of_day.from_minute && minute < of_day.to_minute) ||
                (of_day.unless_night_consent && consents_to_nights);
    }
    if (!allowed) return false;
  }
  return true;
}

struct Default {
  AfterCall then;
  std::vector<config::Delay> delays;
  std::optional<std::int64_t> max;
};

config::Delay after(seconds time) { return {time, false}; }

Default default_of(const std::string& reason) {
  if (is_conversation(reason)) return {AfterCall::done, {}, {}};
  if (reason == "voicemail_reached") return {AfterCall::retry, {after(hours{4}), after(hours{24})}, 2};
  if (reason == "dial_no_answer") return {AfterCall::retry, {after(minutes{30}), after(hours{2}), after(hours{24})}, 3};
  if (reason == "dial_busy") return {AfterCall::retry, {after(minutes{10}), after(minutes{30}), after(hours{2})}, 3};
  if (reason == "dial_declined") return {AfterCall::retry, {after(hours{24})}, 1};
  if (reason == "dial_failed") return {AfterCall::retry, {after(hours{1})}, 1};
  if (reason == "flow_error") return {AfterCall::retry, {after(hours{1}), after(hours{4})}, 2};
  if (reason == "error_voxai") return {AfterCall::retry, {after(minutes{10}), after(hours{1})}, 3};
  if (reason == "orphaned_no_agent_pickup") return {AfterCall::retry, {after(hours{24})}, 1};
  if (reason == "concurrency_limit_reached") return {AfterCall::retry, {after(seconds{30})}, {}};
  if (reason == "hourly_call_limit_reached") return {AfterCall::retry, {after(minutes{5})}, {}};
  if (reason == "daily_call_limit_reached") return {AfterCall::retry, {after(minutes{30})}, {}};
  if (reason == "insufficient_balance") return {AfterCall::retry, {after(minutes{10})}, {}};
  return {AfterCall::hold, {}, {}};
}

}  // namespace

bool is_known(const std::string& reason) {
  return is_conversation(reason) || is_refusal(reason) || default_of(reason).then == AfterCall::retry;
}

bool night_consent(const std::string& clock) { return clock.ends_with(night); }

std::string zone_of(const config::CampaignConfig& config, const std::string& clock) {
  std::string zone = clock.substr(0, clock.find('+'));
  if (!zone.empty()) return exists(zone) ? zone : "";
  bool stands_in = std::find(config.lead_timezone.begin(), config.lead_timezone.end(), config::ZoneSource::campaign) !=
                   config.lead_timezone.end();
  for (const config::Rules& rules : config.rules) stands_in = stands_in && !rules.called_party_time;
  return stands_in ? config.timezone : "";
}

LocalTime local_time(const std::string& zone, WallTime at) {
  auto local = locate(zone)->to_local(at);
  auto day = date::floor<date::days>(local);
  LocalTime time;
  time.date = std::chrono::sys_days{day.time_since_epoch()};
  time.weekday = static_cast<int>(std::chrono::weekday{time.date}.iso_encoding());
  time.minute = static_cast<int>(std::chrono::duration_cast<minutes>(local - day).count());
  return time;
}

bool may_be_called_at(const config::CampaignConfig& config, const std::string& clock, WallTime at) {
  std::string zone = zone_of(config, clock);
  if (zone.empty()) return false;
  LocalTime local = local_time(zone, at);
  for (const config::ClosedDate& closed : config.closed_dates) {
    if (closed.date == local.date) return false;
  }
  if (config.start_date && local.date < *config.start_date) return false;
  if (config.end_date && local.date > *config.end_date) return false;
  return within_weekly(config, local.weekday, local.minute) && within_hours(config, night_consent(clock), local.minute);
}

bool ever_opens(const config::CampaignConfig& config, const std::string& clock) {
  for (int weekday = 1; weekday <= 7; ++weekday) {
    for (int minute = 0; minute < 24 * 60; minute += 5) {
      if (within_weekly(config, weekday, minute) && within_hours(config, night_consent(clock), minute)) return true;
    }
  }
  return false;
}

std::string forbidden(const config::CampaignConfig& config, const campaign::LeadFacts& facts, WallTime at) {
  if (facts.expires_at && at >= *facts.expires_at) return "expired";
  if (config.lead_lifetime && at >= facts.created_at + *config.lead_lifetime) return "too old";
  if (facts.consent_expires_at && at >= *facts.consent_expires_at) return "consent expired";
  for (const config::Rules& rules : config.rules) {
    if (!rules.consent.required) continue;
    if (!facts.consent_at) return "no consent";
    if (*facts.consent_at > at) return "consent of tomorrow";
    if (rules.consent.max_age && at >= *facts.consent_at + *rules.consent.max_age) return "consent too old";
  }
  return "";
}

Daypart daypart(const std::string& zone, WallTime at) {
  int minute = local_time(zone, at).minute;
  return minute < 12 * 60 ? Daypart::morning : minute < 17 * 60 ? Daypart::afternoon : Daypart::evening;
}

bool is_refusal(const std::string& reason) {
  return reason == "concurrency_limit_reached" || reason == "hourly_call_limit_reached" ||
         reason == "daily_call_limit_reached" || reason == "insufficient_balance";
}

Policy policy_of(const config::Retry& retry, const std::string& reason, std::optional<milliseconds> talk) {
  Policy policy;
  policy.key = is_known(reason) ? reason : "other";
  Default built_in = default_of(policy.key);
  auto brief = retry.reasons.find("short_conversation");
  if (is_conversation(reason) && talk && brief != retry.reasons.end() && *talk < *brief->second.under) {
    policy.key = "short_conversation";
    built_in = {AfterCall::retry, {}, {}};
  }
  policy.then = built_in.then;
  policy.delays = built_in.delays;
  policy.max = built_in.max;
  if (auto found = retry.reasons.find(policy.key); found != retry.reasons.end()) {
    const config::ReasonPolicy& file = found->second;
    if (file.then) policy.then = *file.then;
    if (!file.delays.empty()) policy.delays = file.delays;
    if (file.max) policy.max = file.max;
    policy.different_daypart = file.different_daypart;
    policy.next_caller_number = file.next_caller_number;
    policy.next_number = file.next_number;
  }
  if (policy.delays.empty()) policy.delays = {after(minutes{30}), after(hours{2}), after(hours{24})};
  return policy;
}

}  // namespace dialerd::simulation::oracle
