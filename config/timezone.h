#pragma once

#include <optional>
#include <string>

#include "config/diagnostics.h"
#include "config/document.h"

namespace dialerd::config {

// The name of a timezone in the system's IANA database, in its exact spelling. The machine's own setting ("localtime")
// is no name, since a campaign must not change its hours with the machine it runs on.
std::optional<std::string> read_timezone(const Node& node, Diagnostics& diagnostics);

}  // namespace dialerd::config
