#include "config/units.h"

#include <initializer_list>
#include <utility>

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace dialerd::config {
namespace {

using namespace std::chrono_literals;

TEST(Duration, ReadsEveryUnitAndTheirSums) {
  const std::initializer_list<std::pair<std::string_view, std::chrono::milliseconds>> cases = {
      {"500ms", 500ms}, {"0s", 0ms},
      {"30s", 30s},     {"10m", 10min},
      {"2h", 2h},       {"1d", 24h},
      {"1h30m", 90min}, {"1d2h3m4s5ms", 26h + 3min + 4s + 5ms},
      {"90m", 90min},   {"100000d", 100'000 * 24h}};
  for (const auto& [text, expected] : cases) EXPECT_EQ(parse_duration(text), expected) << text;
}

TEST(Duration, RefusesWhatIsNotExactlyADuration) {
  for (const std::string_view text : {"",
                                      "10",
                                      "s",
                                      "-5s",
                                      "+5s",
                                      "5 s",
                                      " 5s",
                                      "5s ",
                                      "5S",
                                      "1.5h",
                                      "1e3s",
                                      "5sec",
                                      "5min",
                                      "30m1h",
                                      "1h1h",
                                      "1s2",
                                      "1h-5m",
                                      "100001d",
                                      "99999999999999999999s",
                                      "100000d1ms"}) {
    EXPECT_EQ(parse_duration(text), std::nullopt) << text;
  }
}

TEST(Duration, FormatIsReadBackAsTheSameDuration) {
  EXPECT_TRUE(rc::check([] {
    const std::chrono::milliseconds duration(*rc::gen::inRange<std::int64_t>(0, 100'000LL * 86'400'000 + 1));
    RC_ASSERT(parse_duration(format_duration(duration)) == duration);
  }));
  EXPECT_TRUE(rc::check([] {
    const std::chrono::seconds duration(*rc::gen::inRange<std::int64_t>(0, 100'000));
    RC_ASSERT(parse_duration(format_duration(duration)) == duration);
  }));
}

TEST(Duration, FormatIsShort) {
  EXPECT_EQ(format_duration(0ms), "0s");
  EXPECT_EQ(format_duration(90min), "1h30m");
  EXPECT_EQ(format_duration(1500ms), "1s500ms");
  EXPECT_EQ(format_duration(24h), "1d");
}

TEST(Size, ReadsBinaryUnitsOnly) {
  EXPECT_EQ(parse_size("512B"), 512);
  EXPECT_EQ(parse_size("64KiB"), 64 * 1024);
  EXPECT_EQ(parse_size("4MiB"), 4 * 1024 * 1024);
  EXPECT_EQ(parse_size("1024GiB"), 1024LL << 30);
  for (const std::string_view text :
       {"", "4", "4MB", "4M", "4mib", "1MiB1KiB", "-1B", "1025GiB", "9999999999999999999B"}) {
    EXPECT_EQ(parse_size(text), std::nullopt) << text;
  }
}

TEST(Size, FormatIsReadBackAsTheSameSize) {
  EXPECT_TRUE(rc::check([] {
    const auto bytes = *rc::gen::inRange<std::int64_t>(0, 1LL << 40);
    RC_ASSERT(parse_size(format_size(bytes)) == bytes);
  }));
  EXPECT_EQ(format_size(4 * 1024 * 1024), "4MiB");
}

TEST(Percent, IsAWholeNumberWithItsSign) {
  EXPECT_EQ(parse_percent("0%"), 0);
  EXPECT_EQ(parse_percent("15%"), 15);
  EXPECT_EQ(parse_percent("999999%"), 999'999);
  for (const std::string_view text : {"", "%", "15", "15 %", "-1%", "1.5%", "15%%", "9999999%"}) {
    EXPECT_EQ(parse_percent(text), std::nullopt) << text;
  }
  EXPECT_EQ(format_percent(15), "15%");
}

}  // namespace
}  // namespace dialerd::config
