#include "daemon/secrets.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

namespace dialerd::daemon {
namespace {

using config::SecretReference;
using testing::HasSubstr;
using testing::Not;

class SecretsTest : public testing::Test {
 protected:
  SecretsTest() {
    std::string name = std::filesystem::temp_directory_path() / "dialerd-secrets-XXXXXX";
    folder_ = mkdtemp(name.data());
  }
  ~SecretsTest() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path write(const std::string& content, mode_t mode) {
    std::filesystem::path path = folder_ / "secret";
    std::ofstream(path) << content;
    chmod(path.c_str(), mode);
    return path;
  }
  static auto read_file(const std::filesystem::path& path) {
    return read_secret({SecretReference::Kind::file, path.string()});
  }

  std::filesystem::path folder_;
};

TEST_F(SecretsTest, ReadsAFileWithoutItsLineEnd) { EXPECT_EQ(read_file(write("vox-key\n", 0600)).value(), "vox-key"); }

TEST_F(SecretsTest, RefusesAFileThatOthersMayReadAndDoesNotQuoteIt) {
  auto secret = read_file(write("vox-key", 0644));
  ASSERT_FALSE(secret);
  EXPECT_THAT(secret.error().message, HasSubstr("chmod"));
  EXPECT_THAT(secret.error().message, Not(HasSubstr("vox-key")));
}

TEST_F(SecretsTest, LetsTheGroupRead) { EXPECT_TRUE(read_file(write("vox-key", 0640))); }

TEST_F(SecretsTest, RefusesWhatIsNotThereOrEmptyOrTooLong) {
  EXPECT_FALSE(read_file(folder_ / "nothing"));
  EXPECT_FALSE(read_file(write("\n", 0600)));
  EXPECT_FALSE(read_file(write(std::string(5000, 'x'), 0600)));
  EXPECT_FALSE(read_file(folder_));
}

TEST_F(SecretsTest, FindsACredentialInSystemdsFolder) {
  write("vox-key", 0400);
  setenv("CREDENTIALS_DIRECTORY", folder_.c_str(), 1);
  EXPECT_EQ(read_secret({SecretReference::Kind::credential, "secret"}).value(), "vox-key");
  unsetenv("CREDENTIALS_DIRECTORY");
  auto outside = read_secret({SecretReference::Kind::credential, "secret"});
  ASSERT_FALSE(outside);
  EXPECT_THAT(outside.error().message, HasSubstr("LoadCredential"));
}

}  // namespace
}  // namespace dialerd::daemon
