#pragma once

#include "config/campaign_config.h"
#include "config/diagnostics.h"
#include "config/document.h"

namespace dialerd::config {

// The `retry` section. A reason's policy is a word (retry, done, hold) or a map. The reasons are those of the provider,
// "other", and "short_conversation", which alone has `under`.
Retry read_retry(const Node& node, Diagnostics& diagnostics);

}  // namespace dialerd::config
