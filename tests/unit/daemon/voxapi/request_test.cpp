#include "daemon/voxapi/request.h"

#include <gtest/gtest.h>

namespace dialerd::daemon::voxapi {
namespace {

campaign::CallRequest documented_request() {
  campaign::CallRequest request;
  request.from_number = "07011112222";
  request.to_number = "01012345678";
  request.agent_id = "7c9e6679-7425-40de-944b-e07fc1f90ae7";
  request.agent_version = "current";
  request.dynamic_variables = {{"customer_name", "홍길동"}, {"appointment_at", "2026-05-10 14:00"}};
  request.metadata = {{"crm_lead_id", "lead_a1b2c3"}};
  return request;
}

TEST(EncodeCall, IsTheDocumentedExample) {
  EXPECT_EQ(encode_call(documented_request()),
            R"({"from_number":"07011112222","to_number":"01012345678",)"
            R"("agent":{"agent_id":"7c9e6679-7425-40de-944b-e07fc1f90ae7","agent_version":"current"},)"
            R"("dynamic_variables":{"customer_name":"홍길동","appointment_at":"2026-05-10 14:00"},)"
            R"("metadata":{"crm_lead_id":"lead_a1b2c3"}})");
}

TEST(EncodeCall, LeavesOutWhatTheRequestLeavesEmpty) {
  campaign::CallRequest request;
  request.from_number = "070";
  request.to_number = "010";
  EXPECT_EQ(encode_call(request), R"({"from_number":"070","to_number":"010"})");
  request.presentation_number = "1588";
  EXPECT_EQ(encode_call(request), R"({"from_number":"070","to_number":"010","presentation_number":"1588"})");
}

TEST(EncodeCall, EscapesWhateverALeadHolds) {
  campaign::CallRequest request;
  request.dynamic_variables = {{"quote\"", "a\\b\"c\n\t\x01/{}"}, {"", ""}};
  EXPECT_EQ(encode_call(request),
            R"({"from_number":"","to_number":"","dynamic_variables":{"quote\"":"a\\b\"c\n\t\u0001/{}","":""}})");
}

TEST(EncodeCall, LongTextIsWhole) {
  campaign::CallRequest request;
  request.dynamic_variables = {{"long", std::string(100'000, 'x')}};
  EXPECT_NE(encode_call(request).find(":\"" + std::string(100'000, 'x') + "\"}"), std::string::npos);
}

TEST(RequestWriter, AnnouncesTheBodysSize) {
  const RequestWriter writer("api.example", "key");
  const std::string text = writer.create_call(documented_request());
  const std::string body = encode_call(documented_request());
  EXPECT_EQ(text.substr(text.find("\r\n\r\n") + 4), body);
  EXPECT_NE(text.find("\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n"), std::string::npos);
  EXPECT_TRUE(text.starts_with("POST /v3/calls HTTP/1.1\r\nHost: api.example\r\n"));
}

TEST(RequestWriter, CallIdStaysOneSegmentOfThePath) {
  const RequestWriter writer("api.example", "key");
  EXPECT_TRUE(
      writer.get_call("a/../b?c#d\r\nX: 1 %")
          .starts_with("GET /v3/calls/a%2F..%2Fb%3Fc%23d%0D%0AX%3A%201%20%25 HTTP/1.1\r\nHost: api.example\r\n"));
}

TEST(RequestWriter, FirstPageHasNoCursor) {
  const RequestWriter writer("api.example", "key");
  const std::string text = writer.list_calls({.start_at_after = {}, .cursor = "", .limit = 50});
  EXPECT_TRUE(text.starts_with("GET /v3/calls?sort_order=ascending&limit=50&start_at_after=0 HTTP/1.1\r\n")) << text;
  EXPECT_TRUE(text.ends_with("\r\n\r\n"));
}

}  // namespace
}  // namespace dialerd::daemon::voxapi
