#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "config/diagnostics.h"
#include "config/document.h"

namespace dialerd::config {

// Hours and minutes, "09:00", as minutes from midnight: the start and the end of a stretch of a day. An end may be
// "24:00", a start may not. A null node (the key is missing, which is reported elsewhere) gives nothing.
std::optional<std::uint16_t> read_from_time(const Node* node, Diagnostics& diagnostics);
std::optional<std::uint16_t> read_to_time(const Node* node, Diagnostics& diagnostics);

// "09:00"
std::string time_text(std::uint16_t minute);

}  // namespace dialerd::config
