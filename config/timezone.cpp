#include "config/timezone.h"

#include <algorithm>
#include <exception>
#include <string_view>
#include <vector>

#include <date/tz.h>

#include "config/schema.h"
#include "config/shortage.h"
#include "config/values.h"

namespace dialerd::config {
namespace {

std::vector<std::string_view> zone_names() {
  std::vector<std::string_view> names;
  for (const date::time_zone& zone : date::get_tzdb().zones) {
    const std::string_view name = zone.name();
    if (!is_machine_setting(name)) names.push_back(name);
  }
  return names;
}

std::string_view city(std::string_view name) { return name.substr(name.rfind('/') + 1); }

bool equal_letters(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return (x | 0x20) == (y | 0x20); });
}

// A name without an area is only corrected when its letters are right ("seoul", "utc"): among the short old names
// ("EST", "ROK") nearly anything is near, and a wrong timezone calls people at night.
std::string remedy(std::string_view text, const std::vector<std::string_view>& names) {
  std::string otherwise = "use a name of the IANA timezone database, such as Asia/Seoul";
  if (text.find('/') == std::string_view::npos) {
    auto same = std::ranges::find_if(names, [&](std::string_view name) { return equal_letters(name, text); });
    if (same == names.end()) {
      same = std::ranges::find_if(names, [&](std::string_view name) { return equal_letters(city(name), text); });
    }
    return same == names.end() ? otherwise : "did you mean '" + std::string(*same) + "'?";
  }
  std::vector<std::string_view> with_area;
  std::ranges::copy_if(names, std::back_inserter(with_area),
                       [](std::string_view name) { return name.find('/') != std::string_view::npos; });
  return suggest(text, with_area, std::move(otherwise));
}

}  // namespace

bool is_machine_setting(std::string_view zone_name) {
  return zone_name == "localtime" || zone_name == "posixrules" || zone_name == "Factory";
}

void read_all_timezones() {
  // It is walked through folder by folder: America, America/Argentina, and a file in it.
  constexpr int deepest = 8;
  require_descriptors(deepest, "/usr/share/zoneinfo");
  for (const date::time_zone& zone : date::get_tzdb().zones) {
    try {
      zone.get_info(date::sys_seconds{});
    } catch (const std::exception&) {
      continue;  // whoever asks for it is told
    }
  }
}

std::optional<std::string> read_timezone(const Node& node, Diagnostics& diagnostics) {
  if (node.schema != nullptr) {
    node.schema->quoted_text("^[A-Za-z][A-Za-z0-9_+/-]*$");
    return std::nullopt;
  }
  auto text = read_text(node, "timezone", diagnostics);
  if (!text) return std::nullopt;
  try {
    const auto names = zone_names();
    if (std::ranges::find(names, *text) != names.end()) return text;
    diagnostics.add(node.at, "unknown timezone " + quote(*text), remedy(*text, names));
  } catch (const std::exception& error) {
    diagnostics.add(node.at, std::string("the system's timezone database cannot be read: ") + error.what(),
                    "install the package tzdata");
  }
  return std::nullopt;
}

}  // namespace dialerd::config
