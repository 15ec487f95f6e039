#include "config/render_diagnostics.h"

#include "file_fixture.h"
#include <gmock/gmock.h>

#include "config/excerpt.h"

namespace dialerd::config {
namespace {

using testing::HasSubstr;
using testing::Not;

Diagnostic diagnostic(int line, int column, std::string source) {
  return {"f.yaml", line, column, "it is wrong", "do it right", std::move(source)};
}

std::string text(const Diagnostic& one) { return render_text(std::vector{one}, false); }

// As the loader says it of a daemon's file with this text.
std::string text_of_daemon(std::string_view file) {
  auto diagnostics = load_daemon_text(file).diagnostics;
  for (Diagnostic& one : diagnostics) one.file = one.file.filename();
  return render_text(diagnostics, false);
}

TEST(RenderText, PutsTheCaretUnderTheValue) {
  EXPECT_EQ(text(diagnostic(12, 13, "  per_hour: many  # calls")),
            "f.yaml:12:13: error: it is wrong\n"
            "   12 |   per_hour: many  # calls\n"
            "      |             ^~~~\n"
            "      = help: do it right\n\n");
}

TEST(RenderText, UnderlinesKeysQuotesAndWhatStandsInBrackets) {
  EXPECT_THAT(text(diagnostic(1, 1, "acount: main")), HasSubstr("\n      | ^~~~~~\n"));
  EXPECT_THAT(text(diagnostic(1, 7, R"(from: "9 Uhr")")), HasSubstr("\n      |       ^~~~~~~\n"));
  EXPECT_THAT(text(diagnostic(1, 7, "days: mon, tue")), HasSubstr("\n      |       ^~~~~~~~\n"));
  EXPECT_THAT(text(diagnostic(1, 8, "days: [mon, tue]")), HasSubstr("\n      |        ^~~\n"));
  EXPECT_THAT(text(diagnostic(1, 7, "days: [mon, tue]")), HasSubstr("\n      |       ^\n"));
  EXPECT_THAT(text(diagnostic(1, 3, "  - a: b")), HasSubstr("\n      |   ^\n"));
  EXPECT_THAT(text(diagnostic(1, 9, "a: b")), HasSubstr("\n      |     ^\n")) << "past the end of the line";
}

// 고객명 is three characters and six columns; in parts, as macOS writes it, it is eight characters and the same
// columns.
TEST(RenderText, AlignsWideCharacters) {
  EXPECT_THAT(text(diagnostic(1, 6, "고객명: x1")), HasSubstr("\n    1 | 고객명: x1\n      |         ^~\n"));
  EXPECT_THAT(text(diagnostic(1, 4, "a: 고객명")), HasSubstr("\n      |    ^~~~~~\n"));
  const std::string in_parts = "\u1100\u1169\u1100\u1162\u11A8\u1106\u1167\u11BC";
  EXPECT_THAT(text(diagnostic(1, 11, in_parts + ": x1")), HasSubstr("\n      |         ^~\n"));
  EXPECT_THAT(text(diagnostic(1, 2, "\tper_hour: 1")), HasSubstr("\n    1 |     per_hour: 1\n      |     ^~~~~~~~\n"));
}

TEST(RenderText, ShowsThePartOfALongLineThatMatters) {
  const std::string shown = text(diagnostic(1, 301, std::string(300, '-') + "wrong" + std::string(300, '-')));
  EXPECT_THAT(shown, HasSubstr("| ...----"));
  EXPECT_THAT(shown, HasSubstr("wrong"));
  for (std::size_t begin = 0; begin < shown.size(); begin = shown.find('\n', begin) + 1) {
    EXPECT_LT(shown.find('\n', begin) - begin, 130U);
  }
}

TEST(RenderText, ShowsNoLineOfAFileAsAWhole) {
  EXPECT_EQ(text(diagnostic(0, 0, "")), "f.yaml: error: it is wrong\n      = help: do it right\n\n");
}

TEST(RenderText, SendsNothingToTheTerminalThatItWouldObey) {
  const std::string shown = text(diagnostic(1, 1, "a\033[2J: \u009b2J \u202Eb \xB0\xA1"));
  EXPECT_THAT(shown, HasSubstr("| a?[2J: ?2J ?b ??\n"));
}

TEST(RenderText, IsColouredOnlyWhenAsked) {
  EXPECT_THAT(text(diagnostic(1, 1, "a: b")), Not(HasSubstr("\033")));
  EXPECT_THAT(render_text(std::vector{diagnostic(1, 1, "a: b")}, true), HasSubstr("\033[1;31merror:\033[0m"));
}

TEST(RenderSummary, CountsErrorsAndFiles) {
  EXPECT_EQ(render_summary(std::vector{diagnostic(1, 1, "")}), "1 error in 1 file\n");
  auto other = diagnostic(1, 1, "");
  other.file = "g.yaml";
  EXPECT_EQ(render_summary(std::vector{diagnostic(1, 1, ""), diagnostic(2, 1, ""), other}), "3 errors in 2 files\n");
}

TEST(RenderJson, IsAnArrayOfObjects) {
  EXPECT_EQ(render_json({}), "[]\n");
  Diagnostic one = diagnostic(2, 3, "secret");
  one.what = "\"\\\n\x01\xFF김";
  EXPECT_EQ(render_json(std::vector{one, one}),
            std::string("[\n  ") +
                R"({"file": "f.yaml", "line": 2, "column": 3, "severity": "error", )"
                "\"message\": \"\\\"\\\\\\n\\u0001\uFFFD김\", \"help\": \"do it right\"},\n  " +
                R"({"file": "f.yaml", "line": 2, "column": 3, "severity": "error", )"
                "\"message\": \"\\\"\\\\\\n\\u0001\uFFFD김\", \"help\": \"do it right\"}\n]\n");
}

// A message cannot end its command, begin another or add a property.
TEST(RenderGithub, Escapes) {
  Diagnostic one = diagnostic(2, 3, "");
  one.file = "a,b:c%.yaml";
  one.what = "100%\r\n::error::no, really: 'x'";
  EXPECT_EQ(render_github(std::vector{one}),
            "::error file=a%2Cb%3Ac%25.yaml,line=2,col=3::100%25%0D%0A::error::no, really: 'x'; do it right\n");
  EXPECT_EQ(render_github(std::vector{diagnostic(0, 0, "")}), "::error file=f.yaml::it is wrong; do it right\n");
}

// Wherever a key is pasted into a file, no message shows it, nor the line that it stands on.
TEST(Excerpt, NeverShowsASecret) {
  constexpr std::string_view key = "sk-7";  // too short for its form to give it away
  const std::string_view places[] = {
      "accounts: {main: {api_key: sk-7}}",
      "accounts: {main: {api_key: sk-7, per_huor: 5}}",
      "accounts: {main: {\"api_key\": \"sk-7\"}}",
      "accounts:\n  main:\n    api_key:\n      sk-7",
      "accounts: {main: {api_key: [sk-7]}}",
      "accounts: {main: {api_key: {value: sk-7}}}",
      "accounts: {main: {api_key: {credential: 'sk-7 '}}}",
      "accounts: {main: {api_key: {file: sk-7}}}",
      "accounts: {main: {api_key: {credential: a, file: sk-7}}}",
      "accounts: {main: {api_kye: sk-7}}",
      "accounts: {main: {key: sk-7}}",
      "accounts: {main: sk-7}",
      "accounts: {main: {api_key: {credential: k}, webhook: {path_secrets: sk-7}}}",
      "accounts: {main: {api_key: {credential: k}, webhook: {path_secrets: [sk-7]}}}",
      "accounts: {main: {api_key: {credential: k}, base_url: 'https://me:sk-7@host'}}",
      "database: {conninfo: 'dbname=d password=sk-7'}",
      "database: {conninfo: 'postgresql://me:sk-7@host/d'}",
      "database: {conninfo: dbname=d, password: sk-7}",
      "database: {conninfo: dbname=d, pasword: sk-7}",
      "api_key: sk-7",
      "api_key: sk-7\napi_key: sk-7",
      "accounts: {main: {api_key: sk-7: x}}",
      "accounts: {main: {api_key: sk-7 }]",
      "api_key: \"sk-7",
      "\tapi_key: sk-7",
  };
  for (const std::string_view place : places) {
    const std::string shown = text_of_daemon(place);
    EXPECT_THAT(shown, HasSubstr("error")) << place;
    EXPECT_THAT(shown, Not(HasSubstr(key))) << place;
  }
  EXPECT_EQ(shown_line("typo: vox_live_0123456789abcdefghij", 0), "typo: *****************************");
}

TEST(Excerpt, ShowsWhatIsNoSecret) {
  const std::string_view lines[] = {"api_key: {credential: vox-main}",
                                    "api_key: {file: \"/etc/dialerd/key\"}  # secret, kept elsewhere",
                                    "path_secrets: [{credential: a}, {credential: b}]",
                                    "api_key:",
                                    "agent: {id: 2b0c7b1e-5d3f-4e0a-9c53-6f1f6a7a9f10}",
                                    "the token is elsewhere"};
  for (const std::string_view line : lines) EXPECT_EQ(shown_line(line, 0), line);
  EXPECT_EQ(shown_line("김: b c", 4), "김: ***");
}

TEST(RenderDiagnostics, TellsWarningsFromErrors) {
  Diagnostic warning = diagnostic(2, 1, "a: b");
  warning.severity = Severity::warning;
  EXPECT_EQ(to_string(warning), "f.yaml:2:1: warning: it is wrong; do it right");
  EXPECT_THAT(text(warning), HasSubstr("f.yaml:2:1: warning: it is wrong\n"));
  EXPECT_THAT(render_json(std::vector{warning}), HasSubstr(R"("severity": "warning")"));
  EXPECT_EQ(render_github(std::vector{warning}), "::warning file=f.yaml,line=2,col=1::it is wrong; do it right\n");
  EXPECT_EQ(render_summary(std::vector{warning}), "1 warning in 1 file\n");
  EXPECT_EQ(render_summary(std::vector{diagnostic(1, 1, ""), warning}), "1 error and 1 warning in 1 file\n");
}

}  // namespace
}  // namespace dialerd::config
