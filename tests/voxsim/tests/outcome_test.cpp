// How calls end, and that a seed decides it.
#include <chrono>
#include <map>
#include <set>
#include <stdexcept>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/voxsim/call_store.h"
#include "tests/voxsim/outcome_model.h"
#include "tests/voxsim/tests/fixture.h"

namespace dialerd::voxsim {
namespace {

namespace json = boost::json;

OutcomeModel model(const std::string& outcomes) {
  Options options;
  options.outcomes = outcomes;
  return OutcomeModel(options);
}

TEST(Outcomes, StatusGoesWithTheReasonAsDocumented) {
  const std::map<std::string, std::string> documented{{"user_hangup", "ended"},
                                                      {"agent_hangup", "ended"},
                                                      {"call_transfer", "ended"},
                                                      {"max_duration_reached", "ended"},
                                                      {"inactivity", "ended"},
                                                      {"voicemail_reached", "ended"},
                                                      {"dial_no_answer", "not_connected"},
                                                      {"dial_busy", "not_connected"},
                                                      {"dial_declined", "not_connected"},
                                                      {"dial_failed", "not_connected"},
                                                      {"flow_error", "error"},
                                                      {"error_voxai", "error"},
                                                      {"orphaned_no_agent_pickup", "error"},
                                                      {"concurrency_limit_reached", "error"},
                                                      {"hourly_call_limit_reached", "error"},
                                                      {"daily_call_limit_reached", "error"},
                                                      {"insufficient_balance", "error"}};
  EXPECT_EQ(documented.size(), 17U);
  for (const auto& [reason, status] : documented) {
    const OutcomeModel only = model(reason + "=1");
    const Outcome& outcome = only.at(only.draw(*pack_number("01012345678"), 0).outcome);
    EXPECT_EQ(outcome.reason, reason);
    EXPECT_EQ(outcome.status, status);
  }
}

TEST(Outcomes, UndocumentedReasonsAndStatusesArePossible) {
  const OutcomeModel future = model("carrier_says_no:canceled=1");
  const Outcome& outcome = future.at(future.draw(*pack_number("01012345678"), 0).outcome);
  EXPECT_EQ(outcome.reason, "carrier_says_no");
  EXPECT_EQ(outcome.status, "canceled");
  EXPECT_FALSE(outcome.connects);
}

TEST(Outcomes, FollowTheWeights) {
  const OutcomeModel mixed = model("user_hangup=40,dial_no_answer=30,voicemail_reached=30");
  std::map<std::string, int> counts;
  for (std::uint32_t i = 0; i < 10'000; ++i) ++counts[mixed.at(mixed.draw(i, 0).outcome).reason];
  EXPECT_NEAR(counts["user_hangup"], 4000, 250);
  EXPECT_NEAR(counts["dial_no_answer"], 3000, 250);
  EXPECT_EQ(counts.size(), 3U);
}

TEST(Outcomes, WhatCannotBeReadIsRefused) {
  for (const char* bad : {"user_hangup", "user_hangup=", "user_hangup=x", "=1", "user_hangup=-1", "user_hangup=0"}) {
    EXPECT_THROW(model(bad), std::invalid_argument) << bad;
  }
}

// Reason and end of every call by number and turn, whatever the order in which the calls are asked for.
std::map<std::string, std::string> results(std::uint64_t seed, bool backwards) {
  Options options = Simulation::instant();
  options.seed = seed;
  options.outcomes = "user_hangup=40,dial_no_answer=30,voicemail_reached=10,dial_busy=20";
  options.ring_ms = {50, 300};
  options.talk_ms = {200, 2000};
  const Simulation simulation(options);
  Client client = simulation.client();
  for (int i = 0; i < 100; ++i) client.post(call_body((backwards ? 99 - i : i) % 50));
  std::map<std::string, std::string> found;
  std::map<std::string, int> turns;
  for (const json::object& line : simulation.ledger()) {
    const std::string number(line.at("to_number").as_string());
    const std::int64_t length = line.at("end_at").as_int64() - line.at("at_ms").as_int64();
    found[number + "/" + std::to_string(turns[number]++)] =
        std::string(line.at("reason").as_string()) + " after " + std::to_string(length);
  }
  return found;
}

TEST(Seed, DecidesTheFateOfEveryCallWhateverTheOrder) {
  const auto first = results(1, false);
  EXPECT_EQ(first.size(), 100U);
  EXPECT_EQ(results(1, false), first);
  EXPECT_EQ(results(1, true), first);
  EXPECT_NE(results(2, false), first);
}

TEST(CallIds, LeadBackToTheirCallAndDifferBetweenRuns) {
  CallStore store(11);
  CallStore other(12);
  std::set<std::string> ids;
  for (CallIndex i = 0; i < 5000; ++i) {
    EXPECT_EQ(store.add({}, R"({"a":"b"})", "{}"), i);
    other.add({}, "{}", "{}");
    const std::string id = store.id(i);
    ids.insert(id);
    EXPECT_EQ(store.find(id), i);
    EXPECT_NE(other.id(i), id);
    EXPECT_EQ(id[14], '4');
  }
  EXPECT_EQ(ids.size(), 5000U);
  EXPECT_EQ(store.metadata(store.at(4999)), R"({"a":"b"})");
  EXPECT_EQ(store.variables(store.at(4999)), "{}");
  EXPECT_EQ(store.find(other.id(7)), std::nullopt);
}

TEST(NeverEnding, CallStaysOngoingAndKeepsItsPlace) {
  Options options = Simulation::instant();
  options.outcomes = "dial_busy=1";
  options.never_end = 1;
  options.limits.concurrency = 1;
  options.limits.answer = LimitAnswer::kRefuse;
  const Simulation simulation(options);
  Client client = simulation.client();
  const std::string id = text(client.post(call_body(1)).json(), "id");
  const json::value call = client.get("/v3/calls/" + id).json();
  EXPECT_EQ(text(call, "status"), "ongoing");
  EXPECT_TRUE(at(call, "start_at").is_int64());
  EXPECT_TRUE(at(call, "end_at").is_null());
  std::this_thread::sleep_for(std::chrono::milliseconds(20));  // longer than any other call could be open
  EXPECT_THAT(list_all(client, "?status=ongoing"), testing::ElementsAre(id));
  EXPECT_EQ(client.post(call_body(2)).status, 429);
  const auto ledger = simulation.ledger();
  EXPECT_EQ(ledger[0].at("final_status").as_string(), "ongoing");
  EXPECT_TRUE(ledger[0].at("end_at").is_null());
  EXPECT_TRUE(ledger[0].at("reason").is_null());
}

TEST(Contradiction, ShowsAnotherReasonSomeTimeAfterTheEnd) {
  for (const char* reason : {"user_hangup", "dial_no_answer"}) {
    Options options = Simulation::instant();
    options.outcomes = std::string(reason) + "=1";
    options.contradict = 1;
    options.contradict_ms = {300, 300};
    const Simulation simulation(options);
    Client client = simulation.client();
    const json::value first = client.post(call_body(1)).json();
    EXPECT_EQ(text(first, "disconnection_reason"), reason);
    const auto ledger = simulation.ledger();
    EXPECT_EQ(ledger[0].at("reason").as_string(), reason);
    const std::string later_reason(ledger[0].at("later_reason").as_string());
    EXPECT_NE(later_reason, reason);
    EXPECT_EQ(ledger[0].at("later_at").as_int64(), ledger[0].at("end_at").as_int64() + 300);

    const std::string target = "/v3/calls/" + text(first, "id");
    json::value call = client.get(target).json();
    for (int i = 0; i < 500 && text(call, "disconnection_reason") == reason; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
      call = client.get(target).json();
    }
    EXPECT_EQ(text(call, "disconnection_reason"), later_reason);
    EXPECT_EQ(text(call, "status"), ledger[0].at("later_status").as_string());
    EXPECT_EQ(at(call, "end_at"), at(first, "end_at"));
    EXPECT_EQ(at(call, "start_at").is_null(), at(first, "start_at").is_null());
    EXPECT_EQ(list_all(client, "?disconnection_reason=" + later_reason).size(), 1U);
    EXPECT_EQ(list_all(client, std::string("?disconnection_reason=") + reason).size(), 0U);
  }
}

TEST(Contradiction, StrikesOnlyTheShareAskedFor) {
  Options options;
  options.contradict = 0.3;
  options.never_end = 0.2;
  const OutcomeModel model(options);
  int contradicted = 0;
  int endless = 0;
  for (std::uint32_t i = 0; i < 5000; ++i) {
    const Fate fate = model.draw(*pack_number("01012345678"), i);
    contradicted += fate.contradict_ms > 0 ? 1 : 0;
    endless += fate.never_ends ? 1 : 0;
  }
  EXPECT_NEAR(endless, 1000, 100);
  EXPECT_NEAR(contradicted, 4000 * 0.3, 120);
}

}  // namespace
}  // namespace dialerd::voxsim
