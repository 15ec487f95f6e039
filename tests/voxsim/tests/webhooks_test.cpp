// Webhooks over real sockets: what is sent, how it is signed, how it misbehaves, and what the log says of it.
#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <stdexcept>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "tests/voxsim/tests/fixture.h"
#include "tests/voxsim/tests/receiver.h"

namespace dialerd::voxsim {
namespace {

namespace json = boost::json;
using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::UnorderedElementsAre;

Options sending_to(const Receiver& receiver) {
  Options options = Simulation::instant();
  options.webhooks.targets = {{.api_key = {}, .url = receiver.url()}};
  return options;
}

// RFC 2104 with what the program was told, computed apart from it.
std::string hmac_sha256_hex(const std::string& secret, const std::string& body) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(body.data()), body.size(), digest.data(), &size);
  std::string text;
  for (unsigned i = 0; i < size; ++i) {
    text += "0123456789abcdef"[digest.at(i) >> 4U];
    text += "0123456789abcdef"[digest.at(i) & 15U];
  }
  return text;
}

std::vector<std::string> names_of(const json::value& object) {
  std::vector<std::string> names;
  for (const auto& member : object.as_object()) names.emplace_back(member.key());
  return names;
}

std::vector<std::string> events_of(const std::vector<ReceivedWebhook>& received) {
  std::vector<std::string> events;
  events.reserve(received.size());
  for (const ReceivedWebhook& webhook : received) events.push_back(webhook.event());
  return events;
}

// The counts of GET /_sim/stats once nothing waits any more.
json::object wait_until_sent(Client& client) {
  for (int i = 0; i < 1000; ++i) {
    const json::value counts = at(client.request("GET", "/_sim/stats", {}, {}).json(), "webhooks");
    if (at(counts, "waiting") == 0) return counts.as_object();
    std::this_thread::sleep_for(milliseconds(10));
  }
  throw std::runtime_error("webhooks are still waiting");
}

TEST(Webhooks, TellOfAConnectedCallAsDocumented) {
  const Receiver receiver;
  Options options = sending_to(receiver);
  options.talk_ms = {120, 120};
  options.analysis_ms = {50, 50};
  const Simulation simulation(options);
  Client client = simulation.client();
  const json::value call = client.post(call_body(1, "attempt-1")).json();

  const auto received = receiver.wait_for(3);
  ASSERT_THAT(events_of(received), ElementsAre("call_started", "call_ended", "call_analyzed"));
  for (const ReceivedWebhook& webhook : received) {
    EXPECT_EQ(webhook.path, "/hook/secret");
    EXPECT_EQ(webhook.signature, "");
    const json::value body = webhook.json();
    EXPECT_THAT(names_of(body), ElementsAre("event", "webhook_version", "call"));
    EXPECT_EQ(text(body, "webhook_version"), "v2");
    EXPECT_EQ(text(body, "call/call_id"), text(call, "id"));
    EXPECT_EQ(at(body, "call/agent"), at(call, "agent"));
    EXPECT_EQ(text(body, "call/from_number"), "07011112222");
    EXPECT_EQ(text(body, "call/to_number"), "01000000001");
    EXPECT_EQ(text(body, "call/metadata/attempt_id"), "attempt-1");
    EXPECT_EQ(text(body, "call/dynamic_variables/customer_name"), "홍길동");
  }
  EXPECT_THAT(names_of(at(received[0].json(), "call")),
              UnorderedElementsAre("call_id", "agent", "call_type", "from_number", "to_number", "dynamic_variables",
                                   "metadata", "start_at", "opt_out_sensitive_data_storage"));
  const json::value ended = at(received[1].json(), "call");
  EXPECT_EQ(text(ended, "call_status"), "ended");
  EXPECT_EQ(text(ended, "disconnection_reason"), "user_hangup");
  EXPECT_EQ(at(ended, "end_at").as_int64() - at(ended, "start_at").as_int64(), 120);
  EXPECT_FALSE(ended.as_object().contains("call_cost"));
  EXPECT_FALSE(ended.as_object().contains("call_analysis"));
  EXPECT_TRUE(ended.as_object().contains("transcript"));
  const json::value analyzed = at(received[2].json(), "call");
  const json::value shown = client.get("/v3/calls/" + text(call, "id")).json();
  EXPECT_EQ(at(analyzed, "call_cost"), at(shown, "call_cost"));
  EXPECT_EQ(at(analyzed, "call_analysis"), at(shown, "call_analysis"));
  EXPECT_EQ(at(analyzed, "start_at"), at(shown, "start_at"));
  EXPECT_EQ(at(analyzed, "end_at"), at(shown, "end_at"));
}

TEST(Webhooks, Version1HasItsOwnNames) {
  const Receiver receiver;
  Options options = sending_to(receiver);
  options.webhooks.version = WebhookVersion::kV1;
  const Simulation simulation(options);
  simulation.client().post(call_body(1, "attempt-1"));
  const auto received = receiver.wait_for(2);
  ASSERT_THAT(events_of(received), ElementsAre("call_started", "call_ended"));
  const json::value ended = received[1].json();
  EXPECT_THAT(names_of(ended), ElementsAre("event", "call"));
  EXPECT_THAT(
      names_of(at(ended, "call")),
      UnorderedElementsAre("call_id", "agent_id", "call_type", "call_from", "call_to", "dynamic_variables", "metadata",
                           "start_timestamp", "end_timestamp", "duration_ms", "disconnection_reason", "recording_url",
                           "transcript", "call_analysis", "call_cost", "opt_out_sensitive_data_storage"));
  EXPECT_EQ(text(ended, "call/call_to"), "01000000001");
  EXPECT_EQ(text(ended, "call/metadata/attempt_id"), "attempt-1");
}

TEST(Webhooks, OfACallThatNeverConnectsAreAChoice) {
  for (const auto choice : {UnconnectedWebhooks::kNone, UnconnectedWebhooks::kEnded}) {
    const Receiver receiver;
    Options options = sending_to(receiver);
    options.outcomes = "dial_no_answer=1";
    options.webhooks.unconnected = choice;
    const Simulation simulation(options);
    Client client = simulation.client();
    client.post(call_body(1));
    wait_until_sent(client);
    const auto received = receiver.received();
    if (choice == UnconnectedWebhooks::kNone) {
      EXPECT_THAT(events_of(received), ElementsAre());
    } else {
      ASSERT_THAT(events_of(received), ElementsAre("call_ended"));
      EXPECT_EQ(text(received[0].json(), "call/call_status"), "not_connected");
      EXPECT_EQ(text(received[0].json(), "call/disconnection_reason"), "dial_no_answer");
      EXPECT_TRUE(at(received[0].json(), "call/start_at").is_null());
    }
  }
}

TEST(Webhooks, OfEachAccountGoToItsOwnUrl) {
  const Receiver first;
  const Receiver others;
  Options options = Simulation::instant();
  options.api_keys = {"key-a", "key-b", "key-c"};
  options.webhooks.targets = {{.api_key = {}, .url = others.url("/others")},
                              {.api_key = "key-b", .url = first.url("/b")}};
  const TemporaryFolder folder;
  options.webhooks.log_file = folder / "webhooks.jsonl";
  const Simulation simulation(options);
  Client client = simulation.client();
  int number = 0;
  for (const std::string key : {"key-a", "key-b", "key-c"}) {
    client.request("POST", "/v3/calls", call_body(++number, key), "Bearer " + key);
  }
  wait_until_sent(client);
  EXPECT_EQ(first.received().size(), 3U);
  for (const ReceivedWebhook& webhook : first.received()) {
    EXPECT_EQ(webhook.path, "/b");
    EXPECT_EQ(text(webhook.json(), "call/metadata/attempt_id"), "key-b");
  }
  EXPECT_EQ(others.received().size(), 6U);
  std::map<std::string, std::set<std::int64_t>> accounts;
  for (const json::object& line : read_json_lines(folder / "webhooks.jsonl")) {
    accounts[std::string(line.at("attempt_id").as_string())].insert(line.at("account").as_int64());
    EXPECT_EQ(json::serialize(line).find("others"), std::string::npos) << "no path is in the log";
  }
  EXPECT_THAT(accounts,
              ElementsAre(std::pair{"key-a", std::set<std::int64_t>{0}}, std::pair{"key-b", std::set<std::int64_t>{1}},
                          std::pair{"key-c", std::set<std::int64_t>{2}}));
}

TEST(Webhooks, AreSignedOverTheBodyAsSent) {
  const TemporaryFolder folder;
  std::ofstream(folder / "secret") << "whsec\n";
  const Receiver receiver;
  Options options = sending_to(receiver);
  options.webhooks.signing.secret_file = folder / "secret";
  const Simulation simulation(options);
  simulation.client().post(call_body(1));
  for (const ReceivedWebhook& webhook : receiver.wait_for(3)) {
    EXPECT_EQ(webhook.signature, "sha256=" + hmac_sha256_hex("whsec", webhook.body));
  }
}

TEST(Webhooks, SigningCanBeOfAnotherKind) {
  const TemporaryFolder folder;
  std::ofstream(folder / "secret") << "whsec";
  const Receiver receiver;
  Options options = sending_to(receiver);
  options.webhooks.signing = {
      .algorithm = "hmac-sha512", .encoding = "base64", .prefix = "", .secret_file = folder / "secret"};
  const Simulation simulation(options);
  simulation.client().post(call_body(1));
  const auto received = receiver.wait_for(3);
  EXPECT_EQ(received.at(0).signature.size(), 88U);  // 64 bytes
  EXPECT_TRUE(received.at(0).signature.ends_with("=="));
}

TEST(Webhooks, GoOverTlsToAReceiverThatIsWhoItSays) {
  const TemporaryFolder folder;
  const Simulation certificate_maker;
  const auto made = std::filesystem::path(certificate_maker.authority_file()).parent_path();
  const Receiver::Tls files{.certificate_file = made / "server.pem", .key_file = made / "server.key.pem"};
  const Receiver receiver({}, &files);
  Options options = sending_to(receiver);
  options.webhooks.authority_file = certificate_maker.authority_file();
  {
    const Simulation simulation(options);
    Client client = simulation.client();
    client.post(call_body(1));
    wait_until_sent(client);
    EXPECT_EQ(receiver.received().size(), 3U);
  }
  {
    const Simulation stranger;  // its authority has signed another certificate
    options.webhooks.authority_file = stranger.authority_file();
    const Simulation simulation(options);
    Client client = simulation.client();
    client.post(call_body(1));
    wait_until_sent(client);
    EXPECT_EQ(receiver.received().size(), 3U) << "nothing was sent to a receiver that could not be verified";
  }
}

TEST(Webhooks, NeverDelayTheAnswersOfTheApi) {
  const Receiver receiver([](std::size_t) { return 0; });  // takes everything and answers nothing
  Options options = sending_to(receiver);
  options.webhooks.timeout_ms = 60'000;
  const Simulation simulation(options);
  Client client = simulation.client();
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < 100; ++i) EXPECT_EQ(client.post(call_body(i)).status, 201);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));
  receiver.wait_for(1);
  const json::value counts = at(client.request("GET", "/_sim/stats", {}, {}).json(), "webhooks");
  EXPECT_EQ(at(counts, "waiting"), 300);
}

TEST(Webhooks, BeyondTheQueueAreLostAndLogged) {
  const Receiver receiver([](std::size_t) { return 0; });
  Options options = sending_to(receiver);
  const TemporaryFolder folder;
  options.webhooks.log_file = folder / "webhooks.jsonl";
  options.webhooks.waiting_most = 10;
  options.webhooks.timeout_ms = 300;
  options.webhooks.connections = 8;
  const Simulation simulation(options);
  Client client = simulation.client();
  for (int i = 0; i < 20; ++i) EXPECT_EQ(client.post(call_body(i)).status, 201);
  const json::object counts = wait_until_sent(client);
  EXPECT_EQ(counts.at("lost"), 51);
  EXPECT_EQ(counts.at("genuine"), 9);
  const auto log = read_json_lines(folder / "webhooks.jsonl");
  EXPECT_EQ(std::count_if(log.begin(), log.end(), [](const auto& line) { return line.at("kind") == "lost"; }), 51);
}

TEST(Webhooks, AreTriedAgainWithTheSameBodyAndLongerPauses) {
  const Receiver receiver([](std::size_t nth) { return nth < 4 ? 503 : 204; });
  Options options = sending_to(receiver);
  const TemporaryFolder folder;
  options.webhooks.log_file = folder / "webhooks.jsonl";
  options.webhooks.version = WebhookVersion::kV1;
  options.outcomes = "dial_busy=1";  // one event
  options.webhooks.unconnected = UnconnectedWebhooks::kEnded;
  options.webhooks.retries = 5;
  options.webhooks.backoff_ms = 40;
  const Simulation simulation(options);
  Client client = simulation.client();
  client.post(call_body(1, "attempt-1"));
  wait_until_sent(client);
  const auto received = receiver.received();
  ASSERT_EQ(received.size(), 4U);
  for (const auto& webhook : received) EXPECT_EQ(webhook.body, received[0].body);
  EXPECT_GE(received[1].at - received[0].at, milliseconds(40));
  EXPECT_GE(received[2].at - received[1].at, milliseconds(80));
  EXPECT_GE(received[3].at - received[2].at, milliseconds(160));

  const auto log = read_json_lines(folder / "webhooks.jsonl");
  ASSERT_EQ(log.size(), 4U);
  for (std::size_t i = 0; i < log.size(); ++i) {
    EXPECT_EQ(log[i].at("kind").as_string(), i == 0 ? "genuine" : "retry");
    EXPECT_EQ(log[i].at("try"), i + 1);
    EXPECT_EQ(log[i].at("status"), i < 3 ? 503 : 204);
    EXPECT_EQ(log[i].at("attempt_id").as_string(), "attempt-1");
    EXPECT_EQ(log[i].at("event").as_string(), "call_ended");
    EXPECT_EQ(log[i].at("call_id").as_string(), received[0].call_id());
    EXPECT_EQ(log[i].at("sha256"), log[0].at("sha256"));
    EXPECT_TRUE(log[i].at("forgery").is_null());
  }
}

TEST(Webhooks, ThatNobodyAnswersAreGivenUp) {
  const Receiver receiver([](std::size_t) { return 0; });
  Options options = sending_to(receiver);
  const TemporaryFolder folder;
  options.webhooks.log_file = folder / "webhooks.jsonl";
  options.webhooks.timeout_ms = 100;
  const Simulation simulation(options);
  Client client = simulation.client();
  client.post(call_body(1));
  wait_until_sent(client);
  const auto log = read_json_lines(folder / "webhooks.jsonl");
  ASSERT_EQ(log.size(), 3U);
  for (const auto& line : log) {
    EXPECT_TRUE(line.at("status").is_null());
    EXPECT_GE(line.at("latency_ms").as_int64(), 100);
  }
}

TEST(Webhooks, MisbehaveAsTheLogSays) {
  const TemporaryFolder folder;
  std::ofstream(folder / "secret") << "whsec";
  const Receiver receiver;
  Options options = sending_to(receiver);
  WebhookOptions& webhooks = options.webhooks;
  webhooks.log_file = folder / "webhooks.jsonl";
  webhooks.signing.secret_file = folder / "secret";
  webhooks.duplicate = 0.3;
  webhooks.reorder = 0.3;
  webhooks.drop = 0.2;
  webhooks.forge = 0.3;
  webhooks.unknown = 0.3;
  const Simulation simulation(options);
  Client client = simulation.client();
  std::map<std::string, std::string> attempts;  // by call id
  for (int i = 0; i < 60; ++i) {
    const std::string attempt = "attempt-" + std::to_string(i);
    attempts[text(client.post(call_body(i, attempt)).json(), "id")] = attempt;
  }
  wait_until_sent(client);

  std::map<std::string, int> kinds;
  std::map<std::string, int> forgeries;
  std::size_t sent = 0;
  for (const json::object& line : read_json_lines(folder / "webhooks.jsonl")) {
    ++kinds[std::string(line.at("kind").as_string())];
    if (line.at("forgery").is_string()) ++forgeries[std::string(line.at("forgery").as_string())];
    if (line.at("kind") != "dropped") ++sent;
    EXPECT_EQ(line.at("kind") == "forged", line.at("forgery").is_string());
    EXPECT_EQ(line.at("kind") == "unknown", line.at("attempt_id").is_null());
  }
  for (const char* kind : {"genuine", "duplicate", "dropped", "forged", "unknown"}) EXPECT_GT(kinds[kind], 10) << kind;
  for (const char* forgery : {"wrong-path", "wrong-signature", "no-signature"}) EXPECT_GT(forgeries[forgery], 0);
  EXPECT_EQ(kinds["genuine"] + kinds["dropped"], 180);

  const auto received = receiver.received();
  EXPECT_EQ(received.size(), sent);
  int lies = 0;
  int strangers = 0;
  int out_of_order = 0;
  std::map<std::string, std::set<std::string>> heard;  // events of each call
  for (const ReceivedWebhook& webhook : received) {
    const bool signed_well = webhook.signature == "sha256=" + hmac_sha256_hex("whsec", webhook.body);
    const bool authentic = signed_well && webhook.path == "/hook/secret";
    const json::value call = at(webhook.json(), "call");
    if (!attempts.contains(webhook.call_id())) {
      ++strangers;
      EXPECT_TRUE(authentic);
      EXPECT_EQ(client.get("/v3/calls/" + webhook.call_id()).status, 404);
      continue;
    }
    const bool is_lie = webhook.event() != "call_started" && text(call, "call_status") != "ended";
    lies += is_lie ? 1 : 0;
    EXPECT_EQ(authentic, !is_lie) << "forged, and only forged, is what tells of another end";
    EXPECT_EQ(text(call, "metadata/attempt_id"), attempts[webhook.call_id()]);
    if (is_lie) continue;
    auto& before = heard[webhook.call_id()];
    if (webhook.event() == "call_started" && before.contains("call_ended") && !before.contains("call_started")) {
      ++out_of_order;
    }
    before.insert(webhook.event());
  }
  EXPECT_EQ(lies, kinds["forged"]);
  EXPECT_EQ(strangers, kinds["unknown"]);
  EXPECT_GT(out_of_order, 3);
}

TEST(Webhooks, EarlyOnesComeBeforeTheAnswerToThePost) {
  const Receiver receiver;
  Options options = sending_to(receiver);
  options.ring_ms = {50, 50};
  options.webhooks.early = 1;
  const Simulation simulation(options);
  Client client = simulation.client();
  const std::string id = text(client.post(call_body(1, "attempt-1")).json(), "id");
  const auto answered = std::chrono::steady_clock::now();
  const auto received = receiver.wait_for(1);
  EXPECT_EQ(received[0].event(), "call_started");
  EXPECT_EQ(received[0].call_id(), id);
  EXPECT_LT(received[0].at, answered);
  EXPECT_GE(simulation.ledger()[0].at("delay_ms").as_int64(), 250);
}

TEST(Webhooks, OfACallThatNeverEndsTellOnlyOfItsStart) {
  const Receiver receiver;
  Options options = sending_to(receiver);
  options.never_end = 1;
  const Simulation simulation(options);
  Client client = simulation.client();
  client.post(call_body(1));
  wait_until_sent(client);
  EXPECT_THAT(events_of(receiver.received()), ElementsAre("call_started"));
}

TEST(Webhooks, CannotBeSentToWhatIsNoUrlOrForAnUnknownKey) {
  Options options = Simulation::instant();
  options.webhooks.targets = {{.api_key = {}, .url = "localhost"}};
  EXPECT_THROW(Simulation{options}, std::invalid_argument);
  options.webhooks.targets = {{.api_key = "nobody", .url = "http://localhost/"}};
  EXPECT_THROW(Simulation{options}, std::invalid_argument);
  options.webhooks.targets = {{.api_key = {}, .url = "http://localhost/"}};
  options.webhooks.signing.secret_file = "/nonexistent";
  EXPECT_THROW(Simulation{options}, std::runtime_error);
}

}  // namespace
}  // namespace dialerd::voxsim
