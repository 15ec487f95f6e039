#include "daemon/voxapi/reading.h"

#include <random>

#include <gtest/gtest.h>

namespace dialerd::daemon::voxapi {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view whole_call =
    R"({"id":"call_1","agent":{"agent_id":"x","agent_version":"v1"},"call_type":"api","status":"ended",)"
    R"("from_number":"07011112222","to_number":"01012345678","presentation_number":null,)"
    R"("disconnection_reason":"user_hangup","start_at":1778000000123,"end_at":1778000060456,"recording_url":null,)"
    R"("metadata":{"attempt_id":"01890a5d-ac96-774b-bcce-b302099a8057","x":[1,{"y":null}]},"dynamic_variables":{},)"
    R"("call_analysis":null,"call_cost":{"total_cost":"12.5"},"variant_label":null,"transcript":[{"role":"agent"}]})";

TEST(ReadCall, ReadsTheDocumentedObject) {
  const auto news = read_call(whole_call);
  ASSERT_TRUE(news);
  EXPECT_EQ(news->call_id, "call_1");
  EXPECT_EQ(news->status, "ended");
  EXPECT_EQ(news->disconnection_reason, "user_hangup");
  EXPECT_EQ(news->start_at, campaign::WallTime(1'778'000'000'123ms));
  EXPECT_EQ(news->end_at, campaign::WallTime(1'778'000'060'456ms));
  ASSERT_TRUE(news->attempt);
  EXPECT_EQ(campaign::to_string(*news->attempt), "01890a5d-ac96-774b-bcce-b302099a8057");
}

TEST(ReadCall, IdAlone) {
  const auto news = read_call(R"({"id":"c"})");
  ASSERT_TRUE(news);
  EXPECT_TRUE(news->status.empty());
  EXPECT_TRUE(news->disconnection_reason.empty());
  EXPECT_FALSE(news->attempt || news->start_at || news->end_at);
}

TEST(ReadCall, UnknownEnumsAreKeptAsText) {
  const auto news = read_call(R"({"id":"c","status":"ringing","disconnection_reason":"operator_hangup"})");
  ASSERT_TRUE(news);
  EXPECT_EQ(news->status, "ringing");
  EXPECT_EQ(news->disconnection_reason, "operator_hangup");
}

TEST(ReadCall, OddTypesAreAsIfMissing) {
  for (const char* odd : {"null", "1", "-1.5e300", "true", "[]", "{}", "[[{}]]", "18446744073709551615",
                          "{\"attempt_id\":7}", "{\"attempt_id\":\"no-uuid\"}"}) {
    const std::string text = std::string(R"({"id":"c","status":)") + odd + R"(,"disconnection_reason":)" + odd +
                             R"(,"metadata":)" + odd + "}";
    const auto news = read_call(text);
    ASSERT_TRUE(news) << text;
    EXPECT_TRUE(news->status.empty());
    EXPECT_TRUE(news->disconnection_reason.empty());
    EXPECT_FALSE(news->attempt);
  }
}

TEST(ReadCall, TimesAreMillisecondsWithinReason) {
  struct Case {
    const char* text;
    std::optional<campaign::WallTime> expected;
  };
  const Case cases[] = {{"0", campaign::WallTime(0ms)},
                        {"1778000000123", campaign::WallTime(1'778'000'000'123ms)},
                        {"1778000000123.0", campaign::WallTime(1'778'000'000'123ms)},
                        {"1778000000123.9", campaign::WallTime(1'778'000'000'123ms)},
                        {"1.778e12", campaign::WallTime(1'778'000'000'000ms)},
                        {"253402300799999", campaign::WallTime(253'402'300'799'999ms)},
                        {"253402300800000", std::nullopt},
                        {"-1", std::nullopt},
                        {"1e300", std::nullopt},
                        {"18446744073709551615", std::nullopt},
                        {"null", std::nullopt},
                        {"\"1778000000123\"", std::nullopt},
                        {"true", std::nullopt}};
  for (const Case& c : cases) {
    const auto news = read_call(std::string(R"({"id":"c","start_at":)") + c.text + "}");
    ASSERT_TRUE(news) << c.text;
    EXPECT_EQ(news->start_at, c.expected) << c.text;
  }
}

TEST(ReadCallId, OnlyAUsableId) {
  struct Case {
    std::string body, expected;
  };
  const Case cases[] = {{R"({"id":"c-1"})", "c-1"},
                        {R"({"id":")" + std::string(200, 'x') + R"("})", std::string(200, 'x')},
                        {R"({"id":")" + std::string(201, 'x') + R"("})", ""},
                        {R"({"id":""})", ""},
                        {R"({"id":7})", ""},
                        {R"({"id":null})", ""},
                        {R"({"id":"a b"})", ""},
                        {R"({"id":"a\nb"})", ""},
                        {R"({"id":"a\u0000"})", ""},
                        {R"({"id":"홍"})", ""},
                        {R"({"call":{"id":"c-1"}})", ""},
                        {R"([{"id":"c-1"}])", ""},
                        {R"({"id":"c-1"} trailing)", ""},
                        {R"({"id":"c-1")", ""},
                        {"", ""},
                        {"null", ""},
                        {"<html>", ""}};
  for (const Case& c : cases) EXPECT_EQ(read_call_id(c.body), c.expected) << c.body;
}

TEST(ReadCallId, BrokenTextElsewhereHidesNoCall) {
  EXPECT_EQ(read_call_id("{\"note\":\"\xff\",\"id\":\"c\"}"), "c");
  EXPECT_EQ(read_call_id(R"({"note":"\ud83d","id":"c"})"), "c");
  EXPECT_EQ(read_call_id(R"({"note":"\ud83d cut","id":"c"})"), "c");
  EXPECT_EQ(read_call_id(R"({"note":"\ud83d\u0041","id":"c"})"), "c");
  EXPECT_EQ(read_call_id(R"({"note":"\ude00","id":"c"})"), "c");
  EXPECT_EQ(read_call_id(R"({"note":"\ud83d\ude00 \\ud83d \ud83d","id":"c"})"), "c");
}

TEST(ReadCallId, DepthIsBounded) {
  const auto nested = [](std::size_t depth) {
    return R"({"id":"c","x":)" + std::string(depth, '[') + std::string(depth, ']') + "}";
  };
  EXPECT_EQ(read_call_id(nested(50)), "c");
  EXPECT_EQ(read_call_id(nested(100)), "");
  EXPECT_EQ(read_call_id(nested(1'000'000)), "");
}

TEST(ReadList, ReadsAPage) {
  const auto page =
      read_list(R"({"items":[)" + std::string(whole_call) + R"(,{"id":"call_2"}],"total_count":7,"next_cursor":"n"})");
  ASSERT_TRUE(page);
  ASSERT_EQ(page->calls.size(), 2U);
  EXPECT_EQ(page->calls[0].status, "ended");
  EXPECT_EQ(page->calls[1].call_id, "call_2");
  EXPECT_EQ(page->next_cursor, "n");
  EXPECT_EQ(page->unreadable_items, 0);
}

TEST(ReadList, UnreadableItemsAreCountedAndSinkNothing) {
  const auto page =
      read_list(R"({"items":[null,7,"x",[],{},{"id":null},{"id":"good"},{"id":"\u0000"}],"next_cursor":null})");
  ASSERT_TRUE(page);
  ASSERT_EQ(page->calls.size(), 1U);
  EXPECT_EQ(page->calls[0].call_id, "good");
  EXPECT_EQ(page->unreadable_items, 7);
}

TEST(ReadList, LastPageIsOneThatSaysSo) {
  EXPECT_EQ(read_list(R"({"items":[]})")->next_cursor, "");
  EXPECT_EQ(read_list(R"({"items":[],"next_cursor":null})")->next_cursor, "");
  EXPECT_EQ(read_list(R"({"items":[],"next_cursor":""})")->next_cursor, "");
  EXPECT_FALSE(read_list(R"({"items":[],"next_cursor":7})"));
  EXPECT_FALSE(read_list(R"({"items":[],"next_cursor":{"a":1}})"));
}

TEST(ReadList, WhatIsNoPage) {
  for (const char* body : {"", "[]", "{}", "null", R"({"items":null})", R"({"items":{}})", R"({"items":[})"}) {
    EXPECT_FALSE(read_list(body)) << body;
  }
}

TEST(ReadError, Table) {
  struct Case {
    const char *body, *expected;
  };
  const Case cases[] = {
      {R"({"error":{"code":"C","message":"m","details":{"field":"to_number","reason":"r","allowed_values":["a"]}}})",
       "C: m (to_number: r)"},
      {R"({"error":{"code":"C","message":"m","details":{}}})", "C: m"},
      {R"({"error":{"code":"C"}})", "C"},
      {R"({"error":{"message":"m","details":null}})", "m"},
      {R"({"error":{"code":7,"message":["m"]}})", ""},
      {R"({"error":"text"})", "text"},
      {R"({"message":"Not Found"})", "Not Found"},
      {R"({})", ""},
      {R"([1])", ""},
      {R"("text")", ""},
      {"", ""},
      {"<html>502</html>", "<html>502</html>"}};
  for (const Case& c : cases) EXPECT_EQ(read_error(c.body), c.expected) << c.body;
}

TEST(Reading, NoBytesThrow) {
  std::mt19937 random(11);
  for (int round = 0; round < 3000; ++round) {
    std::string body =
        R"({"items":[)" + std::string(whole_call) + R"(],"next_cursor":null,"error":{"code":"\ud83d\ude00"}})";
    for (auto changes = random() % 4 + 1; changes > 0; --changes)
      body[random() % body.size()] = static_cast<char>(random());
    if (random() % 3 == 0) body.resize(random() % body.size());
    EXPECT_NO_THROW({
      read_list(body);
      read_call(body);
      read_call_id(body);
      read_error(body);
    });
  }
}

}  // namespace
}  // namespace dialerd::daemon::voxapi
