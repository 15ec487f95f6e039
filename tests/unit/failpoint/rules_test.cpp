#include "failpoint/rules.h"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "failpoint/failpoint.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace dialerd::failpoint {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;

std::vector<Rule> read(std::string_view text) {
  std::string mistake;
  auto rules = parse_rules(text, mistake);
  EXPECT_TRUE(rules) << mistake;
  return rules.value_or(std::vector<Rule>{});
}

TEST(FailpointRules, AreReadAsTheyAreWritten) {
  EXPECT_THAT(
      read("post.written=kill@0.25,claiming leads.committed=stop,*.before_commit=pause:300ms@1"),
      ElementsAre(Rule{"post.written", Action::kill, {}, 0.25}, Rule{"claiming leads.committed", Action::stop, {}, 1},
                  Rule{"*.before_commit", Action::pause, milliseconds{300}, 1}));
  EXPECT_THAT(read("a=pause:2s"), ElementsAre(Rule{"a", Action::pause, milliseconds{2000}, 1}));
  EXPECT_THAT(read(""), ElementsAre());
}

TEST(FailpointRules, WhatCannotBeReadIsNamed) {
  for (const std::string wrong : {"a", "=kill", "*=kill", "a=explode", "a=pause", "a=pause:3", "a=pause:0ms",
                                  "a=pause:-1s", "a=pause:601s", "a=kill@0", "a=kill@1.5", "a=kill@nan", "a=kill@x"}) {
    std::string mistake;
    EXPECT_FALSE(parse_rules("b=stop," + wrong + ",c=stop", mistake)) << wrong;
    EXPECT_EQ(mistake, wrong);
  }
}

TEST(FailpointRules, AStarStandsForAnyBeginning) {
  const Rule rule = read("*.committed=kill").front();
  EXPECT_TRUE(rule.matches("claiming leads.committed"));
  EXPECT_FALSE(rule.matches("claiming leads.before_commit"));
  EXPECT_FALSE(read("post.written=kill").front().matches("post.writte"));
}

TEST(FailpointRules, ActAsOftenAsTheySayAndTheSameForASeed) {
  constexpr std::uint64_t hits = 100'000;
  const Rule rule = read("a=kill@0.02").front();
  const auto acts = [&](std::uint64_t seed) {
    std::vector<std::uint64_t> at;
    for (std::uint64_t n = 0; n < hits; ++n) {
      if (decide(rule, seed, n)) at.push_back(n);
    }
    return at;
  };
  EXPECT_NEAR(static_cast<double>(acts(1).size()) / hits, 0.02, 0.003);
  EXPECT_EQ(acts(7), acts(7));
  EXPECT_NE(acts(7), acts(8));
  const Rule always = read("a=kill@1").front();
  for (std::uint64_t n = 0; n < 1000; ++n) ASSERT_TRUE(decide(always, 3, n));
}

#ifdef DIALERD_FAILPOINTS
TEST(FailpointDeathTest, ActsAsTheEnvironmentSaysAndLogsItFirst) {
  const std::string log = testing::TempDir() + "failpoints-" + std::to_string(::getpid());
  const auto armed = [&](const char* rules) {
    ::setenv("DIALERD_FAILPOINTS", rules, 1);
    ::setenv("DIALERD_FAILPOINTS_LOG", log.c_str(), 1);
    hit("elsewhere");
    hit("here", "now");
    std::_Exit(0);
  };
  EXPECT_EXIT(armed("here.now=kill"), testing::KilledBySignal(SIGKILL), "");
  EXPECT_EXIT(armed("nowhere=kill"), testing::ExitedWithCode(0), "");
  EXPECT_EXIT(armed("here.now=explode"), testing::ExitedWithCode(2), "cannot read 'here.now=explode'");
  std::ifstream written(log);
  std::string line;
  ASSERT_TRUE(std::getline(written, line));
  EXPECT_EQ(line, "here.now kill");
  EXPECT_FALSE(std::getline(written, line));
  std::remove(log.c_str());
}
#endif

}  // namespace
}  // namespace dialerd::failpoint
