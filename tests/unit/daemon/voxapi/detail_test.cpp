#include "daemon/voxapi/detail.h"

#include <random>

#include <gtest/gtest.h>

namespace dialerd::daemon::voxapi {
namespace {

std::string masked(std::string_view text) { return make_detail(text, {}); }

TEST(Detail, PhoneNumbersAreMasked) {
  struct Case {
    std::string_view text, expected;
  };
  const Case cases[] = {
      {"to 01012345678 failed", "to 010****5678 failed"},
      {"+821012345678", "+821*****5678"},
      {"010-1234-5678", "010-****-5678"},
      {"010 1234 5678.", "010 **** 5678."},
      {"02.555.1234", "**.***.**34"},
      {"555-1234", "***-**34"},
      {"1234567", "*****67"},
      {"123456", "123456"},
      {"limit 120 of 5", "limit 120 of 5"},
      {"{\"to\":\"01012345678\",\"from\":\"07011112222\"}", "{\"to\":\"010****5678\",\"from\":\"070****2222\"}"},
      {"", ""},
  };
  for (const Case& c : cases) EXPECT_EQ(masked(c.text), c.expected);
}

TEST(Detail, NumberThatTheCutWouldHalveIsMaskedToo) {
  for (std::size_t before = detail_bytes_max - 14; before <= detail_bytes_max; ++before) {
    const std::string detail = masked(std::string(before, 'x') + "01012345678 and more");
    EXPECT_LE(detail.size(), detail_bytes_max);
    EXPECT_EQ(detail.find("01012"), std::string::npos);
  }
}

TEST(Detail, SecretIsNeverKept) {
  EXPECT_EQ(make_detail("key vx-1 and vx-1", "vx-1"), "key [API key] and [API key]");
  // Wherever the text is cut, no whole key and no more of it than fits before the cut of the raw text.
  const std::string secret = "SECRET-0123456789abcdefghijklmnopqrstuvwxyz";
  for (std::size_t before = 0; before < 2 * detail_bytes_max; before += 7) {
    EXPECT_EQ(make_detail(std::string(before, 'x') + secret + std::string(2000, 'y'), secret).find("SECRET"),
              std::string::npos);
  }
}

TEST(Detail, ControlCharactersBecomeSpaces) {
  EXPECT_EQ(masked(std::string_view("a\nb\r\tc\0d\x1b[31m\x7f", 14)), "a b  c d [31m ");
  EXPECT_EQ(masked("next\xc2\x85line\xe2\x80\xa8sep\xe2\x80\xaevni"), "next line sep vni");
}

TEST(Detail, InvalidUtf8IsReplaced) {
  EXPECT_EQ(masked("ok \xed\x99\x8d\xea\xb8\xb8\xeb\x8f\x99"), "ok \xed\x99\x8d\xea\xb8\xb8\xeb\x8f\x99");
  EXPECT_EQ(masked("\xff"), "\xef\xbf\xbd");
  EXPECT_EQ(masked("a\xc3"), "a\xef\xbf\xbd");
  EXPECT_EQ(masked("\xc0\xaf"), "\xef\xbf\xbd");          // overlong '/'
  EXPECT_EQ(masked("\xed\xa0\x80"), "\xef\xbf\xbd");      // a surrogate
  EXPECT_EQ(masked("\xf4\x90\x80\x80"), "\xef\xbf\xbd");  // beyond U+10FFFF
  EXPECT_EQ(masked("\xe2\x82z"), "\xef\xbf\xbdz");        // broken off
}

TEST(Detail, IsCutBetweenCharacters) {
  std::string text;
  for (int i = 0; i < 400; ++i) text += "\xed\x99\x8d";
  const std::string detail = masked(text);
  EXPECT_EQ(detail.size(), 498U);
  EXPECT_EQ(detail, text.substr(0, 498));
}

TEST(Detail, AnyBytesGiveABoundedValidText) {
  std::mt19937 random(7);
  for (int round = 0; round < 2000; ++round) {
    std::string text(random() % 1500, '\0');
    for (char& c : text) c = static_cast<char>(random() % 256);
    const std::string detail = make_detail(text, "k");
    EXPECT_LE(detail.size(), detail_bytes_max);
    EXPECT_EQ(clean_text(detail, detail.size()), detail) << "cleaning clean text changes nothing";
  }
}

}  // namespace
}  // namespace dialerd::daemon::voxapi
