// What differs between two configurations, and which differences loosen something.
#include "config/compare.h"

#include <functional>

#include "campaign_fixture.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dialerd::config {
namespace {

using namespace std::chrono_literals;
using std::chrono::sys_days;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

std::vector<std::string> words(const std::vector<Change>& changes) {
  std::vector<std::string> texts;
  for (const Change& change : changes) texts.push_back((change.loosened ? "! " : "") + to_string(change));
  return texts;
}

CampaignConfig base() {
  CampaignConfig config;
  config.name = "spring";
  config.account = "main";
  config.agent = {"2b0c7b1e-5d3f-4e0a-9c53-6f1f6a7a9f10", "production"};
  config.caller_numbers = {"07011112222"};
  for (std::uint8_t day = 1; day <= 5; ++day) config.calling_windows.push_back({day, 9 * 60, 20 * 60});
  config.limits.per_hour = 100;
  config.limits.concurrency = 10;
  return config;
}

struct Case {
  const char* words;  // with "! " in front: loosened
  std::function<void(CampaignConfig&)> change;
};

// Each difference as it reads one way, and the other way round.
void expect_both_ways(const Case& there, const char* back) {
  CampaignConfig changed = base();
  there.change(changed);
  EXPECT_THAT(words(compare(base(), changed)), ElementsAre(there.words));
  EXPECT_THAT(words(compare(changed, base())), ElementsAre(back));
}

TEST(CompareCampaigns, TheSameIsNoChange) {
  EXPECT_THAT(compare(base(), base()), IsEmpty());
  CampaignConfig other = base();
  other.source = "# only a comment more";
  EXPECT_THAT(compare(base(), other), IsEmpty());
}

TEST(CompareCampaigns, LimitsAreLoosenedByMoreOrByNone) {
  expect_both_ways({"! limits.per_hour: 100 -> 200", [](auto& c) { c.limits.per_hour = 200; }},
                   "limits.per_hour: 200 -> 100");
  expect_both_ways({"! limits.per_hour: 100 -> none", [](auto& c) { c.limits.per_hour.reset(); }},
                   "limits.per_hour: none -> 100");
  expect_both_ways({"limits.concurrency: 10 -> 4", [](auto& c) { c.limits.concurrency = 4; }},
                   "! limits.concurrency: 4 -> 10");
  expect_both_ways({"limits.per_second: none -> 3", [](auto& c) { c.limits.per_second = 3; }},
                   "! limits.per_second: 3 -> none");
  expect_both_ways({"limits.per_minute: none -> 30", [](auto& c) { c.limits.per_minute = 30; }},
                   "! limits.per_minute: 30 -> none");
  expect_both_ways({"limits.per_day: none -> 3000", [](auto& c) { c.limits.per_day = 3000; }},
                   "! limits.per_day: 3000 -> none");
  expect_both_ways({"! limits.burst: 1 -> 5", [](auto& c) { c.limits.burst = 5; }}, "limits.burst: 5 -> 1");
  expect_both_ways({"! limits.window: rolling -> calendar",
                    [](auto& c) {
                      c.limits.window = WindowKind::calendar;
                      c.limits.timezone = "Asia/Seoul";
                    }},
                   "limits.window: calendar -> rolling");
  expect_both_ways({"pacing: asap -> even", [](auto& c) { c.pacing = Pacing::even; }}, "! pacing: even -> asap");
}

TEST(CompareCampaigns, WindowsAreLoosenedByAnyMinuteMore) {
  expect_both_ways({"! calling_windows: mon-fri 09:00-20:00 -> mon-thu 09:00-20:00, fri 09:00-21:00",
                    [](auto& c) { c.calling_windows[4].to_minute = 21 * 60; }},
                   "calling_windows: mon-thu 09:00-20:00, fri 09:00-21:00 -> mon-fri 09:00-20:00");
  CampaignConfig moved = base();
  for (CallingWindow& window : moved.calling_windows) {
    window.from_minute = 8 * 60;
    window.to_minute = 12 * 60;
  }
  EXPECT_THAT(words(compare(base(), moved)),
              ElementsAre("! calling_windows: mon-fri 09:00-20:00 -> mon-fri 08:00-12:00"));
  // Two windows that touch are one.
  CampaignConfig parted = base();
  parted.calling_windows[0].to_minute = 12 * 60;
  parted.calling_windows.push_back({1, 12 * 60, 20 * 60});
  EXPECT_THAT(compare(base(), parted), IsEmpty());
  CampaignConfig none = base();
  none.calling_windows.clear();
  none.calling_windows.push_back({7, 0, 24 * 60});
  EXPECT_THAT(words(compare(none, none)), IsEmpty());
  EXPECT_THAT(words(compare(base(), none)), ElementsAre("! calling_windows: mon-fri 09:00-20:00 -> sun 00:00-24:00"));
  expect_both_ways({"! window_margin: 1m -> 10s", [](auto& c) { c.window_margin = 10s; }}, "window_margin: 10s -> 1m");
  expect_both_ways({"! timezone: Asia/Seoul -> Europe/London", [](auto& c) { c.timezone = "Europe/London"; }},
                   "! timezone: Europe/London -> Asia/Seoul");
  expect_both_ways({"! lead_timezone: campaign -> column, campaign",
                    [](auto& c) {
                      c.lead_timezone = {ZoneSource::column, ZoneSource::campaign};
                    }},
                   "! lead_timezone: column, campaign -> campaign");
}

TEST(CompareCampaigns, DatesAreLoosenedWhenTheyGo) {
  const sys_days newyear{std::chrono::year{2027} / 1 / 1};
  expect_both_ways({"holidays and blackout_dates: new: none -> 2027-01-01 New Year",
                    [&](auto& c) {
                      c.closed_dates = {{newyear, "New Year"}};
                    }},
                   "! holidays and blackout_dates: no longer: 2027-01-01 New Year -> none");
  expect_both_ways({"holidays are known until: none -> 2027-01-01", [&](auto& c) { c.holidays_until = newyear; }},
                   "! holidays are known until: 2027-01-01 -> none");
  expect_both_ways({"start_date: none -> 2027-01-01", [&](auto& c) { c.start_date = newyear; }},
                   "! start_date: 2027-01-01 -> none");
  expect_both_ways({"end_date: none -> 2027-01-01", [&](auto& c) { c.end_date = newyear; }},
                   "! end_date: 2027-01-01 -> none");
  CampaignConfig named = base();
  named.closed_dates = {{newyear, "New Year"}};
  CampaignConfig renamed = base();
  renamed.closed_dates = {{newyear, "Sinjeong"}};
  EXPECT_THAT(compare(named, renamed), IsEmpty()) << "the day is the same";
}

TEST(CompareCampaigns, RulesAreLoosenedWhenWhatTheyHeldBackMayHappen) {
  auto with = [](const Rules& rules) { return [rules](CampaignConfig& c) { c.rules = {rules}; }; };
  Rules caps;
  caps.origin = "campaign";
  caps.frequency_caps = {{FrequencyCap::Counts::attempts, 3, 24h}};
  expect_both_ways({"frequency_caps: none -> 3 attempts in 1d", with(caps)},
                   "! frequency_caps: 3 attempts in 1d -> none");
  auto between = [&](FrequencyCap from, FrequencyCap to) {
    CampaignConfig a = base(), b = base();
    a.rules = b.rules = {caps};
    a.rules[0].frequency_caps = {from};
    b.rules[0].frequency_caps = {to};
    return words(compare(a, b));
  };
  using Counts = FrequencyCap::Counts;
  EXPECT_THAT(between({Counts::attempts, 3, 24h}, {Counts::attempts, 4, 24h}),
              ElementsAre("! frequency_caps: 3 attempts in 1d -> 4 attempts in 1d"));
  EXPECT_THAT(between({Counts::attempts, 3, 24h}, {Counts::attempts, 3, 12h}),
              ElementsAre("! frequency_caps: 3 attempts in 1d -> 3 attempts in 12h"));
  EXPECT_THAT(between({Counts::attempts, 3, 24h}, {Counts::attempts, 2, 48h}),
              ElementsAre("frequency_caps: 3 attempts in 1d -> 2 attempts in 2d"));
  EXPECT_THAT(between({Counts::conversations, 3, 24h}, {Counts::attempts, 3, 24h}),
              ElementsAre("! frequency_caps: 3 conversations in 1d -> 3 attempts in 1d"));

  Rules hours;
  hours.origin = "campaign";
  hours.hours = {{8 * 60, 21 * 60, false}};
  expect_both_ways({"allowed_hours: none -> 08:00-21:00", with(hours)}, "! allowed_hours: 08:00-21:00 -> none");
  Rules lock_out;
  lock_out.origin = "campaign";
  lock_out.lock_outs = {{"conversation", 72h}};
  expect_both_ways({"lock_outs: none -> 3d after conversation", with(lock_out)},
                   "! lock_outs: 3d after conversation -> none");
  Rules consent;
  consent.origin = "campaign";
  consent.consent.required = true;
  expect_both_ways({"consent.required: false -> true", with(consent)}, "! consent.required: true -> false");
  Rules list;
  list.origin = "campaign";
  list.required_lists = {{"dnc", 24h}};
  expect_both_ways({"suppression lists that are required: none -> dnc (not older than 1d)", with(list)},
                   "! suppression lists that are required: dnc (not older than 1d) -> none");
  Rules party;
  party.origin = "campaign";
  party.called_party_time = true;
  expect_both_ways({"called_party_time: false -> true", with(party)}, "! called_party_time: true -> false");
  Rules pack;
  pack.origin = "us-tcpa";
  pack.called_party_time = true;
  expect_both_ways({"policies: new: none -> us-tcpa", with(pack)}, "! policies: no longer: us-tcpa -> none");
}

TEST(CompareCampaigns, ConsentsMayBeOlder) {
  CampaignConfig young = base(), old = base();
  young.rules.resize(1);
  young.rules[0].origin = "campaign";
  young.rules[0].consent = {true, std::chrono::hours{24}};
  old.rules = young.rules;
  old.rules[0].consent.max_age = std::chrono::hours{48};
  EXPECT_THAT(words(compare(young, old)), ElementsAre("! consent.max_age: 1d -> 2d"));
  EXPECT_THAT(words(compare(old, young)), ElementsAre("consent.max_age: 2d -> 1d"));
  old.rules[0].consent.max_age.reset();
  EXPECT_THAT(words(compare(young, old)), ElementsAre("! consent.max_age: 1d -> none"));
}

// A default is not known to the comparison, so what is not surely as strict is called out.
TEST(CompareCampaigns, ARetryRuleIsLoosenedUnlessItIsSurelyAsStrict) {
  auto with = [](const ReasonPolicy& policy) {
    CampaignConfig config = base();
    config.retry.reasons["dial_busy"] = policy;
    return config;
  };
  auto loosened = [&](const ReasonPolicy& before, const ReasonPolicy& after) {
    const auto changes = compare(with(before), with(after));
    EXPECT_EQ(changes.size(), 1U);
    return !changes.empty() && changes[0].loosened;
  };
  ReasonPolicy policy;
  policy.then = AfterCall::retry;
  policy.delays = {{300s, false}, {0s, true}};
  policy.max = 2;
  policy.different_daypart = true;
  auto changed = [&](auto change) {
    ReasonPolicy other = policy;
    change(other);
    return std::pair(loosened(policy, other), loosened(other, policy));
  };
  EXPECT_THAT(changed([](auto& p) { p.max = 3; }), Pair(true, false));
  EXPECT_THAT(changed([](auto& p) { p.max.reset(); }), Pair(true, true));
  EXPECT_THAT(changed([](auto& p) { p.delays[0].time = 60s; }), Pair(true, false));
  EXPECT_THAT(changed([](auto& p) { p.delays.pop_back(); }), Pair(true, true));
  EXPECT_THAT(changed([](auto& p) { p.different_daypart = false; }), Pair(true, false));
  EXPECT_THAT(changed([](auto& p) { p.then = AfterCall::done; }), Pair(false, true));
  EXPECT_THAT(changed([](auto& p) { p.then = AfterCall::hold; }), Pair(false, true));
  EXPECT_THAT(changed([](auto& p) { p.next_number = true; }), Pair(false, false));
  EXPECT_THAT(changed([](auto& p) { p.under = 5s; }), Pair(true, true));

  ReasonPolicy over;
  over.then = AfterCall::done;
  EXPECT_THAT(words(compare(base(), with(over))), ElementsAre("retry.dial_busy: built in -> then done"));
  EXPECT_THAT(words(compare(with(over), base())), ElementsAre("! retry.dial_busy: then done -> built in"));
}

TEST(CompareCampaigns, ARestForTheAnswerRateIsLoosenedByLessOfIt) {
  CampaignConfig with = base();
  with.answer_rate_rest = AnswerRateRest{10, 100, std::chrono::hours{6}};
  EXPECT_TRUE(compare(with, base()).at(0).loosened);
  EXPECT_FALSE(compare(base(), with).at(0).loosened);
  CampaignConfig shorter = with;
  shorter.answer_rate_rest->rest = std::chrono::hours{1};
  EXPECT_TRUE(compare(with, shorter).at(0).loosened);
  EXPECT_FALSE(compare(shorter, with).at(0).loosened);
}

// The same digits in another region are another person, of whom no opt-out is known.
TEST(CompareCampaigns, AnotherRegionIsLoosened) {
  expect_both_ways({"! region: KR -> US", [](auto& c) { c.region = "US"; }}, "! region: US -> KR");
}

TEST(CompareCampaigns, RetriesVariablesAndTheRest) {
  expect_both_ways({"! retry.max_attempts: 5 -> 7", [](auto& c) { c.retry.max_attempts = 7; }},
                   "retry.max_attempts: 7 -> 5");
  expect_both_ways({"retry.max_per_day: none -> 2", [](auto& c) { c.retry.max_per_day = 2; }},
                   "! retry.max_per_day: 2 -> none");
  expect_both_ways({"lead_lifetime: none -> 3d", [](auto& c) { c.lead_lifetime = 72h; }},
                   "! lead_lifetime: 3d -> none");
  ReasonPolicy busy;
  busy.delays = {{300s, false}, {0s, true}};
  busy.max = 2;
  expect_both_ways({"! retry.dial_busy: built in -> after 5m / next_day, max 2",
                    [&](auto& c) { c.retry.reasons["dial_busy"] = busy; }},
                   "! retry.dial_busy: after 5m / next_day, max 2 -> built in");
  expect_both_ways({"dynamic_variables.name: none -> field first_name",
                    [](auto& c) {
                      c.dynamic_variables["name"] = {ValueSource::Kind::field, "first_name"};
                    }},
                   "dynamic_variables.name: field first_name -> none");
  expect_both_ways({"metadata.team: none -> 'a'",
                    [](auto& c) {
                      c.metadata["team"] = {ValueSource::Kind::literal, "a"};
                    }},
                   "metadata.team: 'a' -> none");
  expect_both_ways({"agent.version: production -> v3", [](auto& c) { c.agent.version = "v3"; }},
                   "agent.version: v3 -> production");
  expect_both_ways({"caller_numbers: 07011112222 -> 07011112222, 07011113333",
                    [](auto& c) { c.caller_numbers.emplace_back("07011113333"); }},
                   "caller_numbers: 07011112222, 07011113333 -> 07011112222");
  expect_both_ways({"share.weight: 1 -> 3", [](auto& c) { c.share.weight = 3; }}, "share.weight: 3 -> 1");
  expect_both_ways({"rotation: round_robin -> sticky", [](auto& c) { c.rotation = Rotation::sticky; }},
                   "rotation: sticky -> round_robin");
}

// Whatever a file can say: if the values differ, that is said. The file's text alone does not count.
TEST(CompareCampaigns, NothingThatDiffersIsPassedOver) {
  const auto plain = load_with("");
  for (const char* more : {
           "limits: {per_minute: 3}\n",
           "pacing: even\nlimits: {per_day: 10}\n",
           "share: {weight: 2}\n",
           "window_margin: 2m\n",
           "timezone: Europe/London\n",
           "lead_timezone: [number, campaign]\n",
           "holidays: [kr]\n",
           "blackout_dates: [2027-02-03]\n",
           "start_date: 2027-01-01\n",
           "end_date: 2027-01-01\n",
           "retry: {max_attempts: 2}\n",
           "retry: {jitter: 20%}\n",
           "callbacks: {tolerance: 5m}\n",
           "lead_lifetime: 10d\n",
           "policies: [us-tcpa]\nlead_timezone: [column]\nleads: {timezone: tz, consent_at: c}\n",
           "metadata: {a: {literal: b}}\n",
           "leads: {number: phone}\n",
           "presentation_number: \"15881234\"\n",
           "region: US\n",
       }) {
    const auto other = load_with(more);
    ASSERT_TRUE(other.value) << more << messages(other.diagnostics).front();
    EXPECT_FALSE(compare(*plain.value, *other.value).empty()) << more;
  }
}

DaemonConfig daemon() {
  DaemonConfig config;
  config.accounts.emplace_back().name = "main";
  config.accounts[0].base_url = "https://client-api.tryvox.co";
  config.accounts[0].api_key = {SecretReference::Kind::credential, "vox-main"};
  config.accounts[0].limits.concurrency = 50;
  config.accounts[0].reserve_percent = 10;
  return config;
}

std::vector<std::string> after(const std::function<void(DaemonConfig&)>& change) {
  DaemonConfig changed = daemon();
  change(changed);
  return words(compare(daemon(), changed));
}

TEST(CompareDaemons, Accounts) {
  EXPECT_THAT(compare(daemon(), daemon()), IsEmpty());
  EXPECT_THAT(after([](auto& d) { d.accounts[0].limits.concurrency = 60; }),
              ElementsAre("! accounts.main.limits.concurrency: 50 -> 60"));
  EXPECT_THAT(after([](auto& d) { d.accounts[0].reserve_percent = 5; }),
              ElementsAre("! accounts.main.reserve: 10% -> 5%"));
  EXPECT_THAT(after([](auto& d) { d.accounts[0].reserve_percent = 20; }),
              ElementsAre("accounts.main.reserve: 10% -> 20%"));
  EXPECT_THAT(after([](auto& d) { d.accounts[0].requests.per_minute = 100; }),
              ElementsAre("accounts.main.requests.per_minute: none -> 100"));
  EXPECT_THAT(after([](auto& d) { d.accounts[0].api_key.value = "other"; }),
              ElementsAre("accounts.main.api_key: credential vox-main -> credential other"));
  EXPECT_THAT(after([](auto& d) { d.accounts[0].caller_numbers["07011112222"].rested = true; }),
              ElementsAre("accounts.main.caller_numbers.07011112222.rested: false -> true"));
  EXPECT_THAT(after([](auto& d) { d.accounts.emplace_back().name = "second"; }),
              ElementsAre("accounts: new: none -> second"));
  EXPECT_THAT(after([](auto& d) { d.accounts[0].name = "other"; }),
              ElementsAre("accounts: no longer: main -> none", "accounts: new: none -> other"));
}

TEST(CompareDaemons, ANumberThatNoLongerRestsIsLoosened) {
  DaemonConfig rested = daemon();
  rested.accounts[0].caller_numbers["07011112222"].rested = true;
  EXPECT_THAT(words(compare(rested, daemon())),
              ElementsAre("! accounts.main.caller_numbers.07011112222.rested: true -> false"));
}

TEST(CompareDaemons, WhatProvesThatNobodyWasCalled) {
  EXPECT_THAT(after([](auto& d) { d.follow.list_lag = 10s; }), ElementsAre("! follow.list_lag: 30s -> 10s"));
  EXPECT_THAT(after([](auto& d) { d.follow.confirmations = 3; }), ElementsAre("follow.confirmations: 2 -> 3"));
}

TEST(CompareDaemons, WhatTakesEffectAtTheNextStart) {
  auto waits = [](const std::function<void(DaemonConfig&)>& change) {
    DaemonConfig changed = daemon();
    change(changed);
    const auto changes = compare(daemon(), changed);
    return changes.size() == 1 && changes[0].at_restart;
  };
  EXPECT_TRUE(waits([](auto& d) { d.database.conninfo = "dbname=other"; }));
  EXPECT_TRUE(waits([](auto& d) { d.database.allow_data_loss = true; }));
  EXPECT_TRUE(waits([](auto& d) { d.lease = 20s; }));
  EXPECT_TRUE(waits([](auto& d) { d.logging.level = LogLevel::debug; }));
  EXPECT_TRUE(waits([](auto& d) { d.webhook.emplace(); }));
  EXPECT_TRUE(waits([](auto& d) { d.monitoring.emplace(); }));
  EXPECT_TRUE(waits([](auto& d) { d.accounts[0].webhook.emplace().path_secrets.emplace_back(); }));
  EXPECT_FALSE(waits([](auto& d) { d.http.connections = 5; }));
  EXPECT_FALSE(waits([](auto& d) { d.drain_timeout = 5s; }));
}

TEST(CompareDaemons, NamesTheKeyOfASectionThatWaitsForARestart) {
  DaemonConfig before;
  before.database.conninfo = "dbname=one";
  DaemonConfig after;
  after.logging.level = LogLevel::debug;
  after.monitoring.emplace().address = {*parse_ip_address("127.0.0.1"), 9464};
  after.database.conninfo = "dbname=other";
  std::vector<std::string> all;
  for (const Change& change : compare(before, after)) {
    EXPECT_TRUE(change.at_restart);
    all.push_back(to_string(change));
  }
  EXPECT_THAT(all, testing::ElementsAre("database.conninfo: dbname=one -> dbname=other", "logging.level: info -> debug",
                                        "monitoring.listen: none -> 127.0.0.1:9464"));
}

TEST(CompareCampaigns, NamesTheColumns) {
  CampaignConfig after;
  after.leads.number = "phone";
  after.leads.fields["name"] = "customer";
  after.leads.consent_at = "agreed";
  std::vector<std::string> all;
  for (const Change& change : compare(CampaignConfig{}, after)) all.push_back(to_string(change));
  EXPECT_THAT(all, testing::ElementsAre("leads.number: column 'number' -> column 'phone'",
                                        "leads.fields.name: none -> column 'customer'",
                                        "leads.consent_at: none -> column 'agreed'"));
}

TEST(CompareCampaigns, NamesAHolidayListAndCountsItsDates) {
  CampaignConfig before;
  const auto first = std::chrono::sys_days{std::chrono::year{2026} / 1 / 1};
  before.holidays = {{"kr", {}}};
  for (int i = 0; i < 30; ++i) {
    before.closed_dates.push_back({first + std::chrono::days(i), "holiday"});
    before.holidays[0].dates.push_back(first + std::chrono::days(i));
  }
  before.closed_dates.push_back({first + std::chrono::days(40), "inventory"});
  const auto changes = compare(before, CampaignConfig{});
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(to_string(changes[0]),
            "holidays and blackout_dates: no longer: kr (30 dates, 2026-01-01 to 2026-01-30), "
            "2026-02-10 inventory -> none");
  EXPECT_TRUE(changes[0].loosened);
}

}  // namespace
}  // namespace dialerd::config
