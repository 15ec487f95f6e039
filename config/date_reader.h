#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "config/diagnostics.h"
#include "config/document.h"

namespace dialerd::config {

// A civil date as ISO 8601 writes it, "2026-12-31", from 2000 to 2199. Read in whatever timezone a lead has.
std::optional<std::chrono::sys_days> read_date(const Node& node, std::string_view name, Diagnostics& diagnostics);

// "2026-12-31"
std::string date_text(std::chrono::sys_days date);

}  // namespace dialerd::config
