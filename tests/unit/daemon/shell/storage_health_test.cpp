#include "daemon/storage_health.h"

#include <gtest/gtest.h>

namespace dialerd::daemon {
namespace {

using namespace std::chrono_literals;

class Health : public ::testing::Test {
 protected:
  const campaign::MonoTime begin_{};
  StorageHealth health_{40s};
};

TEST_F(Health, AFailureIsNewsOnceUntilItIsOver) {
  EXPECT_EQ(health_.failure(), "");
  EXPECT_TRUE(health_.failed(StorageUse::claims, begin_, "no connection"));
  EXPECT_FALSE(health_.failed(StorageUse::claims, begin_ + 1s, "still no connection"));
  EXPECT_EQ(health_.failure(), "still no connection");
  EXPECT_TRUE(health_.worked(StorageUse::claims));
  EXPECT_EQ(health_.failure(), "");
  EXPECT_FALSE(health_.worked(StorageUse::claims)) << "no news";
  EXPECT_TRUE(health_.failed(StorageUse::claims, begin_ + 2s, "no connection"));
}

// A full disk: reading works, writing does not.
TEST_F(Health, OneUseThatWorksDoesNotSpeakForAnother) {
  health_.failed(StorageUse::webhook_writes, begin_, "disk full");
  for (const StorageUse use : {StorageUse::claims, StorageUse::writes, StorageUse::ownership, StorageUse::controls,
                               StorageUse::resolutions, StorageUse::webhook_reads}) {
    EXPECT_FALSE(health_.worked(use));
    EXPECT_EQ(health_.failure(), "disk full");
  }
  EXPECT_TRUE(health_.worked(StorageUse::webhook_writes));
}

TEST_F(Health, AllMustWorkBeforeItIsOver) {
  EXPECT_TRUE(health_.failed(StorageUse::claims, begin_, "a"));
  EXPECT_TRUE(health_.failed(StorageUse::ownership, begin_, "b"));
  EXPECT_FALSE(health_.worked(StorageUse::claims));
  EXPECT_EQ(health_.failure(), "b");
  EXPECT_TRUE(health_.worked(StorageUse::ownership));
}

TEST_F(Health, WhatIsNotTriedAgainIsForgotten) {
  health_.failed(StorageUse::claims, begin_, "a");
  health_.failed(StorageUse::writes, begin_ + 10s, "b");
  EXPECT_FALSE(health_.forget_old(begin_ + 40s));
  EXPECT_EQ(health_.failure(), "a");
  EXPECT_FALSE(health_.forget_old(begin_ + 41s)) << "another one is left";
  EXPECT_EQ(health_.failure(), "b");
  health_.failed(StorageUse::writes, begin_ + 45s, "b, again");
  EXPECT_FALSE(health_.forget_old(begin_ + 60s)) << "it is tried, and fails";
  EXPECT_TRUE(health_.forget_old(begin_ + 86s));
  EXPECT_EQ(health_.failure(), "");
  EXPECT_FALSE(health_.forget_old(begin_ + 200s));
}

}  // namespace
}  // namespace dialerd::daemon
