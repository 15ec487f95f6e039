// The forms of names that stand in both kinds of file.
#pragma once

#include <string_view>

#include "config/diagnostics.h"

namespace dialerd::config {

inline constexpr std::string_view name_pattern = "^[a-z0-9][a-z0-9_-]{0,62}$";

// Reports `text` at `at` if it is no name for an account or campaign: [a-z0-9][a-z0-9_-]{0,62}, fit for a file name, a
// metric label and a database column. `what` says whose name it is ("an account"). True if it is one.
bool check_name(std::string_view text, Position at, std::string_view what, Diagnostics& diagnostics);

}  // namespace dialerd::config
