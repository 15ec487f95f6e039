#include "ratelimit/fair_share.h"

#include <cstdint>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dialerd::ratelimit {
namespace {

using testing::ElementsAre;
using Counts = std::vector<std::int64_t>;

constexpr std::int64_t much = 1'000'000;

TEST(FairShare, DividesByWeight) {
  FairShare share;
  share.add(1, 0);
  share.add(2, 0);
  share.add(7, 0);
  EXPECT_THAT(share.grant(1000, Counts{much, much, much}), ElementsAre(100, 200, 700));
}

TEST(FairShare, OnePermitAtATimeComesToTheSame) {
  FairShare share;
  share.add(1, 0);
  share.add(3, 0);
  Counts sum{0, 0};
  for (int i = 0; i < 400; ++i) {
    Counts got = share.grant(1, Counts{5, 5});
    sum[0] += got[0];
    sum[1] += got[1];
  }
  EXPECT_THAT(sum, ElementsAre(100, 300));
}

TEST(FairShare, WhatOneDoesNotWantGoesToTheOthers) {
  FairShare share;
  share.add(1, 0);
  share.add(1, 0);
  EXPECT_THAT(share.grant(100, Counts{10, much}), ElementsAre(10, 90));
  EXPECT_THAT(share.grant(100, Counts{0, 60}), ElementsAre(0, 60));
}

TEST(FairShare, AnIdleMemberBanksNothing) {
  FairShare share;
  share.add(1, 0);
  share.add(1, 0);
  share.grant(1000, Counts{0, much});
  EXPECT_THAT(share.grant(100, Counts{much, much}), ElementsAre(51, 49));
}

TEST(FairShare, ABusyMemberKeepsItsPlace) {
  FairShare share;
  share.add(1, 0);
  share.add(1, 0);
  share.grant(2, Counts{much, much});
  EXPECT_THAT(share.grant(100, Counts{FairShare::busy, much}), ElementsAre(0, 100));
  EXPECT_THAT(share.grant(100, Counts{much, much}), ElementsAre(100, 0));
  EXPECT_THAT(share.grant(100, Counts{much, much}), ElementsAre(50, 50));
}

TEST(FairShare, ABusyMemberCatchesUpByALimitedNumberOfPermits) {
  FairShare share;
  share.add(1, 0);
  share.add(1, 0);
  share.grant(2, Counts{much, much});
  share.grant(100'000, Counts{FairShare::busy, much});
  Counts got = share.grant(2 * FairShare::lag_max, Counts{much, much});
  EXPECT_NEAR(static_cast<double>(got[0] - got[1]), FairShare::lag_max, 2);
}

TEST(FairShare, PermitsThatWereOfNoUseDoNotCount) {
  FairShare share;
  share.add(1, 0);
  share.add(1, 0);
  EXPECT_THAT(share.grant(100, Counts{much, much}), ElementsAre(50, 50));
  share.give_back(0, 20);
  EXPECT_THAT(share.grant(100, Counts{much, much}), ElementsAre(60, 40));
}

TEST(FairShare, AHigherPriorityIsServedFirst) {
  FairShare share;
  share.add(1000, 0);
  share.add(1, 5);
  EXPECT_THAT(share.grant(50, Counts{much, much}), ElementsAre(0, 50));
  EXPECT_THAT(share.grant(50, Counts{much, 30}), ElementsAre(20, 30));
}

TEST(FairShare, ALowerPriorityIsNotStarved) {
  FairShare share;
  share.add(1, 0);
  share.add(1, 9);
  Counts got = share.grant(64'000, Counts{much, much});
  EXPECT_GE(got[0], 1000);
  EXPECT_LE(got[0], 1250);
}

TEST(FairShare, TakesWantsAndPermitsWithoutLimit) {
  constexpr std::int64_t unlimited = std::numeric_limits<std::int64_t>::max();
  FairShare share;
  share.add(1, 0);
  share.add(3, 0);
  EXPECT_THAT(share.grant(unlimited, Counts{unlimited, 5}), ElementsAre(FairShare::permits_max - 5, 5));
}

}  // namespace
}  // namespace dialerd::ratelimit
