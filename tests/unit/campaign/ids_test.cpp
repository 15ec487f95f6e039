#include "campaign/ids.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace dialerd::campaign {
namespace {

using std::chrono::milliseconds;

TEST(AttemptId, IsAVersion7UuidOfItsMoment) {
  AttemptId id = make_attempt_id(WallTime{milliseconds{0x0190'1234'5678}}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10});
  EXPECT_EQ(to_string(id), "01901234-5678-7102-8304-05060708090a");
  EXPECT_EQ(created_at(id), WallTime{milliseconds{0x0190'1234'5678}});
}

TEST(AttemptId, RefusesWhatIsNoUuid) {
  EXPECT_FALSE(parse_attempt_id(""));
  EXPECT_FALSE(parse_attempt_id("01901234-5678-7102-8304-05060708090"));
  EXPECT_FALSE(parse_attempt_id("01901234x5678-7102-8304-05060708090a"));
  EXPECT_FALSE(parse_attempt_id("01901234-5678-7102-8304-05060708090g"));
}

RC_GTEST_PROP(AttemptId, TextAndBack, (std::array<std::uint8_t, 10> random)) {
  AttemptId id = make_attempt_id(WallTime{milliseconds{*rc::gen::inRange<std::int64_t>(0, 1LL << 47)}}, random);
  RC_ASSERT(parse_attempt_id(to_string(id)) == id);
}

RC_GTEST_PROP(AttemptId, LaterIsGreater, (std::array<std::uint8_t, 10> random)) {
  auto at = *rc::gen::inRange<std::int64_t>(0, 1LL << 47);
  RC_ASSERT(make_attempt_id(WallTime{milliseconds{at}}, random) < make_attempt_id(WallTime{milliseconds{at + 1}}, {}));
}

}  // namespace
}  // namespace dialerd::campaign
