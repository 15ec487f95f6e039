// Random policies, calendars and lives of a lead: what is promised of retries, whatever comes together.
#include <map>

#include <date/tz.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "campaign/retry_policy.h"
#include "config/disconnection_reason.h"
#include "tests/unit/campaign/rules_fixture.h"

namespace dialerd::campaign {
namespace {

using config::AfterCall;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

const std::vector<std::string> reasons = {"dial_no_answer",    "dial_busy",   "dial_declined",
                                          "voicemail_reached", "user_hangup", "daily_call_limit_reached"};
const std::vector<std::string> zones = {"Asia/Seoul", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo"};

config::CampaignConfig any_campaign() {
  config::CampaignConfig config;
  config.timezone = *rc::gen::elementOf(zones);
  for (std::uint8_t day = 1; day <= 7; ++day) {
    int from = *rc::gen::inRange(-300, 1440);
    if (from < 0) continue;
    config.calling_windows.push_back(
        {day, static_cast<std::uint16_t>(from), static_cast<std::uint16_t>(*rc::gen::inRange(from + 1, 1441))});
  }
  if (config.calling_windows.empty()) config.calling_windows = daily(0, 1440);
  config.window_margin = seconds{*rc::gen::inRange(0, 50)};
  for (unsigned day = 1; day < 28; day += *rc::gen::inRange(1U, 20U)) {
    config.closed_dates.push_back({civil(2018, 11, day), "h"});
  }
  config.retry.max_attempts = *rc::gen::inRange(1, 30);
  config.retry.jitter_percent = *rc::gen::inRange(0, 101);
  if (*rc::gen::arbitrary<bool>()) config.retry.max_per_day = *rc::gen::inRange(1, 4);
  for (const std::string& reason : reasons) {
    config::ReasonPolicy& policy = config.retry.reasons[reason];
    policy.then = AfterCall::retry;
    for (int n = *rc::gen::inRange(1, 4); n > 0; --n) {
      if (*rc::gen::inRange(0, 4) == 0) {
        policy.delays.push_back({.time = seconds{0}, .next_day = true});
      } else {
        policy.delays.push_back({.time = seconds{*rc::gen::inRange(1, 100000)}, .next_day = false});
      }
    }
    if (reason != reasons.back()) policy.max = *rc::gen::inRange(1, 12);
    policy.different_daypart = *rc::gen::arbitrary<bool>();
  }
  return config;
}

date::local_days local_date(const date::time_zone& zone, WallTime at) {
  return date::floor<date::days>(zone.to_local(at));
}

RC_GTEST_PROP(RetryPolicyProperty, RetriesComeNeitherEarlyNorOutsideNorTooOften, ()) {
  config::CampaignConfig config = any_campaign();
  Gate gate(config);
  RetryPolicy policy(config.retry);
  const date::time_zone& zone = *date::locate_zone(config.timezone);

  LeadFacts facts;
  ReasonCounts counts;
  std::map<std::string, int> retried;
  std::map<date::local_days, int> calls_on;
  int calls = 0;
  WallTime due = utc("2018-10-25 00:00") + minutes{*rc::gen::inRange(0, 60 * 24 * 7)};
  for (int i = 0; i < 60; ++i) {
    // Dialled when the gate lets it, perhaps late.
    WallTime at = due + (*rc::gen::inRange(0, 3) == 0 ? minutes{*rc::gen::inRange(0, 600)} : minutes{0});
    facts.reason_counts = to_string(counts);
    for (Verdict verdict = gate.decide(facts, at); verdict.kind != VerdictKind::open;
         verdict = gate.decide(facts, at)) {
      RC_ASSERT(verdict.kind == VerdictKind::wait);
      RC_ASSERT(verdict.until.has_value());
      RC_ASSERT(*verdict.until > at);
      at = *verdict.until;
    }
    milliseconds talk{*rc::gen::inRange(0, 900000)};
    std::string reason = *rc::gen::elementOf(reasons);
    bool refused = reason == reasons.back();
    if (!refused) {
      ++calls;
      ++calls_on[local_date(zone, at)];
    }
    WallTime end = at + talk;
    RetryDecision decision =
        policy.decide({reason, talk, end}, facts, gate, *rc::gen::arbitrary<std::uint64_t>(), counts);
    RC_ASSERT(decision.counted != refused);
    if (decision.then != AfterCall::retry) {
      RC_ASSERT(!refused);
      break;
    }

    const auto& ladder = config.retry.reasons[reason].delays;
    const config::Delay& delay = ladder[std::min(ladder.size() - 1, static_cast<std::size_t>(retried[reason]))];
    ++retried[reason];
    due = decision.next_at;
    if (delay.next_day) {
      RC_ASSERT(local_date(zone, due) > local_date(zone, end));
    } else {
      RC_ASSERT(due >= end + delay.time);
    }
    RC_ASSERT(gate.clock_open("", due));
    if (!refused) RC_ASSERT(retried[reason] <= *config.retry.reasons[reason].max);
    RC_ASSERT(counts.find(reason)->second == retried[reason]);
    if (decision.counted) ++facts.attempts;
    RC_ASSERT(facts.attempts < config.retry.max_attempts);
  }
  RC_ASSERT(calls <= config.retry.max_attempts);
  if (config.retry.max_per_day) {
    for (const auto& [day, n] : calls_on) RC_ASSERT(n <= *config.retry.max_per_day);
  }
}

RC_GTEST_PROP(RetryPolicyProperty, AnotherPartOfTheDayIsFoundWhereThereIsOne, ()) {
  config::CampaignConfig config;
  config.timezone = *rc::gen::elementOf(zones);
  config.calling_windows = daily(static_cast<std::uint16_t>(*rc::gen::inRange(0, 11 * 60)),
                                 static_cast<std::uint16_t>(*rc::gen::inRange(12 * 60 + 10, 1441)));
  auto& policy = config.retry.reasons["dial_busy"];
  policy.delays = {{seconds{*rc::gen::inRange(1, 200000)}}};
  policy.different_daypart = true;
  Gate gate(config);
  WallTime at = utc("2018-10-25 00:00") + minutes{*rc::gen::inRange(0, 60 * 24 * 20)};
  ReasonCounts counts;
  RetryDecision decision =
      RetryPolicy(config.retry)
          .decide({"dial_busy", milliseconds{0}, at}, LeadFacts{}, gate, *rc::gen::arbitrary<std::uint64_t>(), counts);
  RC_ASSERT(decision.next_at >= at + policy.delays[0].time);
  RC_ASSERT(gate.clock_open("", decision.next_at));
  RC_ASSERT(gate.daypart("", decision.next_at) != gate.daypart("", at));
}

}  // namespace
}  // namespace dialerd::campaign
