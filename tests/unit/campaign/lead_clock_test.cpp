#include "campaign/lead_clock.h"

#include <gtest/gtest.h>

namespace dialerd::campaign {
namespace {

TEST(LeadClock, TextAndBack) {
  for (const char* text :
       {"", "America/New_York", "+night", "America/New_York+night", "Etc/GMT+9", "Etc/GMT+9+night"}) {
    EXPECT_EQ(to_string(parse_lead_clock(text)), text);
  }
}

TEST(LeadClock, NightIsWhatStandsBehindTheZone) {
  EXPECT_EQ(parse_lead_clock("Asia/Seoul+night"), (LeadClock{"Asia/Seoul", true}));
  EXPECT_EQ(parse_lead_clock("+night"), (LeadClock{"", true}));
  EXPECT_EQ(parse_lead_clock("Etc/GMT+9"), (LeadClock{"Etc/GMT+9", false})) << "a plus is part of some names";
  EXPECT_EQ(parse_lead_clock("+night/Asia"), (LeadClock{"+night/Asia", false}));
}

}  // namespace
}  // namespace dialerd::campaign
