#include "daemon/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dialerd::daemon::log {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string logged(config::LogFormat format, config::LogLevel level, const std::string& message) {
  start({level, format});
  testing::internal::CaptureStderr();
  info(message);
  return testing::internal::GetCapturedStderr();
}

TEST(Log, AnEventIsOneLineWhateverIsInIt) {
  std::string line = logged(config::LogFormat::text, config::LogLevel::info, "a\nb\x1b[31mc");
  EXPECT_THAT(line, HasSubstr("a\\u000ab\\u001b[31mc\n"));
  EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1);
}

TEST(Log, JsonIsEscaped) {
  std::string line = logged(config::LogFormat::json, config::LogLevel::info, "say \"hi\" \\ now");
  EXPECT_THAT(line, HasSubstr(R"("level":"info","message":"say \"hi\" \\ now"})"));
}

TEST(Log, ALongMessageIsCut) {
  EXPECT_LT(logged(config::LogFormat::text, config::LogLevel::info, std::string(10000, 'x')).size(), 2100U);
}

TEST(Log, ACutLeavesNoHalfCharacter) {
  std::string hangul;
  for (int i = 0; i < 1000; ++i) hangul += "한";
  std::string line = logged(config::LogFormat::text, config::LogLevel::info, hangul);
  EXPECT_THAT(line, testing::EndsWith("한\n"));
}

TEST(Log, WhatIsBelowTheLevelIsNotWritten) {
  EXPECT_EQ(logged(config::LogFormat::text, config::LogLevel::warning, "hello"), "");
}

}  // namespace
}  // namespace dialerd::daemon::log
