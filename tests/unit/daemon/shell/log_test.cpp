#include "daemon/log.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <sstream>
#include <string_view>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/journal.h"

namespace dialerd::daemon::log {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

std::string logged(config::LogFormat format, config::LogLevel level, const std::string& message,
                   const Fields& fields = {}) {
  unsetenv("JOURNAL_STREAM");
  start({level, format});
  testing::internal::CaptureStderr();
  info(message, fields);
  return testing::internal::GetCapturedStderr();
}

TEST(Log, AnEventIsOneLineWhateverIsInIt) {
  std::string line = logged(config::LogFormat::text, config::LogLevel::info, "a\nb\x1b[31mc");
  EXPECT_THAT(line, HasSubstr("a\\u000ab\\u001b[31mc\n"));
  EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1);
}

TEST(Log, JsonIsEscaped) {
  std::string line = logged(config::LogFormat::json, config::LogLevel::info, "say \"hi\" \\ now");
  EXPECT_THAT(line, HasSubstr(R"("level":"info","message":"say \"hi\" \\ now"})"));
}

TEST(Log, JsonHasTheFields) {
  EXPECT_THAT(logged(config::LogFormat::json, config::LogLevel::info, "m",
                     {.message = &message::waits, .campaign = "spring", .account = "main", .attempt = "0192"}),
              HasSubstr(R"("message":"m","campaign":"spring","account":"main","attempt_id":"0192",)"
                        R"("event":"waits","message_id":"1448266d78b34739a58d73933c736d9a"})"));
  EXPECT_THAT(logged(config::LogFormat::json, config::LogLevel::info, "m"), Not(HasSubstr("campaign")));
}

TEST(Log, FieldsAreEscapedToo) {
  EXPECT_THAT(logged(config::LogFormat::json, config::LogLevel::info, "m", {.campaign = "a\"b\nc"}),
              HasSubstr(R"("campaign":"a\"b\u000ac"})"));
}

TEST(Log, TextAddsWhatTheMessageDoesNotName) {
  EXPECT_THAT(logged(config::LogFormat::text, config::LogLevel::info, "attempt 0192: in doubt",
                     {.message = &message::answer_in_doubt, .account = "main", .attempt = "0192"}),
              EndsWith("attempt 0192: in doubt account=main\n"));
}

TEST(Log, PhoneNumbersAreMasked) {
  EXPECT_THAT(logged(config::LogFormat::text, config::LogLevel::info, "the provider says 01012345678 is busy"),
              EndsWith("010****5678 is busy\n"));
}

TEST(Log, ALongMessageIsCut) {
  EXPECT_LT(logged(config::LogFormat::text, config::LogLevel::info, std::string(10000, 'x')).size(), 2100U);
}

TEST(Log, ACutLeavesNoHalfCharacter) {
  std::string hangul;
  for (int i = 0; i < 1000; ++i) hangul += "한";
  std::string line = logged(config::LogFormat::text, config::LogLevel::info, hangul);
  EXPECT_THAT(line, testing::EndsWith("한\n"));
}

TEST(Log, WhatIsBelowTheLevelIsNotWritten) {
  EXPECT_EQ(logged(config::LogFormat::text, config::LogLevel::warning, "hello"), "");
}

TEST(Journal, OnlyTheStreamThatSystemdNamedIsTheJournals) {
  EXPECT_FALSE(journal::is_connected(2, nullptr));
  EXPECT_FALSE(journal::is_connected(2, ""));
  EXPECT_FALSE(journal::is_connected(2, "1:2")) << "inherited by a process whose output goes elsewhere";
  EXPECT_FALSE(journal::is_connected(-1, "1:2"));
}

// What alarms, runbooks and filters outside were given. A line may be added here, and none changed or removed.
constexpr std::pair<std::string_view, std::string_view> given[] = {
    {"started", "ecc1b8b46b354de1bb9767113aa732dc"},
    {"stopped", "e279dfd24dd1460797d7c2281877b392"},
    {"drain", "89d65986235f49de9b30f7def9ce0d92"},
    {"drain_timeout", "5ded9f9f91974cb1a5335a9201bb776e"},
    {"waits", "1448266d78b34739a58d73933c736d9a"},
    {"dials_again", "a8efea1109c5413596c6dc930df37d12"},
    {"condition", "f6229e25f0b149c8a7ab610eb9e9cb9a"},
    {"condition_over", "36020f67a60945d3947fac74773d9320"},
    {"answer_in_doubt", "509d654591a5462c8bd61f8a904ffefc"},
    {"doubt_held", "051519eedce949f6b3ddda19290e8b2e"},
    {"late_news", "ccd07824dd954a96bd2d94392de879b5"},
    {"ownership_gained", "358ca53d5fa94f49afc54b6d748f6dcb"},
    {"ownership_lost", "4350c51964344b1ea715c457fd6aa74b"},
    {"ownership_handed_over", "b4a12438ed4d4293b891bf6cf6350b97"},
    {"database_away", "a99bc847b92d4657b4a8109d2789f3a9"},
    {"database_back", "39460b6997484a34b1ae686e79707fbe"},
    {"database_may_lose", "e0a2aec528884c12b54d143845d1796f"},
    {"record_refused", "a3799b2a67484950851aa9c7cb8dade4"},
    {"clock_stepped", "ff582de510144873bfc278ca7303d404"},
    {"campaign_control", "46427557d74540cc85dadfbdc3582b50"},
    {"reload_applied", "c2b90906bfd14bd4bb50dad59c55f316"},
    {"reload_failed", "f85698d5306c4aa7b98d65773af9ce0d"},
    {"stalled", "4b7622afb07a43c9b657555653df3003"},
    {"internal_error", "f2e4277a358243d0b9428aa552e387c5"},
};

TEST(Messages, IdsThatWereGivenStayTheSame) {
  ASSERT_EQ(std::size(given), message::all.size()) << "a new message belongs into the list too";
  for (const auto& [name, id] : given) {
    const auto found = std::find_if(message::all.begin(), message::all.end(),
                                    [&wanted = name](const Message& one) { return one.name == wanted; });
    ASSERT_NE(found, message::all.end()) << name;
    EXPECT_EQ(found->id, id) << name;
  }
}

TEST(Messages, AnIdIsWrittenAsItIs) {
  for (const Message& one : message::all) {
    EXPECT_THAT(logged(config::LogFormat::json, config::LogLevel::info, "m", {.message = &one}),
                HasSubstr("\"message_id\":\"" + std::string(one.id) + "\""))
        << one.name;
  }
}

TEST(Messages, EachHasAnIdOfItsOwn) {
  std::set<std::string_view> names;
  std::set<std::string_view> ids;
  for (const Message& one : message::all) {
    names.insert(one.name);
    ids.insert(one.id);
    EXPECT_EQ(one.id.size(), 32U) << one.name;
    EXPECT_EQ(one.id.find_first_not_of("0123456789abcdef"), std::string_view::npos) << one.name;
  }
  EXPECT_EQ(names.size(), message::all.size());
  EXPECT_EQ(ids.size(), message::all.size());
}

TEST(Messages, EachIsInTheManual) {
  std::ifstream file(LOG_MD);
  std::stringstream text;
  text << file.rdbuf();
  for (const Message& one : message::all) {
    EXPECT_THAT(text.str(), HasSubstr("| `" + std::string(one.name) + "` | `" + std::string(one.id) + "` |"));
  }
  const std::regex row("\\| `[a-z_]+` \\| `[0-9a-f]{32}` \\|");
  const std::string manual = text.str();
  const auto rows = std::distance(std::sregex_iterator(manual.begin(), manual.end(), row), std::sregex_iterator());
  EXPECT_EQ(static_cast<std::size_t>(rows), message::all.size()) << "and the manual names no other";
}

}  // namespace
}  // namespace dialerd::daemon::log
