// Creating and reading calls, as the API documents it.
#include <chrono>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/voxsim/tests/fixture.h"

namespace dialerd::voxsim {
namespace {

namespace json = boost::json;

TEST(Tls, ServerIsTrustedByItsOwnAuthorityUnderBothNamesOnly) {
  const Simulation simulation;
  EXPECT_EQ(Client(simulation.authority_file(), simulation.port(), "localhost").get("/_sim/stats").status, 200);
  EXPECT_EQ(Client(simulation.authority_file(), simulation.port(), "127.0.0.1").get("/_sim/stats").status, 200);
  EXPECT_ANY_THROW(Client(simulation.authority_file(), simulation.port(), "client-api.tryvox.co"));
  const Simulation other;
  EXPECT_ANY_THROW(Client(other.authority_file(), simulation.port()));
}

TEST(Tls, CertificateOfAnEarlierRunIsKept) {
  const TemporaryFolder folder;
  Options options = Simulation::instant();
  options.tls.self_signed_directory = folder.path();
  Server first(options);
  std::filesystem::copy_file(folder / "ca.pem", folder / "trusted.pem");
  Server second(options);
  second.start();
  EXPECT_EQ(Client(folder / "trusted.pem", second.port()).get("/_sim/stats").status, 200);
}

TEST(Authorization, EveryOtherKeyIsRefusedWithTheErrorShape) {
  const Simulation simulation;
  Client client = simulation.client();
  for (const char* header : {"", "Bearer wrong", "voxsim-key", "Basic voxsim-key"}) {
    const Response response = client.request("POST", "/v3/calls", call_body(1), header);
    EXPECT_EQ(response.status, 401) << header;
    EXPECT_EQ(text(response.json(), "error/code"), "UNAUTHORIZED");
    EXPECT_TRUE(at(response.json(), "error/message").is_string());
    EXPECT_TRUE(at(response.json(), "error/details").is_object());
  }
  EXPECT_EQ(at(client.get("/v3/calls").json(), "total_count"), 0);
}

TEST(Create, AnswersTheQueuedCallAndEchoesWhatWasSent) {
  Options options = Simulation::instant();
  options.ring_ms = {60'000, 60'000};
  const Simulation simulation(options);
  const Response response = simulation.client().post(call_body(12345678, "attempt-1"));
  EXPECT_EQ(response.status, 201);
  const json::value call = response.json();
  EXPECT_EQ(text(call, "id").size(), 36U);
  EXPECT_EQ(text(call, "status"), "queued");
  EXPECT_EQ(text(call, "from_number"), "07011112222");
  EXPECT_EQ(text(call, "to_number"), "01012345678");
  EXPECT_EQ(text(call, "agent/agent_version"), "production");
  EXPECT_EQ(text(call, "metadata/attempt_id"), "attempt-1");
  EXPECT_EQ(text(call, "dynamic_variables/customer_name"), "홍길동");
  for (const char* field : {"disconnection_reason", "start_at", "end_at", "recording_url", "presentation_number",
                            "call_analysis", "call_cost", "variant_label"}) {
    EXPECT_TRUE(at(call, field).is_null()) << field;
  }
  EXPECT_TRUE(at(call, "transcript").as_array().empty());
}

TEST(Create, SuccessCodeCanBe200) {
  Options options = Simulation::instant();
  options.success_code = 200;
  EXPECT_EQ(Simulation(options).client().post(call_body(1)).status, 200);
}

TEST(Get, FollowsTheCallFromQueueToAnalysis) {
  Options options = Simulation::instant();
  options.ring_ms = {400, 400};
  options.talk_ms = {400, 400};
  options.analysis_ms = {400, 400};
  const Simulation simulation(options);
  Client client = simulation.client();
  const std::string id = text(client.post(call_body(1)).json(), "id");

  // What is seen in turn, until the analysis is there.
  std::vector<std::string> seen;
  json::value call;
  do {
    call = client.get("/v3/calls/" + id).json();
    const std::string state = text(call, "status") + (at(call, "call_analysis").is_null() ? "" : " analysed");
    if (seen.empty() || seen.back() != state) seen.push_back(state);
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  } while (at(call, "call_analysis").is_null());
  EXPECT_THAT(seen, testing::ElementsAre("queued", "ongoing", "ended", "ended analysed"));
  EXPECT_EQ(text(call, "disconnection_reason"), "user_hangup");
  EXPECT_EQ(at(call, "end_at").as_int64() - at(call, "start_at").as_int64(), 400);
  EXPECT_EQ(text(call, "call_cost/total_cost"), "0.80");
  EXPECT_FALSE(at(call, "transcript").as_array().empty());
}

TEST(Get, CallThatNeverConnectedHasNoStartAnalysisOrCostEver) {
  Options options = Simulation::instant();
  options.outcomes = "dial_no_answer=1";
  const Simulation simulation(options);
  Client client = simulation.client();
  const json::value call = client.get("/v3/calls/" + text(client.post(call_body(1)).json(), "id")).json();
  EXPECT_EQ(text(call, "status"), "not_connected");
  EXPECT_EQ(text(call, "disconnection_reason"), "dial_no_answer");
  for (const char* field : {"start_at", "call_analysis", "call_cost", "recording_url"}) {
    EXPECT_TRUE(at(call, field).is_null()) << field;
  }
  EXPECT_FALSE(at(call, "end_at").is_null());
}

TEST(Get, UnknownCallIsNotFound) {
  const Simulation simulation;
  Client client = simulation.client();
  std::string id = text(client.post(call_body(1)).json(), "id");
  id.back() = id.back() == '0' ? '1' : '0';
  for (const std::string& unknown : {id, std::string("nonsense"), std::string()}) {
    const Response response = client.get("/v3/calls/" + unknown);
    EXPECT_EQ(response.status, 404) << unknown;
    EXPECT_EQ(text(response.json(), "error/code"), "NOT_FOUND");
  }
}

struct BadBody {
  const char* name;
  const char* parent;  // pointer to the object of a good body in which
  const char* key;     // this key is set
  json::value value;
  const char* field;  // what the error names
};

class Validation : public testing::TestWithParam<BadBody> {};

TEST_P(Validation, RefusesAndNamesTheField) {
  static const Simulation simulation;
  Client client = simulation.client();
  json::value body = json::parse(call_body(1));
  body.at_pointer(GetParam().parent).as_object()[GetParam().key] = GetParam().value;
  const Response response = client.post(json::serialize(body));
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(text(response.json(), "error/code"), "VALIDATION_ERROR");
  EXPECT_EQ(text(response.json(), "error/details/field"), GetParam().field);
  EXPECT_TRUE(list_all(client, "").empty()) << "nothing may have been created";
}

INSTANTIATE_TEST_SUITE_P(
    Create, Validation,
    testing::Values(BadBody{"hyphens", "", "to_number", "010-1234-5678", "to_number"},
                    BadBody{"international", "", "to_number", "+821012345678", "to_number"},
                    BadBody{"no_leading_zero", "", "to_number", "1012345678", "to_number"},
                    BadBody{"too_short", "", "to_number", "0101234", "to_number"},
                    BadBody{"too_long", "", "to_number", "0101234567890", "to_number"},
                    BadBody{"not_text", "", "from_number", 7011112222, "from_number"},
                    BadBody{"agent_not_object", "", "agent", "x", "agent"},
                    BadBody{"agent_id", "/agent", "agent_id", "not-a-uuid", "agent.agent_id"},
                    BadBody{"agent_version", "/agent", "agent_version", "latest", "agent.agent_version"},
                    BadBody{"agent_unknown", "/agent", "version", "v1", "agent.version"},
                    BadBody{"variables", "", "dynamic_variables", json::array{}, "dynamic_variables"},
                    BadBody{"metadata", "", "metadata", "x", "metadata"},
                    BadBody{"presentation", "", "presentation_number", 15771234, "presentation_number"},
                    BadBody{"unknown", "", "idempotency_key", "x", "idempotency_key"}),
    [](const auto& tested) { return std::string(tested.param.name); });

TEST(CreateBody, RequiredFieldsAndWellFormedJsonAreAskedFor) {
  const Simulation simulation;
  Client client = simulation.client();
  for (const char* field : {"from_number", "to_number", "agent"}) {
    json::object body = json::parse(call_body(1)).as_object();
    body.erase(field);
    const Response response = client.post(json::serialize(body));
    EXPECT_EQ(response.status, 400);
    EXPECT_EQ(text(response.json(), "error/details/field"), field);
  }
  for (const char* body : {"", "{", "[]", "null"}) {
    const Response response = client.post(body);
    EXPECT_EQ(response.status, 400) << body;
    EXPECT_EQ(text(response.json(), "error/code"), "VALIDATION_ERROR");
  }
}

TEST(CreateBody, PresentationNumberMustBeApproved) {
  Options options = Simulation::instant();
  options.approved_presentation_numbers = {"15771234"};
  const Simulation simulation(options);
  Client client = simulation.client();
  json::object body = json::parse(call_body(1)).as_object();
  body["presentation_number"] = "15771234";
  EXPECT_EQ(text(client.post(json::serialize(body)).json(), "presentation_number"), "15771234");
  body["presentation_number"] = "15881234";
  EXPECT_EQ(client.post(json::serialize(body)).status, 400);
  body["presentation_number"] = nullptr;
  EXPECT_EQ(client.post(json::serialize(body)).status, 201);
}

TEST(Organization, ShowsThePlanLimits) {
  Options options = Simulation::instant();
  options.limits.concurrency = 7;
  options.limits.per_hour = 100;
  const std::string path = "/v3/organizations/" + options.organization_id;
  {
    const Simulation simulation(options);
    const json::value organization = simulation.client().get(path).json();
    EXPECT_EQ(at(organization, "subscription/plan_concurrent_call_limit"), 7);
    EXPECT_EQ(at(organization, "subscription/plan_hourly_call_limit"), 100);
    EXPECT_TRUE(at(organization, "subscription/plan_daily_call_limit").is_null());
    EXPECT_EQ(simulation.client().get("/v3/organizations/other").status, 404);
  }
  options.sub_organization = true;
  EXPECT_TRUE(at(Simulation(options).client().get(path).json(), "subscription/plan_concurrent_call_limit").is_null());
}

TEST(Routing, UnknownPathsAndMethods) {
  const Simulation simulation;
  Client client = simulation.client();
  EXPECT_EQ(client.get("/v2/calls").status, 404);
  EXPECT_EQ(client.request("DELETE", "/v3/calls/x").status, 405) << "an accepted call cannot be cancelled";
}

}  // namespace
}  // namespace dialerd::voxsim
