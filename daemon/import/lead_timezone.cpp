#include "daemon/import/lead_timezone.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>

#include <date/tz.h>

#include "config/timezone.h"

namespace dialerd::daemon::import {

const date::time_zone* find_timezone(std::string_view name) {
  if (config::is_machine_setting(name)) return nullptr;
  const auto& zones = date::get_tzdb().zones;  // sorted by name
  const auto zone = std::ranges::lower_bound(
      zones, name, {}, [](const date::time_zone& candidate) { return std::string_view(candidate.name()); });
  return zone != zones.end() && zone->name() == name ? &*zone : nullptr;
}

// Lines of: country, coordinates, zone, comments, with tabs between them; # starts a comment.
CountryTimezone timezone_of_country(std::string_view country, const std::filesystem::path& file) {
  std::ifstream lines(file);
  CountryTimezone found;
  if (!lines) {
    found.error = file.string() + " cannot be read: " + std::strerror(errno);
    return found;
  }
  int zones = 0;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with('#') || !line.starts_with(std::string(country) + '\t')) continue;
    const std::size_t coordinates_end = line.find('\t', country.size() + 1);
    if (coordinates_end == std::string::npos) continue;
    ++zones;
    found.name = line.substr(coordinates_end + 1, line.find('\t', coordinates_end + 1) - coordinates_end - 1);
  }
  if (lines.bad()) found.error = file.string() + " cannot be read to its end";
  if (zones != 1 || !found.error.empty() || find_timezone(*found.name) == nullptr) found.name.reset();
  return found;
}

}  // namespace dialerd::daemon::import
