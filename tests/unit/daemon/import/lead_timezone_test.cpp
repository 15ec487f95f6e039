#include "daemon/import/lead_timezone.h"

#include <fstream>

#include <date/tz.h>
#include <gtest/gtest.h>

namespace dialerd::daemon::import {
namespace {

std::string zone_of(const std::string& country) {
  const CountryTimezone zone = timezone_of_country(country);
  EXPECT_EQ(zone.error, "");
  return zone.name.value_or("none");
}

TEST(LeadTimezone, IsFoundByItsExactName) {
  ASSERT_NE(find_timezone("Asia/Seoul"), nullptr);
  EXPECT_EQ(find_timezone("Asia/Seoul")->name(), "Asia/Seoul");
  EXPECT_NE(find_timezone("America/Argentina/Ushuaia"), nullptr);
  for (const char* name : {"", "Seoul", "asia/seoul", "Asia/Seoul ", "KST", "GMT+9", "+09:00", "localtime", "Factory",
                           "../etc/passwd", "Asia/Seoulx", "Asia"}) {
    EXPECT_EQ(find_timezone(name), nullptr) << name;
  }
}

TEST(LeadTimezone, OfACountryThatHasOnlyOne) {
  EXPECT_EQ(zone_of("KR"), "Asia/Seoul");
  EXPECT_EQ(zone_of("JP"), "Asia/Tokyo");
  EXPECT_EQ(zone_of("GB"), "Europe/London");
  EXPECT_EQ(zone_of("US"), "none");
  EXPECT_EQ(zone_of("ES"), "none");  // the Canary Islands are an hour behind
  EXPECT_EQ(zone_of("ZZ"), "none");
  EXPECT_EQ(zone_of(""), "none");
}

TEST(LeadTimezone, SaysThatTheFileIsMissing) {
  const CountryTimezone zone = timezone_of_country("KR", "/nowhere/zone.tab");
  EXPECT_FALSE(zone.name);
  EXPECT_EQ(zone.error, "/nowhere/zone.tab cannot be read: No such file or directory");
}

TEST(LeadTimezone, OfACountryIsNoneWhenTheSystemLacksIt) {
  const auto file = std::filesystem::path(testing::TempDir()) / "zone.tab";
  std::ofstream(file) << "# comment\nKR\t+3733+12658\tAsia/Pyeongtaek\nJP\t+353916+1394441\tAsia/Tokyo\tall of it\n";
  EXPECT_FALSE(timezone_of_country("KR", file).name);
  EXPECT_EQ(timezone_of_country("JP", file).name, "Asia/Tokyo");
}

}  // namespace
}  // namespace dialerd::daemon::import
