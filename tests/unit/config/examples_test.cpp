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
  EXPECT_THAT(messages(check_together(*daemon.value, std::vector{*campaign.value}, files)), IsEmpty());
}

}  // namespace
}  // namespace dialerd::config
