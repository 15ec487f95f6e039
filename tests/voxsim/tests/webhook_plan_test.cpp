// What goes wrong with the events of a call, and how often; and the pieces that a delivery is made of.
#include "tests/voxsim/webhook_plan.h"

#include <map>
#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/voxsim/random.h"
#include "tests/voxsim/webhook_delivery.h"
#include "tests/voxsim/webhook_url.h"

namespace dialerd::voxsim {
namespace {

using testing::ElementsAre;

constexpr CallTimes kConnected{
    .created_ms = 1000, .answer_ms = 1300, .end_ms = 2000, .analysis_ms = 2400, .connects = true};
constexpr CallTimes kUnanswered{.created_ms = 1000, .answer_ms = 1300, .end_ms = 1300, .analysis_ms = 1300};

std::vector<std::pair<WebhookEvent, std::int64_t>> events(const WebhookOptions& options, const CallTimes& call) {
  std::vector<std::pair<WebhookEvent, std::int64_t>> events;
  for (const PlannedEvent& planned : plan_webhooks(options, call, 1).events) {
    events.emplace_back(planned.event, planned.due_ms);
  }
  return events;
}

TEST(WebhookPlan, EventsComeWhenWhatTheyTellHasHappened) {
  WebhookOptions options;
  EXPECT_THAT(events(options, kConnected),
              ElementsAre(std::pair{WebhookEvent::kStarted, 1300}, std::pair{WebhookEvent::kEnded, 2000},
                          std::pair{WebhookEvent::kAnalyzed, 2400}));
  EXPECT_THAT(events(options, kUnanswered), ElementsAre());
  CallTimes endless = kConnected;
  endless.ends = false;
  EXPECT_THAT(events(options, endless), ElementsAre(std::pair{WebhookEvent::kStarted, 1300}));

  options.unconnected = UnconnectedWebhooks::kEnded;
  EXPECT_THAT(events(options, kUnanswered), ElementsAre(std::pair{WebhookEvent::kEnded, 1300}));
}

TEST(WebhookPlan, Version1TellsOfTheEndOnceCostAndAnalysisAreKnown) {
  WebhookOptions options;
  options.version = WebhookVersion::kV1;
  EXPECT_THAT(events(options, kConnected),
              ElementsAre(std::pair{WebhookEvent::kStarted, 1300}, std::pair{WebhookEvent::kEnded, 2400}));
}

TEST(WebhookPlan, DelayKeepsTheOrder) {
  WebhookOptions options;
  options.delay_ms = {0, 5000};
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    std::int64_t before = 0;
    for (const PlannedEvent& planned : plan_webhooks(options, kConnected, seed).events) {
      EXPECT_GE(planned.due_ms, before);
      before = planned.due_ms;
    }
  }
}

TEST(WebhookPlan, EarlyHoldsTheAnswerUntilAfterTheStart) {
  WebhookOptions options;
  options.early = 1;
  options.early_hold_ms = 200;
  options.delay_ms = {1000, 1000};
  options.drop = 1;
  options.reorder = 1;
  const WebhookPlan plan = plan_webhooks(options, kConnected, 1);
  EXPECT_EQ(plan.hold_answer_ms, 500U);
  EXPECT_EQ(plan.events[0].due_ms, 1300);
  EXPECT_FALSE(plan.events[0].dropped);
  EXPECT_FALSE(plan.events[0].held);
  EXPECT_TRUE(plan.events[1].dropped);
  EXPECT_EQ(plan_webhooks(options, kUnanswered, 1).hold_answer_ms, 0U);
}

TEST(WebhookPlan, StrikesAsOftenAsAskedAndTheSameForTheSameSeed) {
  WebhookOptions options;
  options.duplicate = 0.1;
  options.reorder = 0.2;
  options.drop = 0.3;
  options.forge = 0.4;
  options.unknown = 0.5;
  std::map<std::string, int> struck;
  for (std::uint64_t seed = 0; seed < 5000; ++seed) {
    const WebhookPlan plan = plan_webhooks(options, kConnected, mix(seed));
    const WebhookPlan same = plan_webhooks(options, kConnected, mix(seed));
    for (std::size_t i = 0; i < plan.events.size(); ++i) {
      const PlannedEvent& planned = plan.events[i];
      EXPECT_EQ(planned.duplicate_after_ms, same.events[i].duplicate_after_ms);
      EXPECT_EQ(planned.forgery, same.events[i].forgery);
      struck["duplicate"] += planned.duplicate_after_ms ? 1 : 0;
      struck["held"] += planned.held ? 1 : 0;
      struck["dropped"] += planned.dropped ? 1 : 0;
      struck["forged"] += planned.forgery != Forgery::kNone ? 1 : 0;
      struck["unknown"] += planned.with_unknown ? 1 : 0;
      EXPECT_NE(planned.forgery, Forgery::kWrongSignature) << "nothing is signed";
    }
    EXPECT_FALSE(plan.events.back().held) << "there is none that it could wait for";
  }
  EXPECT_NEAR(struck["dropped"], 15'000 * 0.3, 200);
  EXPECT_NEAR(struck["duplicate"], 15'000 * 0.1 * 0.7, 150);
  EXPECT_NEAR(struck["held"], 10'000 * 0.2 * 0.7, 150);
  EXPECT_NEAR(struck["forged"], 15'000 * 0.4, 250);
  EXPECT_NEAR(struck["unknown"], 15'000 * 0.5, 250);
}

TEST(WebhookPlan, AllForgeriesOccurWhereSomethingIsSigned) {
  WebhookOptions options;
  options.forge = 1;
  options.signing.secret_file = "somewhere";
  std::map<Forgery, int> seen;
  for (std::uint64_t seed = 0; seed < 100; ++seed)
    ++seen[plan_webhooks(options, kConnected, mix(seed)).events[0].forgery];
  EXPECT_EQ(seen.size(), 3U);
}

TEST(WebhookDeliveries, HeldEventWaitsForTheNextOne) {
  const WebhookPlan plan{.events = {{.event = WebhookEvent::kStarted, .due_ms = 1, .held = true},
                                    {.event = WebhookEvent::kEnded, .due_ms = 2, .held = true},
                                    {.event = WebhookEvent::kAnalyzed, .due_ms = 3}}};
  const auto due = deliveries_of({}, plan, 0, "attempt", 1);
  ASSERT_EQ(due.size(), 1U);
  EXPECT_EQ(due[0].delivery->event, WebhookEvent::kAnalyzed);
  ASSERT_EQ(due[0].delivery->afterwards.size(), 1U);
  EXPECT_EQ(due[0].delivery->afterwards[0].second->event, WebhookEvent::kEnded);
  ASSERT_EQ(due[0].delivery->afterwards[0].second->afterwards.size(), 1U);
  EXPECT_EQ(due[0].delivery->afterwards[0].second->afterwards[0].second->event, WebhookEvent::kStarted);
  EXPECT_EQ(count_deliveries(due), 3U);
}

TEST(WebhookUrls, AreTakenApart) {
  const WebhookUrl plain = parse_webhook_url("http://127.0.0.1:8080/webhooks/main/secret?x=1");
  EXPECT_FALSE(plain.tls);
  EXPECT_EQ(plain.host, "127.0.0.1");
  EXPECT_EQ(plain.port, "8080");
  EXPECT_EQ(plain.path, "/webhooks/main/secret?x=1");
  const WebhookUrl encrypted = parse_webhook_url("https://[::1]");
  EXPECT_TRUE(encrypted.tls);
  EXPECT_EQ(encrypted.host, "::1");
  EXPECT_EQ(encrypted.port, "443");
  EXPECT_EQ(encrypted.path, "/");
  EXPECT_EQ(encrypted.authority(), "[::1]:443");
  for (const char* bad : {"ftp://x/", "http://", "http://:80/", "http://host:port/", "http://a@b/", "localhost:80"}) {
    EXPECT_THROW(parse_webhook_url(bad), std::invalid_argument) << bad;
  }
}

}  // namespace
}  // namespace dialerd::voxsim
