#include "daemon/import/lead_time.h"

#include <date/date.h>
#include <gtest/gtest.h>

#include "daemon/import/lead_timezone.h"

namespace dialerd::daemon::import {
namespace {

// As UTC, "2026-05-31 05:00"; with seconds and milliseconds where there are any.
std::string read(std::string_view text, LeadTime meaning, std::string_view zone = "Asia/Seoul") {
  const auto time = read_lead_time(text, meaning, *find_timezone(zone));
  if (const auto* fault = std::get_if<TimeFault>(&time)) {
    return *fault == TimeFault::needs_time_of_day ? "needs a time of day" : "not a time";
  }
  const std::string utc = date::format("%F %T", std::get<campaign::WallTime>(time));
  return utc.ends_with(":00.000") ? utc.substr(0, utc.size() - 7) : utc;
}

TEST(LeadTime, ReadsTheFormsOfIso8601) {
  for (const char* text : {"2026-05-31 14:00", "2026-05-31T14:00", "2026-05-31T14:00:00", "2026-05-31 14:00:00.000",
                           "2026-05-31T14:00:00+09:00", "2026-05-31 14:00+0900", "2026-05-31 14:00:00+09",
                           "2026-05-31T05:00:00Z", "2026-05-31T05:00:00.000Z", "2026-05-30 19:30-09:30"}) {
    EXPECT_EQ(read(text, LeadTime::call_at), "2026-05-31 05:00") << text;
  }
  EXPECT_EQ(read("2026-05-31T05:00:07.1239Z", LeadTime::consent_at), "2026-05-31 05:00:07.123");
  EXPECT_EQ(read("2024-02-29T23:59:59.5Z", LeadTime::consent_at), "2024-02-29 23:59:59.500");
}

TEST(LeadTime, RefusesWhatCouldMeanAnything) {
  for (const char* text : {"",
                           "soon",
                           "31.05.2026",
                           "05/31/2026",
                           "2026/05/31",
                           "26-05-31",
                           "2026-5-31",
                           "2026-02-29",
                           "2026-13-01",
                           "2026-00-10",
                           "2026-04-31",
                           "0206-05-31",
                           "2026-05-31 ",
                           "2026-05-31T",
                           "2026-05-31 24:00",
                           "2026-05-31 14",
                           "2026-05-31 14:60",
                           "2026-05-31 14:00:60",
                           "2026-05-31 2:00",
                           "2026-05-31 14:00 PM",
                           "2026-05-31 14:00:00.",
                           "2026-05-31 14:00+9",
                           "2026-05-31 14:00+24:00",
                           "2026-05-31 14:00+09:60",
                           "2026-05-31 14:00 +09:00",
                           "2026-05-31Z",
                           "2026-05-31  14:00",
                           "2026-05-31T14:00:00Zx",
                           "20260531",
                           "-2026-05-31",
                           "46173"}) {
    EXPECT_EQ(read(text, LeadTime::expires_at), "not a time") << text;
  }
}

TEST(LeadTime, ADateAloneIsItsBeginningOrItsEnd) {
  EXPECT_EQ(read("2026-05-31", LeadTime::consent_at), "2026-05-30 15:00");
  EXPECT_EQ(read("2026-05-31", LeadTime::consent_expires_at), "2026-05-31 15:00");
  EXPECT_EQ(read("2026-05-31", LeadTime::expires_at), "2026-05-31 15:00");
  EXPECT_EQ(read("2026-05-31", LeadTime::suppressed_until), "2026-05-31 15:00");
  EXPECT_EQ(read("2026-12-31", LeadTime::expires_at, "America/New_York"), "2027-01-01 05:00");
  EXPECT_EQ(read("9999-12-31", LeadTime::expires_at, "Etc/UTC"), "10000-01-01 00:00");
  EXPECT_EQ(read("2026-05-31", LeadTime::call_at), "needs a time of day");
}

// Half past one comes twice on 1 November 2026 in New York: at 05:30 and at 06:30 UTC.
TEST(LeadTime, OfTwoReadingsTakesTheOneThatCallsNobodyTooMuch) {
  constexpr const char* twice = "2026-11-01 01:30";
  EXPECT_EQ(read(twice, LeadTime::consent_at, "America/New_York"), "2026-11-01 05:30");
  EXPECT_EQ(read(twice, LeadTime::consent_expires_at, "America/New_York"), "2026-11-01 05:30");
  EXPECT_EQ(read(twice, LeadTime::expires_at, "America/New_York"), "2026-11-01 05:30");
  EXPECT_EQ(read(twice, LeadTime::call_at, "America/New_York"), "2026-11-01 06:30");
  EXPECT_EQ(read(twice, LeadTime::suppressed_until, "America/New_York"), "2026-11-01 06:30");
  EXPECT_EQ(read("2026-11-01 01:30-05:00", LeadTime::expires_at, "America/New_York"), "2026-11-01 06:30");

  constexpr const char* never = "2026-03-08 02:30";
  EXPECT_EQ(read(never, LeadTime::consent_at, "America/New_York"), "2026-03-08 06:30");
  EXPECT_EQ(read(never, LeadTime::expires_at, "America/New_York"), "2026-03-08 06:30");
  EXPECT_EQ(read(never, LeadTime::call_at, "America/New_York"), "2026-03-08 07:30");
}

// In Beirut the clocks are set forward at midnight, in Havana they are set back to it.
TEST(LeadTime, ADayBeginsWhereItsMidnightIsSkippedOrComesTwice) {
  EXPECT_EQ(read("2026-03-29", LeadTime::consent_at, "Asia/Beirut"), "2026-03-28 22:00");
  EXPECT_EQ(read("2026-03-28", LeadTime::expires_at, "Asia/Beirut"), "2026-03-28 22:00");
  EXPECT_EQ(read("2026-11-01", LeadTime::consent_at, "America/Havana"), "2026-11-01 04:00");
  EXPECT_EQ(read("2026-10-31", LeadTime::expires_at, "America/Havana"), "2026-11-01 04:00");
  EXPECT_EQ(read("2026-10-31", LeadTime::suppressed_until, "America/Havana"), "2026-11-01 05:00");
  EXPECT_EQ(read("2026-11-01", LeadTime::expires_at, "America/Havana"), "2026-11-02 05:00");
}

}  // namespace
}  // namespace dialerd::daemon::import
