#include "daemon/plan/outcome_model.h"

#include <map>
#include <numeric>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dialerd::daemon::plan {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

double answer_rate(const OutcomeModel& model) {
  double sum = 0;
  for (const Outcome& outcome : model.outcomes()) sum += outcome.conversation ? outcome.share : 0;
  return sum;
}

double total(const OutcomeModel& model) {
  double sum = 0;
  for (const Outcome& outcome : model.outcomes()) sum += outcome.share;
  return sum;
}

const Assumption& assumption(const OutcomeModel& model, const std::string& name) {
  auto found = std::ranges::find(model.assumptions(), name, &Assumption::name);
  EXPECT_NE(found, model.assumptions().end()) << name;
  return *found;
}

TEST(OutcomeModel, DefaultsAddUpAndSaySo) {
  OutcomeModel model;
  EXPECT_NEAR(total(model), 1, 1e-9);
  EXPECT_NEAR(answer_rate(model), 0.35, 1e-9);
  EXPECT_EQ(assumption(model, "answer_rate").value, "35.0 %");
  EXPECT_EQ(assumption(model, "answer_rate").source, "default, there is no history");
}

TEST(OutcomeModel, FollowsTheHistoryWhereThereIsEnough) {
  OutcomeModel model({{"agent_hangup", 500, 70s, 60s},
                      {"dial_no_answer", 500, 28s, std::nullopt},
                      {"hourly_call_limit_reached", 5000, std::nullopt, std::nullopt}});
  EXPECT_NEAR(answer_rate(model), 0.5, 1e-9);
  EXPECT_NEAR(total(model), 1, 1e-9);
  EXPECT_EQ(model.mean_duration(), 49s);
  EXPECT_EQ(assumption(model, "talk").value, "60 s");
  EXPECT_EQ(assumption(model, "talk").source, "history: 1,000 calls");

  OutcomeModel few({{"agent_hangup", 50, 70s, 60s}});
  EXPECT_NEAR(answer_rate(few), 0.35, 1e-9);
  EXPECT_EQ(assumption(few, "talk").source, "default, 50 earlier calls tell too little");
}

TEST(OutcomeModel, WishesWin) {
  OutcomeModel model({{"agent_hangup", 500, 70s, 60s}, {"user_hangup", 500, 20s, 10s}, {"dial_busy", 1000, 4s, {}}},
                     {0.2, 70s});
  EXPECT_NEAR(answer_rate(model), 0.2, 1e-9);
  EXPECT_NEAR(total(model), 1, 1e-9);
  EXPECT_EQ(assumption(model, "talk").value, "70 s");
  EXPECT_EQ(assumption(model, "talk").source, "--talk");
  EXPECT_EQ(assumption(model, "answer_rate").source, "--answer-rate");
  // The mix of conversations stays as it was seen: 60 s and 10 s, twice as long each.
  EXPECT_EQ(model.outcomes()[0].talk, 120s);
  EXPECT_EQ(model.outcomes()[1].talk, 20s);

  // Even where none was seen.
  OutcomeModel never({{"dial_busy", 1000, 4s, {}}}, {0.5, std::nullopt});
  EXPECT_NEAR(answer_rate(never), 0.5, 1e-9);
  OutcomeModel all({{"agent_hangup", 1000, 4s, {}}}, {0.5, std::nullopt});
  EXPECT_NEAR(answer_rate(all), 0.5, 1e-9);
  EXPECT_NEAR(total(all), 1, 1e-9);
}

TEST(OutcomeModel, DrawsAreAsTheModelSaysAndTheSameEachTime) {
  OutcomeModel model;
  std::map<std::string, int> drawn;
  milliseconds sum{0};
  constexpr int calls = 100'000;
  for (int lead = 0; lead < calls; ++lead) {
    auto draw = model.draw(1, campaign::LeadId{lead}, 1);
    auto again = model.draw(1, campaign::LeadId{lead}, 1);
    EXPECT_EQ(draw.outcome, again.outcome);
    EXPECT_EQ(draw.talk, again.talk);
    ++drawn[draw.outcome->reason];
    sum += draw.before + draw.talk;
  }
  for (const Outcome& outcome : model.outcomes())
    EXPECT_NEAR(drawn[outcome.reason], outcome.share * calls, calls / 100.0);
  EXPECT_NEAR(static_cast<double>((sum / calls).count()), static_cast<double>(model.mean_duration().count()), 1000);
  // A lead's second call is not its first one again.
  int same = 0;
  for (int lead = 0; lead < 1000; ++lead) {
    same += model.draw(1, campaign::LeadId{lead}, 1).outcome == model.draw(1, campaign::LeadId{lead}, 2).outcome;
  }
  EXPECT_LT(same, 500);
}

}  // namespace
}  // namespace dialerd::daemon::plan
