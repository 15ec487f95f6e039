// Holiday lists: dates on which nobody is called, in a file that says until when it is complete. Some are shipped with
// dialerd (config/holidays/) and embedded at build time; others lie beside the campaign that uses them.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/campaign_config.h"
#include "config/diagnostics.h"
#include "config/document.h"
#include "config/load.h"

namespace dialerd::config {

struct ShippedHolidays {
  std::string_view name;  // "kr"
  std::string_view title;
  std::string_view text;  // the YAML file, with its source
};

// All that are shipped, sorted by name. Valid for the program's whole life.
std::span<const ShippedHolidays> shipped_holidays();

struct HolidayList {
  std::string name;
  std::vector<ClosedDate> dates;        // as the file has them, each date once
  std::chrono::sys_days valid_until{};  // the last date that the list speaks of
};

// A list's text. `file` is what the messages call it.
Loaded<HolidayList> read_holiday_list(std::string_view text, const std::filesystem::path& file);

// A campaign's `holidays`: shipped lists by name, others by a path from the campaign's folder.
std::vector<HolidayList> read_holidays(const Node& node, Diagnostics& diagnostics);

// A campaign's `blackout_dates`: single dates, and stretches that are written out day by day here.
std::vector<ClosedDate> read_blackout_dates(const Node& node, Diagnostics& diagnostics);

// Sorted, each date once; the names of one date are joined.
std::vector<ClosedDate> merge(std::vector<ClosedDate> dates);

}  // namespace dialerd::config
