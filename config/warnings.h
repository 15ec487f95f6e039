// What a configuration allows and its author has most likely not meant: told by `dialerd check`, and by a daemon that
// starts or reads its files again. Nothing here keeps a file from being used.
#pragma once

#include <chrono>
#include <filesystem>
#include <string_view>
#include <vector>

#include "config/diagnostics.h"
#include "config/load.h"

namespace dialerd::config {

// A pattern that finds no campaign file, limits that contradict each other, a drain that is shorter than an answer may
// take, a status page that is open to others, files that do not exist. Blocking look-ups of files.
std::vector<Diagnostic> warnings_of(const DaemonConfig& daemon);

// A campaign that will call nobody in the coming year, and limits that can never be reached. `today`: the date in UTC.
// Pure.
std::vector<Diagnostic> warnings_of(const CampaignConfig& campaign, const std::filesystem::path& file,
                                    std::chrono::sys_days today);

// All of a daemon's files. `files` runs parallel to `campaigns`.
std::vector<Diagnostic> warnings_of(const DaemonConfig& daemon, const std::vector<CampaignConfig>& campaigns,
                                    const std::vector<std::filesystem::path>& files);

// For this folder: limits of which one can never be reached. `path`: the keys down to `limits` in the text `source`.
void warn_of_limits(const Limits& limits, std::vector<std::string_view> path, std::string_view source,
                    Diagnostics& diagnostics);

}  // namespace dialerd::config
