#include "config/place.h"

#include <gtest/gtest.h>

namespace dialerd::config {
namespace {

constexpr std::string_view text = "agent: {id: abc}\nlimits:\n  per_hour: 7\nlist:\n  - a\n";

TEST(PlaceOf, IsTheValueOfAScalarAndTheKeyOfAllElse) {
  EXPECT_EQ(place_of(text, {"agent", "id"}), (Position{1, 13}));
  EXPECT_EQ(place_of(text, {"limits", "per_hour"}), (Position{3, 13}));
  EXPECT_EQ(place_of(text, {"limits"}), (Position{2, 1}));
  EXPECT_EQ(place_of(text, {"list"}), (Position{4, 1}));
}

TEST(PlaceOf, IsTheDeepestThatTheTextHas) {
  EXPECT_EQ(place_of(text, {"limits", "per_day"}), (Position{2, 1}));
  EXPECT_EQ(place_of(text, {"agent", "id", "more"}), (Position{1, 13}));
  EXPECT_EQ(place_of(text, {"nothing", "id"}), (Position{}));
  EXPECT_EQ(place_of("{", {"agent"}), (Position{}));
}

}  // namespace
}  // namespace dialerd::config
