#include "daemon/commands/table.h"

#include <sstream>

#include <gtest/gtest.h>

namespace dialerd::daemon::commands {
namespace {

std::string shown(const storage::Table& table) {
  std::ostringstream out;
  print(out, table);
  return out.str();
}

TEST(Table, AlignsNumbersToTheRightAndHangulByItsWidth) {
  EXPECT_EQ(shown({"Leads", {"name", "n"}, {{"한빛", "7"}, {"a", "1200"}}}),
            "Leads\n"
            "  name     n\n"
            "  한빛     7\n"
            "  a     1200\n\n");
}

TEST(Table, SaysWhenThereIsNothing) { EXPECT_EQ(shown({"Held", {"reason"}, {}}), "Held\n  reason\n  (nothing)\n\n"); }

}  // namespace
}  // namespace dialerd::daemon::commands
