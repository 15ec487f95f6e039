#include "config/suggestion.h"

#include <array>

#include <gtest/gtest.h>

#include "config/disconnection_reason.h"

namespace dialerd::config {
namespace {

TEST(Suggestion, FindsSlipsOfTheHand) {
  constexpr std::array<std::string_view, 5> limits = {"concurrency", "per_second", "per_minute", "per_hour", "per_day"};
  EXPECT_EQ(nearest("per_huor", limits), "per_hour");
  EXPECT_EQ(nearest("per-day", limits), "per_day");
  EXPECT_EQ(nearest("Concurrency", limits), "concurrency");
  EXPECT_EQ(nearest("concurency", limits), "concurrency");
  EXPECT_EQ(nearest("calls", limits), std::nullopt);
  EXPECT_EQ(nearest("", limits), std::nullopt);
}

TEST(Suggestion, FindsHalfRememberedAndOverlongWords) {
  EXPECT_EQ(nearest("voicemail", disconnection_reasons), "voicemail_reached");
  EXPECT_EQ(nearest("busy", disconnection_reasons), "dial_busy");
  constexpr std::array<std::string_view, 2> days = {"mon", "tue"};
  EXPECT_EQ(nearest("Monday", days), "mon");
  EXPECT_EQ(nearest("xyz", days), std::nullopt);
}

TEST(Suggestion, SaysSomethingElseWhenNothingIsNear) {
  constexpr std::array<std::string_view, 2> words = {"text", "json"};
  EXPECT_EQ(suggest("jsn", words, "write one of: text, json"), "did you mean 'json'?");
  EXPECT_EQ(suggest("syslog", words, "write one of: " + join(words)), "write one of: text, json");
}

}  // namespace
}  // namespace dialerd::config
