#pragma once

#include <filesystem>
#include <vector>

#include "config/diagnostics.h"
#include "config/document.h"

namespace dialerd::config {

// The `campaigns` list: paths and glob(7) patterns, relative ones from `folder`. Matches of a pattern come sorted, a
// file that is named twice comes once. A pattern may match nothing; a plain path must be a file.
std::vector<std::filesystem::path> read_campaign_files(const Node& node, const std::filesystem::path& folder,
                                                       Diagnostics& diagnostics);

}  // namespace dialerd::config
