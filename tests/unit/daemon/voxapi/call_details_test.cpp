// What the provider computes after a call: cost and analysis, in whatever shape it comes.
#include <gtest/gtest.h>

#include "daemon/voxapi/reading.h"

namespace dialerd::daemon::voxapi {
namespace {

std::optional<campaign::CallDetails> details(const std::string& members) {
  const auto news = read_call(R"({"id":"c","status":"ended",)" + members + "}");
  if (!news) throw std::runtime_error("unreadable: " + members);
  return news->details;
}

std::string cost(const std::string& value) {
  return details(R"("call_cost":{"total_cost":)" + value + "}").value_or(campaign::CallDetails{}).total_cost;
}

std::string analysis(const std::string& value) {
  return details(R"("call_analysis":{"custom_analysis_data":)" + value + "}")
      .value_or(campaign::CallDetails{})
      .analysis;
}

TEST(CallDetails, AreReadFromTheDocumentedObject) {
  const std::string whole =
      R"({"id":"c","status":"ended","recording_url":"https://r/1.wav","call_analysis":{"summary":"약속을 잡음",)"
      R"("user_sentiment":"positive","custom_analysis_data":[{"name":"paid","value":true}]},)"
      R"("call_cost":{"total_cost":"120.50"}})";
  campaign::CallDetails expected;
  expected.total_cost = "120.50";
  expected.summary = "약속을 잡음";
  expected.sentiment = "positive";
  expected.analysis = R"([{"name":"paid","value":true}])";
  expected.recording_url = "https://r/1.wav";
  ASSERT_TRUE(read_call(whole));
  EXPECT_EQ(read_call(whole)->details, expected);
  const auto page = read_list(R"({"items":[)" + whole + R"(],"next_cursor":null})");
  ASSERT_TRUE(page && page->calls.size() == 1);
  EXPECT_EQ(page->calls[0].details, expected);
}

TEST(CallDetails, ThereAreNoneUntilCostOrAnalysisIsKnown) {
  for (
      const char* nothing :
      {R"("call_cost":null,"call_analysis":null)", R"("x":0)",
       R"("call_cost":{"total_cost":null},"call_analysis":{"summary":null,"user_sentiment":null,"custom_analysis_data":null})",
       R"("call_cost":{},"call_analysis":{"custom_analysis_data":[]})",
       R"("call_analysis":{"custom_analysis_data":{}})", R"("recording_url":"https://r/1.wav","call_cost":null)",
       R"("call_cost":"12","call_analysis":"fine")", R"("call_cost":[],"call_analysis":[1])"}) {
    EXPECT_FALSE(details(nothing)) << nothing;
  }
  EXPECT_TRUE(details(R"("call_cost":{"total_cost":"0"})"));
  EXPECT_EQ(details(R"("call_analysis":{"user_sentiment":"neutral"})")->sentiment, "neutral");
}

TEST(CallDetails, ACostKeepsItsDigits) {
  EXPECT_EQ(cost(R"("120.50")"), "120.50");
  EXPECT_EQ(cost(R"("0.1")"), "0.1");
  EXPECT_EQ(cost("12"), "12");
  EXPECT_EQ(cost("12.5"), "12.5");
  EXPECT_EQ(cost("0.1"), "0.1");
  EXPECT_EQ(cost("1e3"), "1000");
  EXPECT_EQ(cost("18446744073709551615"), "18446744073709551615");
  EXPECT_EQ(cost("1e300"), "") << "no amount";
  for (const char* odd : {"true", "[]", "{}", "null"}) EXPECT_EQ(cost(odd), "") << odd;
}

TEST(CallDetails, AnalysisIsKeptAsJsonWhateverItIs) {
  EXPECT_EQ(analysis(R"({"a":[1,"b",null]})"), R"({"a":[1,"b",null]})");
  EXPECT_EQ(analysis("[{}]"), "[{}]");
  EXPECT_EQ(analysis("\"text\""), "\"text\"");
  EXPECT_EQ(analysis("0"), "0");
}

TEST(CallDetails, TextsAreBoundedAndValid) {
  const std::string much(details_bytes_max, 'x');
  const auto found = details(R"("call_analysis":{"summary":")" + much + R"(가","user_sentiment":")" + "a\xff" +
                             R"(b","custom_analysis_data":[")" + much + much + R"("]})");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->summary, much) << "cut between characters";
  EXPECT_EQ(found->sentiment, "a\uFFFDb");
  EXPECT_EQ(found->analysis.size(), details_bytes_max);
  EXPECT_LE(cost("\"" + much + "\"").size(), 50U);
}

}  // namespace
}  // namespace dialerd::daemon::voxapi
