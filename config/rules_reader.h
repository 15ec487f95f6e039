// The keys that say whom may be called when, which a campaign and a policy pack have in common: allowed_hours,
// called_party_time, frequency_caps, lock_outs, consent, suppression.
#pragma once

#include <string>

#include "config/diagnostics.h"
#include "config/map_reader.h"
#include "config/rules_config.h"

namespace dialerd::config {

// Whether each rule must say where it comes from (`source`), as those of a policy pack do, or may.
enum class Sources { optional, required };

// Reads these keys of a file's top level, `map`; the caller reads the others and finishes it.
Rules read_rules(MapReader& map, std::string origin, Sources sources, Diagnostics& diagnostics);

// True if it says nothing, so that it holds for every call.
bool is_empty(const Rules& rules);

}  // namespace dialerd::config
