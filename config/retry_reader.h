#pragma once

#include "config/campaign_config.h"
#include "config/diagnostics.h"
#include "config/document.h"

namespace dialerd::config {

// The `retry` section. A reason's policy is a word (retry, done, hold) or a map with `retry` (delays) and `max`.
Retry read_retry(const Node& node, Diagnostics& diagnostics);

}  // namespace dialerd::config
