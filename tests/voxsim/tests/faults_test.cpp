// Faults on the wire, and the ledger that tells what really happened.
#include "tests/voxsim/faults.h"

#include <chrono>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/voxsim/tests/fixture.h"

namespace dialerd::voxsim {
namespace {

namespace json = boost::json;

Options with_fault(const std::string& name) {
  Options options = Simulation::instant();
  options.post_faults = {{name, 1.0}};
  return options;
}

// The error that a POST ends with, for faults that leave no answer.
boost::system::error_code failed_post(const Simulation& simulation) {
  Client client = simulation.client();
  try {
    client.post(call_body(1, "attempt-1"));
  } catch (const boost::system::system_error& failure) {
    return failure.code();
  }
  return {};
}

void expect_ledger(const Simulation& simulation, const std::string& outcome, bool created) {
  const auto ledger = simulation.ledger();
  ASSERT_GE(ledger.size(), 1U);
  EXPECT_EQ(ledger[0].at("outcome").as_string(), outcome);
  EXPECT_EQ(ledger[0].at("created").as_bool(), created);
  EXPECT_EQ(ledger[0].at("attempt_id").as_string(), "attempt-1");
  EXPECT_EQ(ledger[0].at("call_id").is_string(), created);
  Client client = simulation.client();
  const auto listed = list_all(client, "");
  ASSERT_EQ(listed.size(), created ? 1U : 0U);
  if (created) {
    EXPECT_EQ(listed[0], ledger[0].at("call_id").as_string());
  }
}

TEST(Fault, ResetAfterCreatesTheCall) {
  const Simulation simulation(with_fault("reset-after"));
  EXPECT_EQ(failed_post(simulation), boost::asio::error::connection_reset);
  expect_ledger(simulation, "reset-after", true);
}

TEST(Fault, ResetBeforeCreatesNothing) {
  const Simulation simulation(with_fault("reset-before"));
  EXPECT_EQ(failed_post(simulation), boost::asio::error::connection_reset);
  expect_ledger(simulation, "reset-before", false);
}

TEST(Fault, HangAfterCreatesTheCallAndStaysSilent) {
  const Simulation simulation(with_fault("hang-after"));
  Client client = simulation.client();
  client.get("/v3/calls");  // what TLS sends after the handshake has been read with this answer
  client.send_post(call_body(1, "attempt-1"));
  EXPECT_FALSE(client.anything_to_read(300));
  const auto ledger = simulation.ledger();
  ASSERT_EQ(ledger.size(), 2U);
  EXPECT_EQ(ledger[1].at("outcome").as_string(), "hang-after");
  EXPECT_TRUE(ledger[1].at("created").as_bool());
}

TEST(Fault, Error500BeforeAndAfter) {
  for (const auto& [name, created] : {std::pair{"error-500-before", false}, {"error-500-after", true}}) {
    const Simulation simulation(with_fault(name));
    const Response response = simulation.client().post(call_body(1, "attempt-1"));
    EXPECT_EQ(response.status, 500);
    EXPECT_EQ(text(response.json(), "error/code"), "INTERNAL_ERROR");
    expect_ledger(simulation, name, created);
  }
}

TEST(Fault, Error503CarriesRetryAfter) {
  Options options = with_fault("error-503-before");
  options.retry_after = {RetryAfter::Kind::kFixed, 3};
  const Simulation simulation(options);
  const Response response = simulation.client().post(call_body(1, "attempt-1"));
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(response.retry_after, "3");
  expect_ledger(simulation, "error-503-before", false);
}

TEST(Fault, GarbageIsASuccessThatCannotBeRead) {
  const Simulation simulation(with_fault("garbage"));
  const Response response = simulation.client().post(call_body(1, "attempt-1"));
  EXPECT_EQ(response.status, 201);
  EXPECT_ANY_THROW(response.json());
  expect_ledger(simulation, "garbage", true);
}

TEST(Fault, TruncatedEndsInTheMiddleOfTheBody) {
  const Simulation simulation(with_fault("truncated"));
  EXPECT_TRUE(failed_post(simulation));
  expect_ledger(simulation, "truncated", true);
}

TEST(Fault, SlowDelaysTheAnswerButNotTheCall) {
  Options options = with_fault("slow");
  options.slow_ms = {200, 200};
  const Simulation simulation(options);
  Client client = simulation.client();
  const auto sent = std::chrono::steady_clock::now();
  EXPECT_EQ(client.post(call_body(1, "attempt-1")).status, 201);
  EXPECT_GE(std::chrono::steady_clock::now() - sent, std::chrono::milliseconds(200));
  expect_ledger(simulation, "accepted", true);
  EXPECT_EQ(simulation.ledger()[0].at("delay_ms"), 200);
}

TEST(Fault, PostThatCreatesNothingIsNotStruckAfterwards) {
  const Simulation simulation(with_fault("reset-after"));
  EXPECT_EQ(simulation.client().post("{}").status, 400);
}

TEST(Fault, OtherRequestsHaveFaultsOfTheirOwn) {
  Options options = Simulation::instant();
  options.get_faults = {{"error-500-after", 1.0}};
  const Simulation simulation(options);
  Client client = simulation.client();
  EXPECT_EQ(client.post(call_body(1)).status, 201);
  EXPECT_EQ(client.get("/v3/calls").status, 500);
}

TEST(ErrorBurst, AnswersEverythingWithAnErrorAndDoesNothing) {
  Options options = Simulation::instant();
  options.error_burst = {.every_ms = 400, .length_ms = 200, .status = 500};
  const Simulation simulation(options);
  Client client = simulation.client();
  std::size_t created = 0;
  int errors = 0;
  int changes = 0;
  int before = 201;
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; std::chrono::steady_clock::now() - begin < std::chrono::milliseconds(1200); ++i) {
    const int status = client.post(call_body(i)).status;
    created += status == 201 ? 1 : 0;
    errors += status == 500 ? 1 : 0;
    changes += status != before ? 1 : 0;
    before = status;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_GT(created, 5U);
  EXPECT_GT(errors, 5);
  EXPECT_GE(changes, 4);
  EXPECT_LE(changes, 7);
  int in_ledger = 0;
  for (const json::object& line : simulation.ledger()) {
    in_ledger += line.at("outcome") == "error-500-before" ? 1 : 0;
    EXPECT_EQ(line.at("created").as_bool(), line.at("status") == 201);
  }
  EXPECT_EQ(in_ledger, errors);
}

TEST(Fault, IdleConnectionIsClosed) {
  Options options = Simulation::instant();
  options.close_idle_ms = 600;
  const Simulation simulation(options);
  Client client = simulation.client();
  for (int i = 0; i < 5; ++i) {  // a connection in use stays
    EXPECT_EQ(client.get("/v3/calls").status, 200);
    std::this_thread::sleep_for(std::chrono::milliseconds(160));
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(900));
  EXPECT_ANY_THROW(client.get("/v3/calls"));
  EXPECT_EQ(simulation.ledger().size(), 5U) << "what comes too late is not received";
}

TEST(FaultPlan, StrikesAsOftenAsAskedAndTheSameForTheSameSeed) {
  const FaultPlan plan({{"reset-before", 0.2}, {"garbage", 0.1}}, {}, 7);
  const FaultPlan same({{"reset-before", 0.2}, {"garbage", 0.1}}, {}, 7);
  const FaultPlan other({{"reset-before", 0.2}, {"garbage", 0.1}}, {}, 8);
  int resets = 0;
  int garbage = 0;
  int differences = 0;
  for (std::uint64_t i = 0; i < 20'000; ++i) {
    const Fault fault = plan.draw(i).fault;
    resets += fault == Fault::kResetBefore ? 1 : 0;
    garbage += fault == Fault::kGarbage ? 1 : 0;
    EXPECT_EQ(fault, same.draw(i).fault);
    differences += fault != other.draw(i).fault ? 1 : 0;
  }
  EXPECT_NEAR(resets, 4000, 250);
  EXPECT_NEAR(garbage, 2000, 200);
  EXPECT_GT(differences, 1000);
}

TEST(FaultPlan, RefusesWhatItCannotDo) {
  EXPECT_THROW(FaultPlan({{"explode", 0.1}}, {}, 1), std::invalid_argument);
  EXPECT_THROW(FaultPlan({{"garbage", 1.1}}, {}, 1), std::invalid_argument);
  EXPECT_THROW(FaultPlan({{"garbage", 0.6}, {"truncated", 0.6}}, {}, 1), std::invalid_argument);
}

TEST(Ledger, HasExactlyThePostsThatWereSentInOrder) {
  Options options = Simulation::instant();
  options.post_faults = {{"error-500-after", 0.2}, {"error-500-before", 0.2}};
  options.threads = 2;
  const Simulation simulation(options);
  std::vector<std::thread> senders;
  for (int sender = 0; sender < 3; ++sender) {
    senders.emplace_back([&simulation, sender] {
      Client client = simulation.client();
      for (int i = 0; i < 100; ++i) {
        const int number = sender * 100 + i;
        client.post(call_body(number, "attempt-" + std::to_string(number)));
        // The line is there before the answer.
        if (i % 50 == 0) {
          EXPECT_THAT(simulation.ledger(),
                      testing::Contains(testing::ResultOf(
                          [](const json::object& line) { return std::string(line.at("attempt_id").as_string()); },
                          "attempt-" + std::to_string(number))));
        }
      }
    });
  }
  for (std::thread& sender : senders) sender.join();

  const auto ledger = simulation.ledger();
  ASSERT_EQ(ledger.size(), 300U);
  std::set<std::string> attempts;
  std::set<std::string> created;
  for (std::size_t i = 0; i < ledger.size(); ++i) {
    EXPECT_EQ(ledger[i].at("seq"), i + 1);
    EXPECT_EQ(ledger[i].at("method").as_string(), "POST");
    if (i > 0) {
      EXPECT_GE(ledger[i].at("at_us").as_int64(), ledger[i - 1].at("at_us").as_int64());
    }
    attempts.emplace(ledger[i].at("attempt_id").as_string());
    if (ledger[i].at("created").as_bool()) created.emplace(ledger[i].at("call_id").as_string());
  }
  EXPECT_EQ(attempts.size(), 300U);
  Client client = simulation.client();
  const auto listed = list_all(client, "?limit=100");
  EXPECT_EQ(std::set<std::string>(listed.begin(), listed.end()), created);
}

TEST(Ledger, KeepsRefusedRequestsAndTheWholeNumber) {
  const Simulation simulation;
  Client client = simulation.client();
  client.request("POST", "/v3/calls", call_body(12345678, "a"), "Bearer wrong");
  client.get("/v3/calls?limit=1000");
  const auto ledger = simulation.ledger();
  ASSERT_EQ(ledger.size(), 2U);
  EXPECT_EQ(ledger[0].at("outcome").as_string(), "UNAUTHORIZED");
  EXPECT_EQ(ledger[0].at("to_number").as_string(), "01012345678");
  EXPECT_EQ(ledger[0].at("from_number").as_string(), "07011112222");
  EXPECT_EQ(ledger[0].at("status"), 401);
  EXPECT_EQ(ledger[1].at("outcome").as_string(), "VALIDATION_ERROR");
  EXPECT_EQ(ledger[1].at("target").as_string(), "/v3/calls?limit=1000");
}

TEST(Statistics, CountDuplicateAttempts) {
  const Simulation simulation;
  Client client = simulation.client();
  client.post(call_body(1, "a"));
  client.post(call_body(2, "b"));
  client.post(call_body(1, "a"));
  client.request("POST", "/v3/calls", call_body(2, "b"), "Bearer wrong");
  client.get("/v3/calls");
  const json::value statistics = client.request("GET", "/_sim/stats", {}, {}).json();
  EXPECT_EQ(at(statistics, "posts"), 4);
  EXPECT_EQ(at(statistics, "calls_created"), 3);
  EXPECT_EQ(at(statistics, "duplicate_attempts_posted"), 2);
  EXPECT_EQ(at(statistics, "duplicate_attempts_created"), 1);
  EXPECT_EQ(at(statistics, "requests_by_kind/list"), 1);
  EXPECT_EQ(at(statistics, "requests_by_outcome/UNAUTHORIZED"), 1);
}

}  // namespace
}  // namespace dialerd::voxsim
