#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "config/diagnostics.h"
#include "config/document.h"

namespace dialerd::config {

// The `campaigns` list: paths and glob(7) patterns, relative ones from `folder`. Matches of a pattern come sorted, a
// file that is named twice comes once. A pattern may match nothing; a plain path must be a file.
std::vector<std::filesystem::path> read_campaign_files(const Node& node, const std::filesystem::path& folder,
                                                       Diagnostics& diagnostics);

// The same list as patterns for glob(3), relative ones joined to `folder`. What is no text is left out.
std::vector<std::string> campaign_patterns(const Node& node, const std::filesystem::path& folder);

// One entry of the list as such a pattern.
std::string absolute_pattern(const std::string& text, const std::filesystem::path& folder);

// Whether any regular file has a name that glob(7) finds by it; true for what cannot be searched, which is told
// elsewhere.
bool matches_a_file(const std::string& pattern);

}  // namespace dialerd::config
