#include "daemon/webhook/envelope.h"

#include <gtest/gtest.h>

namespace dialerd::daemon::webhook {
namespace {

using namespace std::chrono_literals;

const std::string attempt = "01890a5d-ac96-774b-bcce-b302099a8057";

TEST(Envelope, ReadsTheSecondVersion) {
  const auto envelope = read_envelope(R"({"event":"call_analyzed","webhook_version":"v2","call":{"call_id":"c-1",
    "agent":{"agent_id":"a","agent_version":"v2"},"from_number":"07011112222","to_number":"01012345678",
    "dynamic_variables":{"name":"고객"},"metadata":{"attempt_id":")" +
                                      attempt + R"(","x":"y"},"start_at":1700000000123,"end_at":1700000060000,
    "call_status":"ended","disconnection_reason":"user_hangup","transcript":[{"role":"agent","content":"hi"}],
    "call_analysis":{"summary":"fine","user_sentiment":"positive","custom_analysis_data":[]},
    "call_cost":{"total_cost":"120.50"}}})");
  ASSERT_TRUE(envelope);
  EXPECT_EQ(envelope->event, "call_analyzed");
  EXPECT_EQ(envelope->version, "v2");
  EXPECT_EQ(envelope->call.call_id, "c-1");
  EXPECT_EQ(envelope->call.attempt, campaign::parse_attempt_id(attempt));
  EXPECT_EQ(envelope->call.status, "ended");
  EXPECT_EQ(envelope->call.disconnection_reason, "user_hangup");
  EXPECT_EQ(envelope->call.from_number, "07011112222");
  EXPECT_EQ(envelope->call.start_at, campaign::WallTime(1700000000123ms));
  EXPECT_EQ(envelope->call.end_at, campaign::WallTime(1700000060000ms));
  ASSERT_TRUE(envelope->call.details);
  EXPECT_EQ(envelope->call.details->total_cost, "120.50");
  EXPECT_EQ(envelope->call.details->summary, "fine");
}

TEST(Envelope, ReadsTheFirstVersion) {
  const auto envelope = read_envelope(R"({"event":"call_ended","call":{"call_id":"c-1","agent_id":"a",
    "call_from":"07011112222","call_to":"01012345678","metadata":{"attempt_id":")" +
                                      attempt + R"("},"start_timestamp":1700000000123,"end_timestamp":null,
    "disconnection_reason":"dial_no_answer"}})");
  ASSERT_TRUE(envelope);
  EXPECT_EQ(envelope->version, "v1");
  EXPECT_EQ(envelope->call.call_id, "c-1");
  EXPECT_EQ(envelope->call.attempt, campaign::parse_attempt_id(attempt));
  EXPECT_EQ(envelope->call.status, "") << "it tells none, so it settles nothing by itself";
  EXPECT_EQ(envelope->call.from_number, "07011112222");
  EXPECT_EQ(envelope->call.start_at, campaign::WallTime(1700000000123ms));
  EXPECT_EQ(envelope->call.end_at, std::nullopt);
}

TEST(Envelope, TakesTheApisOwnNamesToo) {
  const auto envelope = read_envelope(
      R"({"event":"call_ended","call":{"id":"c-1","call_id":"c-2","status":"ended","call_status":"other"}})");
  ASSERT_TRUE(envelope);
  EXPECT_EQ(envelope->call.call_id, "c-1");
  EXPECT_EQ(envelope->call.status, "ended");
}

TEST(Envelope, KnowsWhichEventsTellOnlyThatACallGoesOn) {
  for (const char* event : {"call_started", "mid_call"}) EXPECT_TRUE(tells_only_of_beginning(event)) << event;
  for (const char* event : {"call_ended", "call_analyzed", "", "call_teleported"}) {
    EXPECT_FALSE(tells_only_of_beginning(event)) << event;
  }
}

TEST(Envelope, KeepsEventsThatNobodyHasHeardOf) {
  const auto envelope = read_envelope("{\"event\":\"call_\\u001b[31mteleported\",\"call\":{\"call_id\":\"c\"}}");
  ASSERT_TRUE(envelope);
  EXPECT_EQ(envelope->event, "call_ [31mteleported");
  EXPECT_EQ(read_envelope(R"({"call":{"call_id":"c"}})")->event, "");
  EXPECT_EQ(read_envelope(R"({"event":7,"webhook_version":9,"call":{"call_id":"c"}})")->version, "v1");
  EXPECT_EQ(read_envelope("{\"event\":\"" + std::string(5000, 'e') + "\",\"call\":{\"call_id\":\"c\"}}")->event.size(),
            word_bytes_max);
}

TEST(Envelope, RefusesWhatNamesNoCall) {
  for (const std::string_view body :
       {"", "null", "[]", "7", "\"call\"", "{}", R"({"event":"call_ended"})", R"({"call":null})", R"({"call":[]})",
        R"({"call":{}})", R"({"call":{"call_id":null}})", R"({"call":{"call_id":7}})", R"({"call":{"call_id":""}})",
        R"({"call":{"call_id":"has a space"}})", R"({"call":{"call_id":"c"})", R"({"call":{"call_id":"c"}} more)",
        R"({'call':{'call_id':'c'}})"}) {
    EXPECT_FALSE(read_envelope(body)) << body;
  }
  EXPECT_FALSE(read_envelope(R"({"call":{"call_id":")" + std::string(1000, 'c') + "\"}}"));
}

std::string nested(std::size_t depth) {
  return R"({"call":{"call_id":"c","x":)" + std::string(depth, '[') + std::string(depth, ']') + "}}";
}

TEST(Envelope, RefusesDeepNesting) {
  EXPECT_TRUE(read_envelope(nested(json_depth_max - 2)));
  EXPECT_FALSE(read_envelope(nested(json_depth_max - 1)));
  EXPECT_FALSE(read_envelope(nested(100'000)));
  EXPECT_FALSE(read_envelope(std::string(200'000, '[')));
}

}  // namespace
}  // namespace dialerd::daemon::webhook
