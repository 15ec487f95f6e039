#pragma once

#include <optional>
#include <string>

#include "config/diagnostics.h"
#include "config/document.h"

namespace dialerd::config {

// `https://host[:port]`: a host name, an IPv4 address or an IPv6 address in brackets. Plain http is an error, since the
// API key travels with every request. The text is not repeated in messages, as a password may stand in it.
std::optional<std::string> read_base_url(const Node& node, Diagnostics& diagnostics);

}  // namespace dialerd::config
