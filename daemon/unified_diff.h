// The difference between two texts, line by line, in the unified format of diff(1).
#pragma once

#include <string>
#include <string_view>

namespace dialerd::daemon {

// Empty when they are the same. Without a header; three lines of context. Texts that differ in very many lines are
// shown as one replaced by the other.
std::string unified_diff(std::string_view before, std::string_view after);

}  // namespace dialerd::daemon
