// NumberReader gives libphonenumber the digits alone where it can. That changes no answer.
#include <algorithm>
#include <set>
#include <string>

#include <gtest/gtest.h>
#include <phonenumbers/phonenumberutil.h>
#include <rapidcheck/gtest.h>

#include "daemon/import/phone_number.h"

namespace dialerd::daemon::import {
namespace {

using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberUtil;

// What libphonenumber makes of the text as it stands: the digits to dial, or why there are none.
NumberReading as_it_stands(const std::string& text, const std::string& region) {
  const PhoneNumberUtil& numbers = *PhoneNumberUtil::GetInstance();
  PhoneNumber number;
  if (numbers.Parse(text, region, &number) != PhoneNumberUtil::NO_PARSING_ERROR) return NumberFault::not_a_number;
  if (number.has_extension()) return NumberFault::has_extension;
  if (!numbers.IsValidNumberForRegion(number, region)) {
    return numbers.IsValidNumber(number) ? NumberFault::other_country : NumberFault::invalid;
  }
  std::string digits;
  numbers.Format(number, PhoneNumberUtil::NATIONAL, &digits);
  std::erase_if(digits, [](char c) { return c < '0' || c > '9'; });
  return digits;
}

NumberReading read(const std::string& text, const std::string& region) { return NumberReader(region).read(text); }

const std::vector<std::string> regions = {"KR", "JP", "US", "GB", "DE", "BR"};

rc::Gen<std::string> separator() {
  return rc::gen::weightedElement<std::string>(
      {{8, ""}, {3, "-"}, {2, " "}, {1, "."}, {1, "--"}, {1, " - "}, {1, "  "}});
}

// Beginnings that numbering plans have something to say about, then any digits, with separators anywhere.
rc::Gen<std::string> number_text() {
  return rc::gen::exec([] {
    const auto beginning =
        *rc::gen::element<std::string>("", "0", "010", "02", "031", "070", "0504", "15", "16", "82", "8210", "00",
                                       "001", "00182", "1", "1650", "650", "44", "49", "55", "81", "011", "9");
    const auto length = *rc::gen::inRange(0, 14);
    std::string text = *separator();
    for (const char digit : beginning) text += digit + *separator();
    for (int i = 0; i < length; ++i) text += *rc::gen::inRange('0', static_cast<char>('9' + 1)) + *separator();
    return text;
  });
}

RC_GTEST_PROP(NumberReader, TakesSeparatorsOutWithoutChangingTheNumber, ()) {
  const auto text = *number_text();
  const auto region = *rc::gen::elementOf(regions);
  RC_ASSERT(read(text, region) == as_it_stands(text, region));
}

// Nearly valid numbers are rare among random ones: all ways to cut and pad some that are.
TEST(NumberReader, TakesSeparatorsOutOfNumbersOfEveryLength) {
  for (const std::string& region : regions) {
    for (const std::string whole :
         {"010-1234-5678-90123", "+82 10-1234-5678", "82-10-1234-5678", "1588-1234-567", "02-123-4567-8901",
          "090 1234 5678", "650.253.0000", "1-650-253-0000", "020 7946 0018", "0049 30 123456", "11 96123-4567"}) {
      for (std::size_t from = 0; from < whole.size(); ++from) {
        for (std::size_t to = from; to <= whole.size(); ++to) {
          const std::string text = whole.substr(from, to - from);
          EXPECT_TRUE(read(text, region) == as_it_stands(text, region)) << region << " '" << text << "'";
        }
      }
    }
  }
  const std::string spread = "010-1234-567" + std::string(300, ' ') + "8";
  EXPECT_TRUE(read(spread, "KR") == as_it_stands(spread, "KR"));
}

// Digits in their national form are read by a shorter way: of every region and kind, and cut at either end.
TEST(NumberReader, ReadsEveryRegionsExamplesAsTheyStand) {
  const PhoneNumberUtil& numbers = *PhoneNumberUtil::GetInstance();
  std::set<std::string> all;
  numbers.GetSupportedRegions(&all);
  int read_examples = 0;
  for (const std::string& region : all) {
    for (int type = PhoneNumberUtil::FIXED_LINE; type <= PhoneNumberUtil::VOICEMAIL; ++type) {
      PhoneNumber example;
      if (!numbers.GetExampleNumberForType(region, static_cast<PhoneNumberUtil::PhoneNumberType>(type), &example))
        continue;
      std::string national;
      numbers.Format(example, PhoneNumberUtil::NATIONAL, &national);
      std::erase_if(national, [](char c) { return c < '0' || c > '9'; });
      for (const std::string& text :
           {national, national.substr(1), "0" + national, national.substr(0, national.size() - 1)}) {
        EXPECT_TRUE(read(text, region) == as_it_stands(text, region)) << region << " '" << text << "'";
        ++read_examples;
      }
    }
  }
  EXPECT_GT(read_examples, 2000);
}

}  // namespace
}  // namespace dialerd::daemon::import
