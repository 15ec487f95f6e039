// A process without descriptors: its files are not to blame.
#include "config/shortage.h"

#include <system_error>

#include "file_fixture.h"
#include <gtest/gtest.h>

#include "config/campaign_files.h"
#include "config/document.h"
#include "config/load.h"
#include "config/timezone.h"
#include "tests/support/no_descriptors.h"

namespace dialerd::config {
namespace {

using dialerd::testing::NoDescriptors;

class Shortage : public ::testing::Test {
 protected:
  TemporaryFolder folder_;
};

TEST_F(Shortage, OfDescriptorsIsNoFaultOfAFile) {
  if (dialerd::testing::sanitizer_needs_descriptors) GTEST_SKIP() << "the sanitizer needs descriptors itself";
  const auto file = folder_.write("file.yaml", "campaign: spring\n");
  const NoDescriptors none;
  EXPECT_THROW(load_daemon_config(file), std::system_error);
  EXPECT_THROW(load_campaign_config(file), std::system_error);
}

TEST_F(Shortage, OfDescriptorsIsNoFaultOfAFolder) {
  if (dialerd::testing::sanitizer_needs_descriptors) GTEST_SKIP() << "the sanitizer needs descriptors itself";
  folder_.write("campaigns/a.yaml", "");
  Diagnostics diagnostics(folder_.path() / "dialerd.yaml");
  const auto node = parse_document(R"(campaigns: ["campaigns/*.yaml"])", diagnostics);
  ASSERT_TRUE(node);
  const Node& patterns = node->entries.front().value;
  EXPECT_EQ(read_campaign_files(patterns, folder_.path(), diagnostics).size(), 1U);
  const NoDescriptors none;
  EXPECT_THROW(read_campaign_files(patterns, folder_.path(), diagnostics), std::system_error);
}

TEST_F(Shortage, OfDescriptorsIsNoLackOfTimezones) {
  if (dialerd::testing::sanitizer_needs_descriptors) GTEST_SKIP() << "the sanitizer needs descriptors itself";
  require_descriptors(8, "/");
  const NoDescriptors none;
  EXPECT_THROW(read_all_timezones(), std::system_error);
}

TEST_F(Shortage, IsTheOnlyErrorThatIsThrown) {
  throw_on_shortage({}, "file");
  throw_on_shortage(std::make_error_code(std::errc::permission_denied), "file");
  EXPECT_THROW(throw_on_shortage(std::make_error_code(std::errc::not_enough_memory), "file"), std::system_error);
}

}  // namespace
}  // namespace dialerd::config
