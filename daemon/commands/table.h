// A report's table as text for a terminal.
#pragma once

#include <iosfwd>

#include "storage/report.h"

namespace dialerd::daemon::commands {

// Columns are aligned by what a terminal shows: a Hangul or Han character is two wide. Numbers stand to the right.
void print(std::ostream& out, const storage::Table& table);

}  // namespace dialerd::daemon::commands
