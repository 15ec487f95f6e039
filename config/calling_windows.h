#pragma once

#include <chrono>
#include <vector>

#include "config/campaign_config.h"
#include "config/diagnostics.h"
#include "config/document.h"

namespace dialerd::config {

// The `calling_windows` list: each with `days` ("mon", "mon-fri", "daily" or a list of them), `from` and `to` ("09:00",
// as an end also "24:00"). A window across midnight becomes two. Sorted by weekday and start. Windows that overlap, or
// that are not longer than `margin` and so could never start a call, are errors.
std::vector<CallingWindow> read_calling_windows(const Node& node, std::chrono::seconds margin,
                                                Diagnostics& diagnostics);

}  // namespace dialerd::config
