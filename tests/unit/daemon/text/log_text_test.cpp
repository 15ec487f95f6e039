#include "daemon/text/log_text.h"

#include <gtest/gtest.h>

namespace dialerd::daemon::text {
namespace {

std::string shown(std::string_view text) { return log_text(text, Escape::text); }

TEST(LogText, ControlCharactersAreEscaped) {
  EXPECT_EQ(shown("a\nb\r\tc"), "a\\u000ab\\u000d\\u0009c");
  EXPECT_EQ(shown("\x1b[31mred"), "\\u001b[31mred");
  EXPECT_EQ(shown("\u009b31mred"), "\\u009b31mred") << "the one-character form of ESC [";
  EXPECT_EQ(shown("a\u2028b\u202Ec\u2066d"), "a\\u2028b\\u202ec\\u2066d");
  EXPECT_EQ(shown(std::string_view("a\0b", 3)), "a\\u0000b");
}

TEST(LogText, InvalidBytesAreReplaced) {
  EXPECT_EQ(shown("a\xFFz"), "a\uFFFDz");
  EXPECT_EQ(shown("cut \xED\x95"), "cut \uFFFD");
}

TEST(LogText, JsonEscapesItsOwnToo) {
  EXPECT_EQ(log_text("say \"hi\" \\ \n", Escape::json), "say \\\"hi\\\" \\\\ \\u000a");
}

TEST(LogText, LongTextIsCutBetweenCharacters) {
  std::string hangul;
  for (int i = 0; i < 1000; ++i) hangul += "한";
  const std::string cut = shown(hangul);
  EXPECT_LE(cut.size(), log_bytes_max);
  EXPECT_EQ(cut.size() % 3, 0U);
}

TEST(LogText, ANumberAtTheCutIsMaskedToo) {
  const std::string text = std::string(log_bytes_max - 6, 'x') + " 01012345678";
  EXPECT_EQ(shown(text).substr(log_bytes_max - 6), " 010**");
}

TEST(LogText, PhoneNumbersAreMasked) {
  EXPECT_EQ(shown("to 01012345678, busy"), "to 010****5678, busy");
  EXPECT_EQ(shown("010-1234-5678"), "010-****-5678");
  EXPECT_EQ(shown("or 02 123 4567"), "or 02 1** 4567");
  EXPECT_EQ(shown("+82 10-1234-5678"), "+82 1*-****-5678");
  EXPECT_EQ(shown("+821012345678"), "+821*****5678");
  EXPECT_EQ(shown("821012345678"), "821*****5678");
  EXPECT_EQ(shown("번호01012345678로"), "번호010****5678로");
  EXPECT_EQ(shown("[\"01012345678\"]"), "[\"010****5678\"]");
}

TEST(LogText, WhatIsNoPhoneNumberStays) {
  for (std::string_view text :
       {"attempt 01920304-0506-7708-8910-111213141516: no call", "started as dial-1:4711:1893260417",
        "since 2026-11-25 01:12:09 until 2026-11-25T01:12:09.000123", "moved by 3600000 ms", "lag 0.123456789 s",
        "epoch 12, 480 dialled (4/s)", "0 0 0 calls", "10.0.0.12, port 5432", "v0123456789"}) {
    EXPECT_EQ(shown(text), text);
  }
}

}  // namespace
}  // namespace dialerd::daemon::text
