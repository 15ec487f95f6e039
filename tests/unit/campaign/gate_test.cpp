#include "campaign/gate.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "campaign/reason_counts.h"
#include "tests/unit/campaign/rules_fixture.h"

namespace dialerd::campaign {
namespace {

using config::AllowedHours;
using config::Rules;
using config::ZoneSource;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

const WallTime noon = utc("2026-11-24 03:00");  // a Tuesday in Seoul

LeadFacts lead(std::string clock = "") {
  LeadFacts facts;
  facts.clock = std::move(clock);
  facts.created_at = noon - days{10};
  return facts;
}

Rules rules(std::string origin) {
  Rules rules;
  rules.origin = std::move(origin);
  return rules;
}

Rules advertising() {
  Rules pack = rules("kr-advertising");
  pack.hours = {{8 * 60, 21 * 60, true}};
  return pack;
}

TEST(Gate, IsOpenInAWindow) { EXPECT_EQ(Gate(seoul_campaign()).decide(lead(), noon), Verdict{}); }

TEST(Gate, WaitsForTheNextWindow) {
  Verdict verdict = Gate(seoul_campaign()).decide(lead(), utc("2026-11-24 11:00"));
  EXPECT_EQ(verdict, (Verdict{VerdictKind::wait, "calling_window", utc("2026-11-25 00:00")}));
}

TEST(Gate, TheLeadsOwnTimezoneDecides) {
  auto config = seoul_campaign();
  config.lead_timezone = {ZoneSource::column, ZoneSource::campaign};
  Gate gate(config);
  EXPECT_EQ(gate.decide(lead("America/New_York"), noon).until, utc("2026-11-24 14:00"));
  EXPECT_EQ(gate.decide(lead("America/New_York"), utc("2026-11-24 14:00")).kind, VerdictKind::open);
  EXPECT_EQ(gate.decide(lead(""), noon).kind, VerdictKind::open);
}

TEST(Gate, ALeadWithoutAKnownTimezoneIsHeld) {
  auto config = seoul_campaign();
  config.lead_timezone = {ZoneSource::column, ZoneSource::number};
  EXPECT_EQ(Gate(config).decide(lead(), noon), (Verdict{VerdictKind::hold, "timezone_unknown", std::nullopt}));
  config.lead_timezone = {ZoneSource::column, ZoneSource::campaign};
  config.rules = {rules("us-tcpa")};
  config.rules[0].called_party_time = true;
  EXPECT_EQ(Gate(config).decide(lead(), noon).rule, "timezone_unknown") << "the campaign's does not stand in";
  EXPECT_EQ(Gate(config).decide(lead("Asia/Seoul"), noon).kind, VerdictKind::open);
}

TEST(Gate, ALeadWithAnInvalidTimezoneIsHeld) {
  for (const char* zone : {"Mars/Base", "localtime", "../../etc/passwd", "asia/seoul"}) {
    EXPECT_EQ(Gate(seoul_campaign()).decide(lead(zone), noon),
              (Verdict{VerdictKind::hold, std::string("timezone_invalid:") + zone, std::nullopt}));
  }
}

TEST(Gate, WhatWouldBeHeldForItsClockIsClaimedAtAnyTime) {
  auto config = seoul_campaign();
  config.lead_timezone = {ZoneSource::column};
  Gate gate(config);
  WallTime night = utc("2026-11-24 18:00");
  for (const char* clock : {"", "Mars/Base", "+night"}) {
    EXPECT_TRUE(gate.clock_open(clock, night)) << clock;
    EXPECT_EQ(gate.next_opening(clock, night), night) << clock;
  }
  EXPECT_FALSE(gate.clock_open("Asia/Seoul", night));
  std::vector<std::string> clocks = {"Asia/Seoul", "Europe/London", "America/New_York"};
  EXPECT_EQ(gate.next_opening_of_any(clocks, utc("2026-11-24 06:00")), utc("2026-11-24 06:00"));
  EXPECT_EQ(gate.next_opening_of_any(clocks, utc("2026-11-25 01:30")), utc("2026-11-25 01:30"));
  EXPECT_EQ(gate.next_opening_of_any(std::span(clocks).subspan(1), utc("2026-11-25 01:30")), utc("2026-11-25 09:00"));
  EXPECT_EQ(gate.next_opening_of_any({}, night), std::nullopt);
}

TEST(Gate, AnExpiredLeadIsDone) {
  Gate gate(seoul_campaign());
  LeadFacts facts = lead("Mars/Base");
  facts.expires_at = noon;
  EXPECT_EQ(gate.decide(facts, noon), (Verdict{VerdictKind::done, "expired", std::nullopt})) << "before all else";
  facts.clock = "";
  EXPECT_EQ(gate.decide(facts, noon - std::chrono::milliseconds{1}).kind, VerdictKind::open);

  auto config = seoul_campaign();
  config.lead_lifetime = days{10};
  EXPECT_EQ(Gate(config).decide(lead(), noon).rule, "expired");
  EXPECT_EQ(Gate(config).decide(lead(), noon - minutes{1}).kind, VerdictKind::open);
  facts = lead();
  facts.expires_at = noon + days{1};
  EXPECT_EQ(Gate(config).expiry(facts), noon) << "the earlier of both";
}

TEST(Gate, ConsentThatIsRequired) {
  auto config = seoul_campaign();
  config.rules = {rules("campaign"), rules("kr-advertising")};
  config.rules[1].consent = {true, days{730}};
  Gate gate(config);
  LeadFacts facts = lead();
  EXPECT_EQ(gate.decide(facts, noon), (Verdict{VerdictKind::hold, "consent_missing", std::nullopt}));
  facts.consent_at = noon - days{730};
  EXPECT_EQ(gate.decide(facts, noon), (Verdict{VerdictKind::hold, "consent_expired", std::nullopt}));
  EXPECT_EQ(gate.decide(facts, noon - minutes{1}).kind, VerdictKind::open);
  facts.consent_at = utc("2026-11-26 05:00");
  EXPECT_EQ(gate.decide(facts, noon), (Verdict{VerdictKind::wait, "consent_in_future", utc("2026-11-26 05:00")}));
}

TEST(Gate, ConsentThatRanOutHoldsWhetherOrNotItWasRequired) {
  Gate gate(seoul_campaign());
  LeadFacts facts = lead();
  EXPECT_EQ(gate.decide(facts, noon).kind, VerdictKind::open) << "none is required";
  facts.consent_expires_at = noon;
  EXPECT_EQ(gate.decide(facts, noon).rule, "consent_expired");
  EXPECT_EQ(gate.decide(facts, noon - minutes{1}).kind, VerdictKind::open);
}

TEST(Gate, RulesOnlyTighten) {
  auto config = seoul_campaign();
  config.calling_windows = daily(0, 1440);
  config.rules = {rules("campaign"), advertising(), rules("other")};
  config.rules[2].hours = {{10 * 60, 12 * 60, false}, {14 * 60, 23 * 60, false}};
  Gate gate(config);
  auto rule_at = [&](const char* at) { return gate.decide(lead(), utc(at)).rule; };
  EXPECT_EQ(rule_at("2026-11-23 22:00"), "allowed_hours:kr-advertising");  // 07:00
  EXPECT_EQ(rule_at("2026-11-24 00:00"), "allowed_hours:other");           // 09:00
  EXPECT_EQ(rule_at("2026-11-24 01:00"), "");                              // 10:00
  EXPECT_EQ(rule_at("2026-11-24 04:00"), "allowed_hours:other");           // 13:00
  EXPECT_EQ(rule_at("2026-11-24 05:00"), "");                              // 14:00
  EXPECT_EQ(rule_at("2026-11-24 12:30"), "allowed_hours:kr-advertising");  // 21:30
  EXPECT_EQ(gate.decide(lead(), utc("2026-11-24 04:00")).until, utc("2026-11-24 05:00"));
}

TEST(Gate, NightConsentLiftsOnlyTheHoursThatSaySo) {
  auto config = seoul_campaign();
  config.calling_windows = daily(0, 1440);
  config.rules = {advertising()};
  WallTime night = utc("2026-11-24 14:00");  // 23:00
  EXPECT_EQ(Gate(config).decide(lead(), night).rule, "allowed_hours:kr-advertising");
  EXPECT_EQ(Gate(config).decide(lead("+night"), night).kind, VerdictKind::open);
  EXPECT_EQ(Gate(config).decide(lead("Asia/Seoul+night"), night).kind, VerdictKind::open);
  config.rules.push_back(rules("kr-collection"));
  config.rules[1].hours = {{8 * 60, 21 * 60, false}};
  EXPECT_EQ(Gate(config).decide(lead("+night"), night).rule, "allowed_hours:kr-collection");
  config.rules.pop_back();
  config.calling_windows = daily(540, 1200);
  EXPECT_EQ(Gate(config).decide(lead("+night"), night).rule, "calling_window") << "the campaign's own windows stay";
}

TEST(Gate, DatesHaveNames) {
  auto config = seoul_campaign();
  config.closed_dates = {{civil(2026, 11, 24), "Chuseok"}};
  config.start_date = civil(2026, 11, 20);
  config.end_date = civil(2026, 11, 26);
  Gate gate(config);
  EXPECT_EQ(gate.decide(lead(), noon), (Verdict{VerdictKind::wait, "holiday:Chuseok", utc("2026-11-25 00:00")}));
  EXPECT_EQ(gate.decide(lead(), noon - days{8}), (Verdict{VerdictKind::wait, "before_start", utc("2026-11-20 00:00")}));
  EXPECT_EQ(gate.decide(lead(), noon + days{3}), (Verdict{VerdictKind::wait, "campaign_ended", std::nullopt}));
  EXPECT_EQ(gate.decide(lead(), utc("2026-11-26 11:00")).rule, "campaign_ended") << "the last evening, after the close";
  // The same moment is another date elsewhere: Tuesday 22:00 in New York, Wednesday in Seoul.
  EXPECT_EQ(gate.decide(lead("America/New_York"), utc("2026-11-25 03:00")).rule, "holiday:Chuseok");

  config.holidays_until = civil(2026, 11, 25);
  EXPECT_EQ(Gate(config).decide(lead(), noon + days{2}),
            (Verdict{VerdictKind::wait, "holidays_unknown", std::nullopt}));
}

TEST(Gate, WindowsThatNeverMeetTheHoursAreNamed) {
  auto config = seoul_campaign();
  config.calling_windows = daily(22 * 60, 23 * 60);
  config.rules = {advertising()};
  EXPECT_EQ(Gate(config).decide(lead(), noon), (Verdict{VerdictKind::wait, "no_calling_window", std::nullopt}));
  EXPECT_EQ(Gate(config).decide(lead("+night"), noon).until, utc("2026-11-24 13:00"));
}

TEST(Gate, TheMarginHoldsBeforeTheEarliestClose) {
  auto config = seoul_campaign();
  config.window_margin = minutes{5};
  config.rules = {rules("pack")};
  config.rules[0].hours = {{0, 18 * 60, false}};
  Gate gate(config);
  EXPECT_EQ(gate.decide(lead(), utc("2026-11-24 08:54")).kind, VerdictKind::open);
  EXPECT_EQ(gate.decide(lead(), utc("2026-11-24 08:55")),
            (Verdict{VerdictKind::wait, "allowed_hours:pack", utc("2026-11-25 00:00")}));
}

TEST(Gate, ALeadIsNotCalledOftenerThanItsDayAllows) {
  auto config = seoul_campaign();
  config.retry.max_per_day = 2;
  Gate gate(config);
  LeadFacts facts = lead();
  ReasonCounts counts;
  count_attempt_on(counts, gate.local_day_number("", noon));
  facts.reason_counts = to_string(counts);
  EXPECT_EQ(gate.decide(facts, noon).kind, VerdictKind::open);
  count_attempt_on(counts, gate.local_day_number("", noon));
  facts.reason_counts = to_string(counts);
  facts.callback = true;
  EXPECT_EQ(gate.decide(facts, noon), (Verdict{VerdictKind::wait, "max_per_day", utc("2026-11-25 00:00")}));
  EXPECT_EQ(gate.decide(facts, utc("2026-11-25 00:00")).kind, VerdictKind::open);
}

TEST(Gate, DaypartsAreOfTheLocalClock) {
  Gate gate(seoul_campaign());
  EXPECT_EQ(gate.daypart("", utc("2026-11-24 02:59")), Daypart::morning);
  EXPECT_EQ(gate.daypart("", utc("2026-11-24 03:00")), Daypart::afternoon);
  EXPECT_EQ(gate.daypart("", utc("2026-11-24 07:59")), Daypart::afternoon);
  EXPECT_EQ(gate.daypart("", utc("2026-11-24 08:00")), Daypart::evening);
  EXPECT_EQ(gate.daypart("America/New_York", utc("2026-11-24 14:00")), Daypart::morning);
  EXPECT_EQ(gate.end_of_daypart("", utc("2026-11-24 02:59")), utc("2026-11-24 03:00"));
  EXPECT_EQ(gate.end_of_daypart("", utc("2026-11-24 03:00")), utc("2026-11-24 08:00"));
  EXPECT_EQ(gate.end_of_daypart("", utc("2026-11-24 14:59")), utc("2026-11-24 15:00"));
}

TEST(Gate, LocalDaysAreOfTheLeadsClock) {
  Gate gate(seoul_campaign());
  WallTime at = utc("2026-11-24 16:00");  // the 25th in Seoul, the 24th in New York
  EXPECT_EQ(gate.local_day_number("", at), gate.local_day_number("America/New_York", at) + 1);
  EXPECT_EQ(gate.start_of_next_local_day("", at), utc("2026-11-25 15:00"));
  EXPECT_EQ(gate.start_of_next_local_day("America/New_York", at), utc("2026-11-25 05:00"));
  EXPECT_EQ(gate.start_of_next_local_day("Mars/Base", at), utc("2026-11-25 15:00")) << "reads as the campaign's";
}

// Random campaigns against the rules read off one by one for every minute of two weeks. Seoul's clock is nine hours
// ahead of UTC throughout, so that the oracle needs no timezone database.
RC_GTEST_PROP(GateProperty, IsOpenExactlyWhenEveryRuleIsAndTellsTheNextOpening, ()) {
  auto config = seoul_campaign();
  config.calling_windows.clear();
  for (std::uint8_t day = 1; day <= 7; ++day) {
    int from = *rc::gen::inRange(-700, 1440);
    if (from < 0) continue;
    config.calling_windows.push_back(
        {day, static_cast<std::uint16_t>(from), static_cast<std::uint16_t>(*rc::gen::inRange(from + 1, 1441))});
  }
  for (int n = *rc::gen::inRange(0, 3); n > 0; --n) {
    Rules pack = rules("p");
    for (int m = *rc::gen::inRange(0, 3); m > 0; --m) {
      int from = *rc::gen::inRange(0, 1440);
      pack.hours.push_back({static_cast<std::uint16_t>(from),
                            static_cast<std::uint16_t>(*rc::gen::inRange(from + 1, 1441)),
                            *rc::gen::arbitrary<bool>()});
    }
    config.rules.push_back(std::move(pack));
  }
  for (int n = *rc::gen::inRange(0, 4), day = 22; n > 0; --n, day += *rc::gen::inRange(1, 3)) {
    config.closed_dates.push_back({civil(2026, 11, static_cast<unsigned>(day)), "h"});
  }
  if (*rc::gen::arbitrary<bool>())
    config.start_date = civil(2026, 11, static_cast<unsigned>(*rc::gen::inRange(18, 26)));
  if (*rc::gen::arbitrary<bool>()) config.end_date = civil(2026, 11, static_cast<unsigned>(*rc::gen::inRange(20, 30)));
  bool night = *rc::gen::arbitrary<bool>();

  auto allowed = [&](WallTime at) {
    auto local = std::chrono::floor<minutes>(at + hours{9});
    auto date = std::chrono::floor<days>(local);
    auto minute = (local - date).count();
    auto weekday = std::chrono::weekday{date}.iso_encoding();
    if (config.start_date && date < *config.start_date) return false;
    if (config.end_date && date > *config.end_date) return false;
    for (const auto& closed : config.closed_dates) {
      if (closed.date == date) return false;
    }
    bool in_window = false;
    for (const auto& w : config.calling_windows) {
      in_window = in_window || (w.weekday == weekday && minute >= w.from_minute && minute < w.to_minute);
    }
    if (!in_window) return false;
    for (const Rules& pack : config.rules) {
      bool in_hours = pack.hours.empty();
      for (const AllowedHours& h : pack.hours) {
        in_hours = in_hours || (minute >= h.from_minute && minute < h.to_minute) || (night && h.unless_night_consent);
      }
      if (!in_hours) return false;
    }
    return true;
  };

  // The oracle's answer for each minute, and its next open minute.
  const WallTime begin = utc("2026-11-20 00:00");
  std::vector<bool> open_at;
  for (WallTime at = begin; at < begin + days{14}; at += minutes{1}) open_at.push_back(allowed(at));
  std::vector<std::optional<WallTime>> opening_at(open_at.size());
  for (std::size_t i = open_at.size(); i-- > 0;) {
    if (open_at[i]) {
      opening_at[i] = begin + minutes{i};
    } else if (i + 1 < open_at.size()) {
      opening_at[i] = opening_at[i + 1];
    }
  }

  Gate gate(config);
  LeadFacts facts = lead(night ? "+night" : "");
  for (std::size_t i = 0; i < open_at.size(); ++i) {
    WallTime at = begin + minutes{i};
    RC_ASSERT(gate.clock_open(facts.clock, at) == open_at[i]);
    if (i % 37 != 0 || i > 6 * 1440) continue;  // a week further at least, all weekdays come once
    Verdict verdict = gate.decide(facts, at);
    RC_ASSERT((verdict.kind == VerdictKind::open) == open_at[i]);
    RC_ASSERT(verdict.rule.empty() == open_at[i]);
    if (!open_at[i]) RC_ASSERT(verdict.until == opening_at[i]);
  }
}

}  // namespace
}  // namespace dialerd::campaign
