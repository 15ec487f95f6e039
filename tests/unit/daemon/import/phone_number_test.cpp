#include "daemon/import/phone_number.h"

#include <gtest/gtest.h>

namespace dialerd::daemon::import {
namespace {

std::string read(const std::string& text, const std::string& region = "KR") {
  const NumberReading reading = NumberReader(region).read(text);
  if (const auto* digits = std::get_if<std::string>(&reading)) return *digits;
  switch (std::get<NumberFault>(reading)) {
    case NumberFault::not_a_number:
      return "not a number";
    case NumberFault::has_extension:
      return "extension";
    case NumberFault::other_country:
      return "other country";
    case NumberFault::invalid:
      return "invalid";
  }
  return "?";
}

TEST(NumberReader, ReadsTheSpellingsThatPeopleUse) {
  for (const char* text :
       {"01012345678", "010-1234-5678", "010 1234 5678", "010.1234.5678", "(010) 1234-5678", "010/1234/5678",
        "+82 10-1234-5678", "+821012345678", "+82 (0)10-1234-5678", "+8201012345678", "821012345678", "1012345678",
        "tel:+82-10-1234-5678", "０１０－１２３４－５６７８", "010–1234–5678", "010\u00A01234\u00A05678",
        "\u202A010-1234-5678\u202C"}) {
    EXPECT_EQ(read(text), "01012345678") << text;
  }
}

TEST(NumberReader, KnowsTheKindsOfDomesticNumbers) {
  EXPECT_EQ(read("02-123-4567"), "021234567");
  EXPECT_EQ(read("+82-2-1234-5678"), "0212345678");
  EXPECT_EQ(read("031-123-4567"), "0311234567");
  EXPECT_EQ(read("070-1234-5678"), "07012345678");
  EXPECT_EQ(read("0504-1234-5678"), "050412345678");
  EXPECT_EQ(read("1588-1234"), "15881234");
  EXPECT_EQ(read("011-123-4567"), "0111234567");
}

TEST(NumberReader, RefusesWhatIsNoNumberToCall) {
  for (const char* text : {"", "-", "없음", "abc", "0", "010-1234-5678 / 010-2345-6789", "010-1234-5678, 02-123-4567",
                           "전화 010-1234-5678", "010-1234-5678 김하늘", "01012345678 (wife 01099998888)",
                           "1-800-FLOWERS", "'01012345678"}) {
    EXPECT_EQ(read(text), "not a number") << text;
  }
  for (const char* text :
       {"010-0000-0000", "010-1234", "112", "0130-1234-5678", "010-1234-5678-9", "010-1234-56789012345"}) {
    EXPECT_EQ(read(text), "invalid") << text;
  }
  EXPECT_EQ(read("02-123-4567 ext. 3"), "extension");
  EXPECT_EQ(read("02-123-4567;ext=3"), "extension");
  EXPECT_EQ(read("+81 90-1234-5678"), "other country");
  EXPECT_EQ(read("+1 650-253-0000"), "other country");
  EXPECT_EQ(read("+800 1234 5678"), "other country");
}

TEST(NumberReader, ReadsByTheRegion) {
  EXPECT_EQ(read("090-1234-5678", "JP"), "09012345678");
  EXPECT_EQ(read("+82 10-1234-5678", "JP"), "other country");
  EXPECT_EQ(read("(650) 253-0000", "US"), "6502530000");
  EXPECT_EQ(read("+1 416-555-0123", "US"), "other country");  // Canada, with the same country code
  EXPECT_TRUE(NumberReader("KR").knows_region());
  EXPECT_FALSE(NumberReader("ZZ").knows_region());
  EXPECT_FALSE(NumberReader("kr").knows_region());
}

TEST(Masked, ShowsTooLittleToCallTheNumber) {
  EXPECT_EQ(masked("01012345678"), "010****5678");
  EXPECT_EQ(masked("0212345678"), "021***5678");
  EXPECT_EQ(masked("021234567"), "02*****67");
  EXPECT_EQ(masked("15881234"), "15****34");
}

}  // namespace
}  // namespace dialerd::daemon::import
