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

}  // namespace
}  // namespace dialerd::config
