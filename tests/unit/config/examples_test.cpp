#include <fstream>

#include "file_fixture.h"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dialerd::config {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

// The examples are what people start from: they load as they are, and go together.
TEST(Examples, LoadWithoutAWord) {
  const std::filesystem::path folder = DIALERD_EXAMPLES;
  const auto daemon = load_daemon_config(folder / "dialerd.yaml");
  ASSERT_THAT(messages(daemon.diagnostics), IsEmpty());

  const std::vector files = {folder / "renewal.yaml"};
  const auto campaign = load_campaign_config(files[0]);
  ASSERT_THAT(messages(campaign.diagnostics), IsEmpty());
  EXPECT_THAT(campaign.value->dynamic_variables, SizeIs(testing::Ge(2U)));
  EXPECT_THAT(campaign.value->rules, SizeIs(2));
  EXPECT_THAT(messages(check_together(*daemon.value, std::vector{*campaign.value}, files)), IsEmpty());

  EXPECT_THAT(messages(load_campaign_config(folder / "quickstart.yaml").diagnostics), IsEmpty());
}

std::vector<std::string> yaml_blocks(const std::filesystem::path& file) {
  std::ifstream input(file);
  std::vector<std::string> blocks;
  bool inside = false;
  for (std::string line; std::getline(input, line);) {
    if (line == "```yaml") {
      blocks.emplace_back();
      inside = true;
    } else if (line == "```") {
      inside = false;
    } else if (inside) {
      blocks.back().append(line).append("\n");
    }
  }
  return blocks;
}

// What the documentation shows can be copied: a whole file as it is, some keys into a campaign or an account.
TEST(Examples, OfTheDocumentationAreRight) {
  const std::filesystem::path docs = DIALERD_DOCS;
  const TemporaryFolder folder;
  const auto campaign_blocks = yaml_blocks(docs / "campaigns.md");
  ASSERT_THAT(campaign_blocks, SizeIs(testing::Ge(6U)));
  for (const std::string& block : campaign_blocks) {
    if (block.starts_with("holidays: company")) folder.write("lists/company.yaml", block);
  }
  for (const std::string& block : campaign_blocks) {
    if (block.starts_with("holidays: company")) continue;  // read with the campaign that names it
    const std::string file = block.starts_with("campaign:") ? block : R"(campaign: docs
account: main
agent: {id: 2b0c7b1e-5d3f-4e0a-9c53-6f1f6a7a9f10}
caller_numbers: ["07011112222", "07011113333"]
calling_windows: [{days: daily, from: "09:00", to: "20:00"}]
leads: {alternates: [second], consent_at: consent}
)" + block;
    EXPECT_THAT(messages(load_campaign_config(folder.write("c.yaml", file)).diagnostics), IsEmpty()) << block;
  }
  for (std::string block : yaml_blocks(docs / "configuration.md")) {
    block.insert(0, "api_key: {credential: k}\n");
    std::string account = "    ";
    for (const char c : block) account.append(1, c).append(c == '\n' ? "    " : "");
    const auto loaded =
        load_daemon_text("database: {conninfo: dbname=d}\ncampaigns: []\naccounts:\n  main:\n" + account + "\n");
    EXPECT_THAT(messages(loaded.diagnostics), IsEmpty()) << block;
  }
  const auto webhook_blocks = yaml_blocks(docs / "webhooks.md");
  ASSERT_THAT(webhook_blocks, SizeIs(testing::Ge(3U)));
  for (const std::string& block : webhook_blocks) {
    const auto loaded = load_daemon_text("database: {conninfo: dbname=d}\ncampaigns: []\n" + block);
    EXPECT_THAT(messages(loaded.diagnostics), IsEmpty()) << block;
  }
}

}  // namespace
}  // namespace dialerd::config
