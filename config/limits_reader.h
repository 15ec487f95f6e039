#pragma once

#include "config/diagnostics.h"
#include "config/document.h"
#include "config/limits_config.h"

namespace dialerd::config {

// The `limits` of an account, a campaign or a caller number.
Limits read_limits(const Node& node, Diagnostics& diagnostics);

}  // namespace dialerd::config
