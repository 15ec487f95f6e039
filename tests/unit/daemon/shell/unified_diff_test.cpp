#include "daemon/unified_diff.h"

#include <gtest/gtest.h>

namespace dialerd::daemon {
namespace {

TEST(UnifiedDiff, OfTheSameIsEmpty) {
  EXPECT_EQ(unified_diff("", ""), "");
  EXPECT_EQ(unified_diff("a\nb\n", "a\nb\n"), "");
}

TEST(UnifiedDiff, AsDiffWritesIt) {
  EXPECT_EQ(unified_diff("a\nb\nc\n", "a\nx\nc\n"), "@@ -1,3 +1,3 @@\n a\n-b\n+x\n c\n");
  EXPECT_EQ(unified_diff("", "a\n"), "@@ -0,0 +1,1 @@\n+a\n");
  EXPECT_EQ(unified_diff("a\n", ""), "@@ -1,1 +0,0 @@\n-a\n");
}

TEST(UnifiedDiff, ThreeLinesOfContextAndApartWhatIsFarApart) {
  std::string before, after;
  for (int i = 1; i <= 20; ++i) {
    before += std::to_string(i) + "\n";
    after += (i == 5 ? "five" : i == 16 ? "sixteen" : std::to_string(i)) + std::string("\n");
  }
  EXPECT_EQ(unified_diff(before, after),
            "@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n"
            "@@ -13,7 +13,7 @@\n 13\n 14\n 15\n-16\n+sixteen\n 17\n 18\n 19\n");
}

TEST(UnifiedDiff, WhatIsNearIsOneHunk) {
  EXPECT_EQ(unified_diff("1\n2\n3\n4\n5\n6\n7\n8\n", "one\n2\n3\n4\n5\n6\n7\neight\n"),
            "@@ -1,8 +1,8 @@\n-1\n+one\n 2\n 3\n 4\n 5\n 6\n 7\n-8\n+eight\n");
}

TEST(UnifiedDiff, VeryLongTextsAreReplaced) {
  std::string before, after;
  for (int i = 0; i < 9000; ++i) {
    before += "b" + std::to_string(i) + "\n";
    after += "a" + std::to_string(i) + "\n";
  }
  EXPECT_TRUE(unified_diff(before, after).starts_with("@@ -1,9000 +1,9000 @@\n-b0\n"));
}

}  // namespace
}  // namespace dialerd::daemon
