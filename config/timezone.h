#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "config/diagnostics.h"
#include "config/document.h"

namespace dialerd::config {

// Names in the system's database that are the machine's own setting ("localtime"), or nothing ("Factory").
bool is_machine_setting(std::string_view zone_name);

// The name of a timezone in the system's IANA database, in its exact spelling. The machine's own setting ("localtime")
// is no name, since a campaign must not change its hours with the machine it runs on.
std::optional<std::string> read_timezone(const Node& node, Diagnostics& diagnostics);

}  // namespace dialerd::config
