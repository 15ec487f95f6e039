// The provider's own limits, answered in both ways, and its rate of requests.
#include "tests/voxsim/limits.h"

#include <chrono>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/voxsim/rolling_window.h"
#include "tests/voxsim/tests/fixture.h"

namespace dialerd::voxsim {
namespace {

namespace json = boost::json;

TEST(RollingWindow, NoWindowHoldsMoreThanTheLimit) {
  RollingWindow window(2, 1000);
  window.count(100);
  window.count(600);
  EXPECT_FALSE(window.has_room(1099));
  EXPECT_EQ(window.wait_us(1099), 1);
  EXPECT_TRUE(window.has_room(1100)) << "the first event has just left";
  window.count(1100);
  EXPECT_FALSE(window.has_room(1599));
  EXPECT_TRUE(window.has_room(1600));
}

TEST(RollingWindow, UnlimitedAndZero) {
  EXPECT_TRUE(RollingWindow(std::nullopt, 1000).has_room(0));
  EXPECT_FALSE(RollingWindow(0, 1000).has_room(5000));
}

TEST(CallLimits, SlotIsFreeAtTheEndOfTheCall) {
  LimitOptions options;
  options.concurrency = 1;
  CallLimits limits(options);
  limits.accept(1'000'000, 1500);
  EXPECT_EQ(limits.check(1'499'999), Refusal::kConcurrency);
  EXPECT_EQ(limits.check(1'500'000), Refusal::kNone);
  EXPECT_EQ(limits.open_most(), 1U);
}

struct Limit {
  const char* name;
  void (*set)(LimitOptions&);
  const char* reason;
  int status;
  const char* code;
};

// Three calls are let through, each open for a minute.
class EveryLimit : public testing::TestWithParam<Limit> {
 protected:
  static Options options() {
    Options options = Simulation::instant();
    options.talk_ms = {60'000, 60'000};
    GetParam().set(options.limits);
    return options;
  }
};

TEST_P(EveryLimit, CanEndTheCallThatGoesOver) {
  const Simulation simulation(options());
  Client client = simulation.client();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(text(client.post(call_body(i)).json(), "status"), "ongoing");
  const Response over = client.post(call_body(3));
  EXPECT_EQ(over.status, 201);
  const json::value call = client.get("/v3/calls/" + text(over.json(), "id")).json();
  EXPECT_EQ(text(call, "status"), "error");
  EXPECT_EQ(text(call, "disconnection_reason"), GetParam().reason);
  EXPECT_TRUE(at(call, "start_at").is_null());
  EXPECT_EQ(list_all(client, "").size(), 4U);
}

TEST_P(EveryLimit, CanRefuseWithoutCreating) {
  Options refusing = options();
  refusing.limits.answer = LimitAnswer::kRefuse;
  const Simulation simulation(refusing);
  Client client = simulation.client();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(client.post(call_body(i)).status, 201);
  const Response over = client.post(call_body(3));
  EXPECT_EQ(over.status, GetParam().status);
  EXPECT_EQ(text(over.json(), "error/code"), GetParam().code);
  EXPECT_EQ(over.retry_after, "") << "none unless it is asked for";
  EXPECT_EQ(list_all(client, "").size(), 3U);
  EXPECT_FALSE(simulation.ledger().at(3).at("created").as_bool());
}

INSTANTIATE_TEST_SUITE_P(Limits, EveryLimit,
                         testing::Values(Limit{"concurrency", [](LimitOptions& limits) { limits.concurrency = 3; },
                                               "concurrency_limit_reached", 429, "CONCURRENCY_LIMIT_REACHED"},
                                         Limit{"hour", [](LimitOptions& limits) { limits.per_hour = 3; },
                                               "hourly_call_limit_reached", 429, "HOURLY_CALL_LIMIT_REACHED"},
                                         Limit{"day", [](LimitOptions& limits) { limits.per_day = 3; },
                                               "daily_call_limit_reached", 429, "DAILY_CALL_LIMIT_REACHED"},
                                         Limit{"balance", [](LimitOptions& limits) { limits.balance = 3; },
                                               "insufficient_balance", 402, "INSUFFICIENT_BALANCE"}),
                         [](const auto& tested) { return std::string(tested.param.name); });

TEST(Limits, RollingWindowOpensAgain) {
  Options options = Simulation::instant();
  options.limits.per_hour = 2;
  options.limits.hour_ms = 1000;
  options.limits.answer = LimitAnswer::kRefuse;
  options.retry_after.kind = RetryAfter::Kind::kComputed;
  const Simulation simulation(options);
  Client client = simulation.client();
  EXPECT_EQ(client.post(call_body(1)).status, 201);
  EXPECT_EQ(client.post(call_body(2)).status, 201);
  const Response over = client.post(call_body(3));
  EXPECT_EQ(over.status, 429);
  EXPECT_EQ(over.retry_after, "1") << "whole seconds, rounded up";
  std::this_thread::sleep_for(std::chrono::milliseconds(1010));
  EXPECT_EQ(client.post(call_body(3)).status, 201);
}

TEST(RequestRate, EveryRequestCountsAndTheNextSecondIsFree) {
  Options options = Simulation::instant();
  options.request_rate.per_second = 3;
  options.retry_after = {RetryAfter::Kind::kFixed, 7};
  const Simulation simulation(options);
  Client client = simulation.client();
  EXPECT_EQ(client.post(call_body(1)).status, 201);
  EXPECT_EQ(client.get("/v3/calls").status, 200);
  EXPECT_EQ(client.get("/v3/calls").status, 200);
  const Response over = client.post(call_body(2));
  EXPECT_EQ(over.status, 429);
  EXPECT_EQ(text(over.json(), "error/code"), "RATE_LIMITED");
  EXPECT_EQ(over.retry_after, "7");
  EXPECT_EQ(client.get("/_sim/stats").status, 200) << "the simulator's own page is not limited";
  std::this_thread::sleep_for(std::chrono::milliseconds(1010));
  EXPECT_EQ(client.post(call_body(2)).status, 201);
}

TEST(RequestRate, PerMinute) {
  Options options = Simulation::instant();
  options.request_rate.per_minute = 2;
  const Simulation simulation(options);
  Client client = simulation.client();
  EXPECT_EQ(client.get("/v3/calls").status, 200);
  EXPECT_EQ(client.get("/v3/calls").status, 200);
  EXPECT_EQ(client.get("/v3/calls").status, 429);
}

TEST(Concurrency, MostOpenCallsAreCounted) {
  Options options = Simulation::instant();
  options.talk_ms = {60'000, 60'000};
  const Simulation simulation(options);
  Client client = simulation.client();
  for (int i = 0; i < 4; ++i) client.post(call_body(i));
  const json::value statistics = client.get("/_sim/stats").json();
  EXPECT_EQ(at(statistics, "open_now"), 4);
  EXPECT_EQ(at(statistics, "open_max"), 4);
}

}  // namespace
}  // namespace dialerd::voxsim
