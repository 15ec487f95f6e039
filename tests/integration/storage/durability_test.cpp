#include "storage/durability.h"

#include "storage_fixture.h"

#include "storage/transaction.h"

namespace dialerd::test {
namespace {

using storage::ErrorKind;

std::vector<std::string> settings_of(const std::vector<storage::DurabilityFault>& faults) {
  std::vector<std::string> names;
  for (const auto& fault : faults) names.push_back(fault.setting);
  return names;
}

// The tests' cluster runs without fsync (tests/support/CMakeLists.txt).
class Durability : public ::testing::Test {
 protected:
  TestDatabase database_;
};

TEST_F(Durability, AServerWithoutFsyncIsFoundOut) {
  const auto faults = must(storage::durability_faults(database_.settings()));
  ASSERT_EQ(settings_of(faults), std::vector<std::string>{"fsync"});
  EXPECT_EQ(storage::words_of(faults), "fsync is off (set fsync = on in postgresql.conf, and reload)");
}

TEST_F(Durability, SoIsASynchronousCommitThatOnlyOthersWouldGet) {
  database_.rows("alter database " + database_.name() + " set synchronous_commit = off");
  EXPECT_EQ(settings_of(must(storage::durability_faults(database_.settings()))),
            (std::vector<std::string>{"fsync", "synchronous_commit"}));
  // What dialerd's own sessions get is on all the same.
  storage::Session session(database_.settings());
  must(session.run("looking", [](storage::Transaction& transaction) -> storage::Result<void> {
    EXPECT_EQ(settings_of(storage::durability_faults(transaction)), std::vector<std::string>{"fsync"});
    return {};
  }));
}

TEST_F(Durability, ASessionThatInsistsHasNoUseForSuchAServer) {
  storage::SessionSettings settings = database_.settings();
  settings.must_be_durable = true;
  storage::Session session(settings);
  for (int i = 0; i < 2; ++i) {
    const auto time = session.database_time();
    ASSERT_TRUE(time.has_error());
    EXPECT_EQ(time.error().kind, ErrorKind::unavailable) << "what is to be written waits for another server";
    EXPECT_NE(time.error().message.find("fsync"), std::string::npos) << time.error().message;
  }
}

}  // namespace
}  // namespace dialerd::test
