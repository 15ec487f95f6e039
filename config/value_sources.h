// What is sent with a call: `dynamic_variables` fill the agent's prompt, `metadata` comes back with the outcome. A
// value is a lead field's name, or {field: NAME}, or {literal: TEXT}.
#pragma once

#include <map>
#include <string>

#include "config/campaign_config.h"
#include "config/diagnostics.h"
#include "config/document.h"

namespace dialerd::config {

// Names that the provider fills itself are errors (POST /v3/calls, `dynamic_variables`).
std::map<std::string, ValueSource> read_dynamic_variables(const Node& node, Diagnostics& diagnostics);

// Keys with ':' are errors (the provider's filter writes key:value), and so is `attempt_id`, which dialerd fills
// itself.
std::map<std::string, ValueSource> read_metadata(const Node& node, Diagnostics& diagnostics);

}  // namespace dialerd::config
