#include "file_fixture.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dialerd::config {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

CampaignConfig campaign(std::string name, std::string account) {
  CampaignConfig config;
  config.source = "# 봄\naccount: " + account + "\ncampaign: " + name + "\n";
  config.name = std::move(name);
  config.account = std::move(account);
  return config;
}

DaemonConfig daemon() {
  DaemonConfig config;
  config.accounts.resize(2);
  config.accounts[0].name = "main";
  config.accounts[1].name = "second";
  return config;
}

TEST(CheckTogether, FindsNothingWhereFilesAgree) {
  const std::vector campaigns = {campaign("a", "main"), campaign("b", "second"), campaign("c", "main")};
  const std::vector<std::filesystem::path> files = {"a.yaml", "b.yaml", "c.yaml"};
  EXPECT_THAT(messages(check_together(daemon(), campaigns, files)), IsEmpty());
}

TEST(CheckTogether, FindsUnknownAccountsAndNamesUsedTwice) {
  const std::vector campaigns = {campaign("a", "mian"), campaign("b", "other"), campaign("a", "main")};
  const std::vector<std::filesystem::path> files = {"a.yaml", "b.yaml", "c.yaml"};
  EXPECT_THAT(messages(check_together(daemon(), campaigns, files)),
              ElementsAre("a.yaml:2:10: error: unknown account 'mian'; did you mean 'main'?",
                          "b.yaml:2:10: error: unknown account 'other'; accounts in dialerd.yaml: main, second",
                          "c.yaml:3:11: error: campaign name 'a' is taken; choose another: it stands in a.yaml"));
}

// An account that limits one number and rests another.
DaemonConfig daemon_with_numbers() {
  DaemonConfig config = daemon();
  config.accounts[0].caller_numbers["07011112222"].limits.per_hour = 100;
  config.accounts[0].caller_numbers["07011113333"].rested = true;
  config.file = "d.yaml";
  config.source =
      "accounts:\n  main:\n    caller_numbers:\n"
      "      \"07011112222\": {limits: {per_hour: 100}}\n      \"07011113333\": {rested: true}\n";
  return config;
}

std::vector<std::string> problems_of(const DaemonConfig& config, std::vector<CampaignConfig> campaigns) {
  const std::vector<std::filesystem::path> files = {"a.yaml", "b.yaml"};
  return messages(check_together(config, campaigns, std::span(files).first(campaigns.size())));
}

TEST(CheckTogether, FindsCallerNumbersThatNoCampaignOfTheAccountHas) {
  CampaignConfig own = campaign("a", "main");
  own.caller_numbers = {"07011112222", "07011113334"};
  CampaignConfig of_another = campaign("b", "second");
  of_another.caller_numbers = {"07011113333"};
  EXPECT_THAT(problems_of(daemon_with_numbers(), {own, of_another}),
              ElementsAre("d.yaml:5:7: error: no campaign of account 'main' calls from 07011113333; did you mean "
                          "'07011113334'?"));
  own.caller_numbers = {"07011112222", "15881234"};
  EXPECT_THAT(problems_of(daemon_with_numbers(), {own, of_another}),
              ElementsAre("d.yaml:5:7: error: no campaign of account 'main' calls from 07011113333; remove it, "
                          "or correct it: they call from 07011112222, 15881234"));
  own.caller_numbers = {"07011112222", "07011113333"};
  EXPECT_THAT(problems_of(daemon_with_numbers(), {own, of_another}), IsEmpty());
}

TEST(CheckTogether, IsSilentOnCallerNumbersWhereACampaignIsMissing) {
  DaemonConfig config = daemon_with_numbers();
  EXPECT_THAT(problems_of(config, {}), IsEmpty());  // an account without campaigns yet

  CampaignConfig own = campaign("a", "main");
  own.caller_numbers = {"07011112222"};
  config.campaigns = {"a.yaml", "broken.yaml"};
  EXPECT_THAT(problems_of(config, {own}), IsEmpty());
}

}  // namespace
}  // namespace dialerd::config
