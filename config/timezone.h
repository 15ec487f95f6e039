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

// Reads the data of every timezone now, some milliseconds and megabytes. Else a zone's file is opened when the first
// lead of it comes, perhaps when the process has no descriptor left. What cannot be read is left for later. Throws
// std::system_error (config/shortage.h) when there is none now, for the database would look as if it were empty; so
// call it before anything asks for a timezone.
void read_all_timezones();

}  // namespace dialerd::config
