// Timezones by their IANA names, and those of countries that have only one.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace date {
class time_zone;
}

namespace dialerd::daemon::import {

// nullptr: the system's database has no zone of that name, in that exact spelling. The machine's own setting
// ("localtime") is none. Throws std::runtime_error when the system has no timezone database.
const date::time_zone* find_timezone(std::string_view name);

// Which countries have which zones, by the IANA database (its file theory.html, "zone.tab"): a country's two letters
// are a region of libphonenumber too.
inline constexpr const char* country_zones_file = "/usr/share/zoneinfo/zone.tab";

struct CountryTimezone {
  std::optional<std::string> name;  // set when the country has exactly one
  std::string error;                // not empty: the file cannot be read
};

CountryTimezone timezone_of_country(std::string_view country, const std::filesystem::path& file = country_zones_file);

}  // namespace dialerd::daemon::import
