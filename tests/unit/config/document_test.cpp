#include "config/document.h"

#include <chrono>
#include <string>

#include "file_fixture.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace dialerd::config {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> problems(std::string_view text) {
  Diagnostics diagnostics("f.yaml");
  parse_document(text, diagnostics);
  return messages(diagnostics.take());
}

TEST(Document, CountsColumnsInCharactersFromOne) {
  Diagnostics diagnostics("f.yaml");
  const auto root = parse_document("\xEF\xBB\xBF이름: {리터럴: \"한빛보험\", b: c}\r\nx:\n  - 1\n", diagnostics);
  ASSERT_TRUE(root);
  ASSERT_EQ(root->entries.size(), 2U);
  EXPECT_EQ(root->entries[0].at, (Position{1, 1}));
  const Node& inner = root->entries[0].value;
  EXPECT_EQ(inner.at, (Position{1, 5}));
  EXPECT_EQ(inner.entries[0].at, (Position{1, 6}));
  EXPECT_EQ(inner.entries[0].value.at, (Position{1, 11}));
  EXPECT_TRUE(inner.entries[0].value.quoted);
  EXPECT_EQ(inner.entries[1].at, (Position{1, 19}));
  EXPECT_FALSE(inner.entries[1].value.quoted);
  EXPECT_EQ(root->entries[1].value.items[0].at, (Position{3, 5}));
}

TEST(Document, RefusesWhatAConfigurationDoesNotNeed) {
  EXPECT_THAT(
      problems("a: 1\n---\nb: 2\n"),
      ElementsAre("f.yaml:2:1: error: a second document starts here; keep one document a file: remove the '---' "
                  "line, or check the indentation"));
  EXPECT_THAT(
      problems("a: &x 1\nb: *x\n<<: *x\n"),
      ElementsAre("f.yaml:1:4: error: an anchor ('&...'); remove it, or quote the text if it begins with '&': "
                  "anchors and aliases are not supported",
                  "f.yaml:2:4: error: an alias ('*...'); write the value out: anchors and aliases are not supported",
                  "f.yaml:3:5: error: an alias ('*...'); write the value out: anchors and aliases are not supported"));
  EXPECT_THAT(problems("a: !!int 3\nb: !x {c: 1}\nd: ! 'e'\n"),
              ElementsAre("f.yaml:1:4: error: a tag ('!...'); remove it, or quote the text if it begins with '!'",
                          "f.yaml:2:4: error: a tag ('!...'); remove it, or quote the text if it begins with '!'",
                          "f.yaml:3:4: error: a tag ('!...'); remove it, or quote the text if it begins with '!'"));
  EXPECT_THAT(problems("? [a]\n: b\n~: c\n"),
              ElementsAre("f.yaml:1:3: error: a key that is not text; write 'key: value', the key in quotes if it has "
                          "special characters",
                          "f.yaml:3:1: error: a key that is not text; write 'key: value', the key in quotes if it has "
                          "special characters"));
  EXPECT_THAT(
      problems("a: [[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]\n"),
      ElementsAre("f.yaml:1:19: error: nested deeper than 16 levels; check brackets and indentation; no setting "
                  "lies that deep"));
}

TEST(Document, RefusesWhatIsNoMap) {
  EXPECT_THAT(problems(""), ElementsAre("f.yaml: error: the file holds no settings; write 'key: value' lines"));
  EXPECT_THAT(problems("# nothing\n"),
              ElementsAre("f.yaml: error: the file holds no settings; write 'key: value' lines"));
  EXPECT_THAT(problems("- a\n"),
              ElementsAre("f.yaml:1:1: error: the file is no map of settings; write 'key: value' lines"));
  EXPECT_THAT(problems("hello\n"),
              ElementsAre("f.yaml:1:1: error: the file is no map of settings; write 'key: value' lines"));
}

TEST(Document, SaysWhereTheSyntaxBreaks) {
  EXPECT_THAT(problems("a: 1\n\tb: 2\n"),
              ElementsAre("f.yaml:2:1: error: not valid YAML: a tab in the indentation; indent with spaces, not tabs"));
  EXPECT_THAT(problems("이름: @foo\n"),
              ElementsAre("f.yaml:1:5: error: not valid YAML: unknown token; put the text in quotes"));
  EXPECT_THAT(problems("a: 1\n]\n"), ElementsAre("f.yaml:2:1: error: not valid YAML: a closing bracket without an "
                                                 "opening one; remove it, or open the bracket before"));
}

// yaml-cpp itself lets these pass: half a file would be taken for a whole one.
TEST(Document, RefusesTextInQuotesThatIsNeverClosed) {
  EXPECT_THAT(problems("a: 1\nb: \"x\n"),
              ElementsAre("f.yaml:2:4: error: text in quotes is never closed; add the closing quote"));
  EXPECT_THAT(problems("b: 'it''s\n"),
              ElementsAre("f.yaml:1:4: error: text in quotes is never closed; add the closing quote"));
  EXPECT_THAT(problems("b: \"a\\\"\n"),
              ElementsAre("f.yaml:1:4: error: text in quotes is never closed; add the closing quote"));
  EXPECT_THAT(problems("b: 'it''s'\nc: \"a\\\"\"\nd: |\n  'x\ne: it's\n"), IsEmpty());
}

TEST(Document, RefusesBytesThatAreNoPlainText) {
  EXPECT_THAT(
      problems("a: \xC7\xD1\n"),
      ElementsAre("f.yaml:1:4: error: not UTF-8 text (byte 199); save the file in the encoding UTF-8, or convert it: "
                  "iconv -f CP949 -t UTF-8 FILE > NEW"));
  EXPECT_THAT(
      problems("a: 한\xED\xA0\x80\n"),
      ElementsAre("f.yaml:1:5: error: not UTF-8 text (byte 237); save the file in the encoding UTF-8, or convert it: "
                  "iconv -f CP949 -t UTF-8 FILE > NEW"));
  EXPECT_THAT(problems(std::string_view("a: 1\n\0b: 2\n", 11)),
              ElementsAre("f.yaml:2:1: error: a control character (byte 0); remove it; the file must be plain text"));
  EXPECT_THAT(problems("a: 1\n\x04"
                       "b: 2\n"),  // yaml-cpp takes this byte for the end of the file
              ElementsAre("f.yaml:2:1: error: a control character (byte 4); remove it; the file must be plain text"));
}

TEST(Document, AnyTextIsEitherReadOrExplained) {
  const std::string good = "a: {b: [1, 'x''y', \"z\"], c: |\n  text\n}\nd:\n  - e: f\n    g: ~\n# end\n";
  EXPECT_TRUE(rc::check([&] {
    std::string text = good;
    const auto edits = *rc::gen::container<std::vector<std::pair<std::size_t, char>>>(
        rc::gen::pair(rc::gen::inRange<std::size_t>(0, good.size()),
                      rc::gen::element(':', '[', ']', '{', '}', '"', '\'', '\n', ' ', '-', '?', '&', '*', '!', '|', '>',
                                       '#', ',', '%', '@', '\t', 'x', '\\')));
    for (const auto& [place, character] : edits) text[place] = character;
    Diagnostics diagnostics("f.yaml");
    const bool read = parse_document(text, diagnostics).has_value();
    RC_ASSERT(read || !diagnostics.empty());
  }));
}

// One megabyte of anything must not keep the daemon from answering "no" within seconds.
TEST(Document, HostileTextsAreRefusedQuickly) {
  const auto repeated = [](std::string_view piece) {
    std::string text;
    while (text.size() + piece.size() <= 1024 * 1024) text += piece;
    return text;
  };
  for (const std::string_view piece :
       {"[", "{", "- ", "? ", "a: ", "{a: ", "[a, ", "\"", "!", "&a ", "*a ", "'x' ", "---\n"}) {
    const auto start = std::chrono::steady_clock::now();
    EXPECT_FALSE(problems(repeated(piece)).empty()) << piece;
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10)) << piece;
  }
}

}  // namespace
}  // namespace dialerd::config
