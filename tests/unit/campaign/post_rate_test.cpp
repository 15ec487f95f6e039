#include "campaign/post_rate.h"

#include <gtest/gtest.h>

namespace dialerd::campaign {
namespace {

using namespace std::chrono_literals;

MonoTime at(std::chrono::milliseconds ms) { return MonoTime{} + 1h + ms; }

TEST(PostRate, NothingWasAnsweredAtFirst) {
  PostRate rate;
  EXPECT_EQ(rate.within_span(at(0ms)), 0);
  EXPECT_EQ(rate.within_span(at(1h)), 0);
}

TEST(PostRate, TellsTheLatestWholeSpanWhileTheNextOneIsYoung) {
  PostRate rate;
  for (auto ms = 0ms; ms < PostRate::span; ++ms) rate.answered(at(ms));
  EXPECT_EQ(rate.within_span(at(PostRate::span + 1ms)), PostRate::span.count());
}

TEST(PostRate, RisesAtOnce) {
  PostRate rate;
  rate.answered(at(0ms));
  for (int i = 0; i < 100; ++i) rate.answered(at(1ms));
  EXPECT_EQ(rate.within_span(at(2ms)), 101);
}

TEST(PostRate, ForgetsWhatIsTwoSpansAgo) {
  PostRate rate;
  for (int i = 0; i < 100; ++i) rate.answered(at(0ms));
  EXPECT_EQ(rate.within_span(at(2 * PostRate::span - 1ms)), 100);
  EXPECT_EQ(rate.within_span(at(2 * PostRate::span)), 0);
}

}  // namespace
}  // namespace dialerd::campaign
