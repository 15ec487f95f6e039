// FairShare by what it promises, with members, wants and grants at random.
#include <algorithm>
#include <cstdint>
#include <numeric>
#include <random>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "ratelimit/fair_share.h"

namespace dialerd::ratelimit {
namespace {

using Counts = std::vector<std::int64_t>;

constexpr std::int64_t much = 1'000'000'000;

struct Members {
  FairShare share;
  Counts weights;
  Counts priorities;
};

Members random_members(std::mt19937_64& random, std::size_t n, std::int64_t weight_max, std::int64_t priorities) {
  Members made;
  for (std::size_t i = 0; i < n; ++i) {
    made.weights.push_back(1 + static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(weight_max)));
    made.priorities.push_back(static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(priorities)));
    made.share.add(made.weights.back(), made.priorities.back());
  }
  return made;
}

Counts random_wants(std::mt19937_64& random, std::size_t n) {
  Counts wants(n);
  for (std::int64_t& want : wants) {
    if (random() % 3 > 0) want = static_cast<std::int64_t>(random() % (random() % 2 == 0 ? 5 : 200));
    if (random() % 8 == 0) want = FairShare::busy;
  }
  return wants;
}

RC_GTEST_PROP(FairShare, EveryPermitGoesToSomebodyWhileAnybodyWantsOne, ()) {
  std::mt19937_64 random(*rc::gen::arbitrary<std::uint64_t>());
  Members members = random_members(random, 1 + random() % 30, 1000, 10);
  for (int i = 0; i < 100; ++i) {
    Counts wants = random_wants(random, members.weights.size());
    auto permits = static_cast<std::int64_t>(random() % 1500);
    Counts got = members.share.grant(permits, wants);
    std::int64_t wanted = 0;
    for (std::size_t m = 0; m < wants.size(); ++m) {
      RC_ASSERT(got[m] >= 0);
      RC_ASSERT(got[m] <= std::max<std::int64_t>(0, wants[m]));
      wanted += std::max<std::int64_t>(0, wants[m]);
    }
    RC_ASSERT(std::accumulate(got.begin(), got.end(), std::int64_t{0}) == std::min(permits, wanted));
    std::size_t giver = random() % wants.size();
    members.share.give_back(giver, got[giver] / 2);
  }
}

// Granting many together is the same as granting one by one.
RC_GTEST_PROP(FairShare, AGrantIsTheSumOfItsPermits, ()) {
  std::mt19937_64 random(*rc::gen::arbitrary<std::uint64_t>());
  Members members = random_members(random, 1 + random() % 12, random() % 2 == 0 ? 3 : 1000,
                                   1 + static_cast<std::int64_t>(random() % 3));
  FairShare one_by_one = members.share;
  for (int i = 0; i < 20; ++i) {
    Counts wants = random_wants(random, members.weights.size());
    auto permits = static_cast<std::int64_t>(random() % 1500);
    Counts together = members.share.grant(permits, wants);
    Counts sum(wants.size());
    // A member that has all it wants is busy and not idle until the grant is over.
    for (std::int64_t p = 0; p < permits; ++p) {
      Counts left(wants);
      for (std::size_t m = 0; m < left.size(); ++m) {
        if (left[m] > 0 && (left[m] -= sum[m]) == 0) left[m] = FairShare::busy;
      }
      Counts got = one_by_one.grant(1, left);
      for (std::size_t m = 0; m < got.size(); ++m) sum[m] += got[m];
    }
    if (permits == 0) one_by_one.grant(0, wants);
    RC_ASSERT(sum == together);
  }
}

RC_GTEST_PROP(FairShare, MembersThatWantAllAlongShareByWeight, ()) {
  std::mt19937_64 random(*rc::gen::arbitrary<std::uint64_t>());
  Members members = random_members(random, 2 + random() % 20, 1000, 1);
  std::size_t n = members.weights.size();
  std::int64_t all = std::accumulate(members.weights.begin(), members.weights.end(), std::int64_t{0});
  Counts got(n);
  std::int64_t permits = 0;
  for (int i = 0; i < 200; ++i) {
    auto some = static_cast<std::int64_t>(random() % (random() % 20 == 0 ? 5000 : 30));
    permits += some;
    Counts now = members.share.grant(some, Counts(n, much));
    for (std::size_t m = 0; m < n; ++m) {
      got[m] += now[m];
      double due = static_cast<double>(permits) * static_cast<double>(members.weights[m]) / static_cast<double>(all);
      // One permit for each member that is a little early, and the rounding of the weights.
      RC_ASSERT(std::abs(static_cast<double>(got[m]) - due) <= static_cast<double>(n) + 1 + due * 0.0002);
    }
  }
}

// Two permits of a member that wants all along are not further apart than stated, whatever the others do.
RC_GTEST_PROP(FairShare, NoMemberWaitsLongerThanItsBoundWithinAPriority, ()) {
  std::mt19937_64 random(*rc::gen::arbitrary<std::uint64_t>());
  Members members = random_members(random, 2 + random() % 20, 1000, 1);
  std::size_t n = members.weights.size();
  std::int64_t bound = 0;
  for (std::size_t m = 1; m < n; ++m) bound += members.weights[m] / members.weights[0] + 2;
  std::int64_t waited = 0;
  for (int i = 0; i < 5000; ++i) {
    Counts wants(n);
    wants[0] = much;
    for (std::size_t m = 1; m < n; ++m) wants[m] = random() % 4 == 0 ? 0 : much;
    waited = members.share.grant(1, wants)[0] == 1 ? 0 : waited + 1;
    RC_ASSERT(waited <= bound);
  }
}

// Of any `starvation_bound` consecutive permits, at least one goes to each priority that wants.
RC_GTEST_PROP(FairShare, NoPriorityStarves, ()) {
  std::mt19937_64 random(*rc::gen::arbitrary<std::uint64_t>());
  Members members = random_members(random, 1 + random() % 40, 1000, 10);
  std::size_t n = members.weights.size();
  std::vector<bool> sleeps(n);
  Counts waited(10);
  for (int i = 0; i < 3000; ++i) {
    if (random() % 30 == 0) sleeps[random() % n] = random() % 3 == 0;
    Counts wants(n);
    std::vector<bool> wanting(10);
    for (std::size_t m = 0; m < n; ++m) {
      if (sleeps[m]) continue;
      wants[m] = 1 + static_cast<std::int64_t>(random() % 3);
      wanting[static_cast<std::size_t>(members.priorities[m])] = true;
    }
    Counts got = members.share.grant(1, wants);
    std::int64_t served = -1;
    for (std::size_t m = 0; m < n; ++m) {
      if (got[m] > 0) served = members.priorities[m];
    }
    for (std::size_t p = 0; p < 10; ++p) {
      waited[p] = !wanting[p] || static_cast<std::int64_t>(p) == served ? 0 : waited[p] + 1;
      RC_ASSERT(waited[p] < FairShare::starvation_bound);
    }
  }
}

// k members of equal weight below one that wants everything: each at least once in k * starvation_bound permits.
RC_GTEST_PROP(FairShare, StarvingMembersOfEqualWeightAreServedInTurn, ()) {
  auto k = *rc::gen::inRange<std::size_t>(1, 60);
  FairShare share;
  share.add(1, 9);
  for (std::size_t m = 0; m < k; ++m) share.add(10, *rc::gen::inRange(0, 9) % 2);
  Counts wants(k + 1, much);
  Counts waited(k + 1);
  for (std::size_t i = 0; i < 4 * k * 64; ++i) {
    Counts got = share.grant(1, wants);
    for (std::size_t m = 1; m <= k; ++m) {
      waited[m] = got[m] > 0 ? 0 : waited[m] + 1;
      RC_ASSERT(waited[m] < static_cast<std::int64_t>(k) * FairShare::starvation_bound);
    }
  }
}

}  // namespace
}  // namespace dialerd::ratelimit
