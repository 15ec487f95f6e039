#include "daemon/text/utf8.h"

#include <gtest/gtest.h>

namespace dialerd::daemon::text {
namespace {

TEST(Utf8, WellFormedSequencesAreDecoded) {
  for (const auto& [bytes, code] :
       {std::pair<std::string_view, char32_t>{"a", U'a'}, {"é", U'é'}, {"한", U'한'}, {"📞", U'📞'}}) {
    const Character character = decode(bytes);
    EXPECT_TRUE(character.valid) << bytes;
    EXPECT_EQ(character.code, code);
    EXPECT_EQ(character.size, bytes.size());
  }
}

TEST(Utf8, MalformedSequencesAreNot) {
  for (std::string_view bytes :
       {"\x80", "\xC0\x80", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xFF", "\xED\x95"}) {
    EXPECT_FALSE(decode(bytes).valid);
    EXPECT_GE(decode(bytes).size, 1U);
  }
}

TEST(Utf8, WidthIsThatOfATerminal) {
  EXPECT_EQ(columns(std::string_view("spring")), 6U);
  EXPECT_EQ(columns(std::string_view("봄 갱신")), 7U);
  EXPECT_EQ(columns(std::string_view("ㄱㄴ")), 4U);
  EXPECT_EQ(columns(std::string_view("東京")), 4U);
  EXPECT_EQ(columns(std::string_view("e\u0301")), 1U) << "a combining accent";
  EXPECT_EQ(columns(std::string_view("\u1112\u1161\u11ab")), 2U) << "a Hangul syllable in its parts";
  EXPECT_EQ(columns(std::string_view("📞")), 2U);
  EXPECT_EQ(columns(std::string_view("█▏…")), 3U);
}

TEST(Utf8, WhatDoesNotFitIsCutBetweenCharacters) {
  EXPECT_EQ(fitted("spring", 6), "spring");
  EXPECT_EQ(fitted("spring", 5), "spri…");
  EXPECT_EQ(fitted("봄갱신", 6), "봄갱신");
  EXPECT_EQ(fitted("봄갱신", 5), "봄갱…");
  EXPECT_EQ(fitted("봄갱신", 4), "봄…") << "half a syllable is none";
  EXPECT_EQ(fitted("봄", 1), "…");
  EXPECT_EQ(fitted("봄", 0), "");
}

TEST(Utf8, WhatIsFittedCanBeShown) {
  EXPECT_EQ(fitted("a\x1b[2Jb", 10), "a\uFFFD[2Jb");
  EXPECT_EQ(fitted("a\xFFz", 10), "a\uFFFDz");
}

}  // namespace
}  // namespace dialerd::daemon::text
