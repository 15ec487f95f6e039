#pragma once

#include <optional>
#include <string>

#include "config/diagnostics.h"

namespace dialerd::config {

// The whole text of the file that `diagnostics` is about: a regular file of at most 1 MiB. Reports why it cannot be
// read. Throws what throw_on_shortage throws.
std::optional<std::string> read_file_text(Diagnostics& diagnostics);

}  // namespace dialerd::config
