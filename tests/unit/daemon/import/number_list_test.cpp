#include "daemon/import/number_list.h"

#include <vector>

#include "text_source.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dialerd::daemon::import {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// "ROW DIGITS" or "ROW (REASON)"
std::vector<std::string> numbers_of(const std::string& text, const std::string& column = "") {
  TextSource source(text);
  NumberList list(source, "KR", column);
  if (!list.problem().empty()) return {"problem: " + list.problem()};
  std::vector<std::string> numbers;
  ListedNumber number;
  while (list.next(number)) {
    numbers.push_back(std::to_string(number.row) + ' ' +
                      (number.reason.empty() ? number.digits : '(' + number.reason + ')'));
  }
  EXPECT_FALSE(list.failed());
  return numbers;
}

TEST(NumberList, ReadsAPlainList) {
  EXPECT_THAT(numbers_of("010-1234-5678\r\n\n+82 10 2345 6789\n(02) 123-4567"),
              ElementsAre("1 01012345678", "3 01023456789", "4 021234567"));
  EXPECT_THAT(numbers_of("\n\ntel:010-1234-5678\n"), ElementsAre("3 01012345678"));
  EXPECT_THAT(numbers_of("전화번호\n010-1234-5678\n"), ElementsAre("2 01012345678"));
  EXPECT_THAT(numbers_of(""), IsEmpty());
  EXPECT_THAT(numbers_of("number\n"), IsEmpty());
}

TEST(NumberList, ReadsAColumnOfACsvFile) {
  EXPECT_THAT(numbers_of("name,number\nKim,010-1234-5678\n,\nLee,01023456789\n"),
              ElementsAre("2 01012345678", "4 01023456789"));
  EXPECT_THAT(numbers_of("이름;휴대폰\nKim;010-1234-5678\n", "휴대폰"), ElementsAre("2 01012345678"));
  EXPECT_THAT(
      numbers_of("name,tel\nKim,010-1234-5678\n"),
      ElementsAre(testing::AllOf(HasSubstr("no column 'number'"), HasSubstr("name, tel"), HasSubstr("--column"))));
}

// What a file without names has in its first row may be somebody's number: no message repeats it.
TEST(NumberList, RefusesAFileWhoseNumbersItWouldHaveToGuess) {
  EXPECT_THAT(numbers_of("010-1234-5678,2026-01-01\n"),
              ElementsAre(testing::AllOf(HasSubstr("must name them"), testing::Not(HasSubstr("5678")))));
  EXPECT_THAT(numbers_of("010-1234-5678\n", "tel"),
              ElementsAre("problem: the file's first row has a number and no column 'tel'"));
  EXPECT_THAT(numbers_of("\"number\n01012345678\n"), ElementsAre(HasSubstr("a quote is opened")));
  TextSource source("01012345678\n");
  EXPECT_THAT(NumberList(source, "ZZ", "").problem(), HasSubstr("no region 'ZZ'"));
}

// A first line that is no good number is a bad number, not a name: it must not be lost in silence.
TEST(NumberList, SaysWhichRowsHaveNoNumber) {
  EXPECT_THAT(numbers_of("010-0000-0000\n010-1234-5678\nabc\n+1 650 253 0000\n010-1234-5678,x\n\"010\n01012345679\n"),
              ElementsAre("1 (there is no such number in KR)", "2 01012345678", "3 (not a phone number)",
                          "4 (the number belongs to another country than KR)",
                          "5 (wrong number of columns: 2, and the first row has 1)",
                          "6 (a quote is opened and not closed)", "7 01012345679"));
  EXPECT_THAT(numbers_of("name,number\nKim,\n\xB1\xE8,010\xB1\n"),
              ElementsAre("2 (the number is empty)", "3 (not UTF-8 text)"));
}

}  // namespace
}  // namespace dialerd::daemon::import
