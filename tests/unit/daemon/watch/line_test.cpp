#include "daemon/watch/line.h"

#include <gtest/gtest.h>

#include "daemon/text/utf8.h"

namespace dialerd::daemon::watch {
namespace {

TEST(WatchLine, NeverWiderThanItMayBe) {
  Line line(7);
  line.add("봄 갱신").add("x");
  EXPECT_EQ(line.text(), "봄 갱신");
  EXPECT_EQ(line.columns(), 7U);
}

TEST(WatchLine, FieldsLineUpWhateverTheScript) {
  for (const char* name : {"spring", "봄 갱신", "東京オリンピック", ""}) {
    Line line(40);
    line.add_left(name, 10).add("|").add_right("12", 5).add("|");
    EXPECT_EQ(line.columns(), 17U) << name;
    EXPECT_EQ(text::columns(line.text()), 17U) << name;
  }
}

TEST(WatchLine, StylesTakeNoColumns) {
  Line line(20);
  line.add("a", Style::red).add("b");
  EXPECT_EQ(line.text(), "ab");
  EXPECT_EQ(line.styled(Colours::on), "\x1b[1;31ma\x1b[0mb");
}

TEST(WatchLine, WithoutColoursWhatIsBadIsBold) {
  Line line(20);
  line.add("a", Style::red).add("b", Style::yellow).add("c", Style::green).add("d", Style::blue);
  line.add("e", Style::dim).add("f", Style::reverse);
  EXPECT_EQ(line.styled(Colours::off), "\x1b[1ma\x1b[0mbcd\x1b[2me\x1b[0m\x1b[7mf\x1b[0m");
}

TEST(WatchLine, NothingThatATerminalWouldObey) {
  Line line(40);
  line.add("\x1b[2J\n\u009b2J");
  EXPECT_EQ(line.styled(Colours::on), "\uFFFD[2J\uFFFD\uFFFD2J");
}

TEST(WatchBar, IsFilledInEighths) {
  EXPECT_EQ(bar(0, 4), "····");
  EXPECT_EQ(bar(1, 4), "████");
  EXPECT_EQ(bar(0.5, 4), "██··");
  EXPECT_EQ(bar(0.5 + 1.0 / 32, 4), "██▏·");
  EXPECT_EQ(bar(0.000001, 4), "▏···") << "something is not nothing";
  EXPECT_EQ(bar(17, 4), "████");
  EXPECT_EQ(bar(-1, 4), "····");
}

}  // namespace
}  // namespace dialerd::daemon::watch
