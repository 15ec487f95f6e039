#include "campaign/weekly_hours.h"

#include <algorithm>

namespace dialerd::campaign {
namespace {

// The hours as parts of a day that neither overlap nor touch, in order.
std::vector<config::AllowedHours> united(std::span<const config::AllowedHours> hours) {
  std::vector<config::AllowedHours> sorted(hours.begin(), hours.end());
  std::ranges::sort(sorted, {}, &config::AllowedHours::from_minute);
  std::vector<config::AllowedHours> parts;
  for (const config::AllowedHours& part : sorted) {
    if (!parts.empty() && part.from_minute <= parts.back().to_minute) {
      parts.back().to_minute = std::max(parts.back().to_minute, part.to_minute);
    } else {
      parts.push_back(part);
    }
  }
  return parts;
}

}  // namespace

std::vector<config::CallingWindow> within_hours(const std::vector<config::CallingWindow>& windows,
                                                std::span<const config::AllowedHours> hours) {
  std::vector<config::CallingWindow> within;
  const std::vector<config::AllowedHours> parts = united(hours);
  for (const config::CallingWindow& window : windows) {
    for (const config::AllowedHours& part : parts) {
      config::CallingWindow common{window.weekday, std::max(window.from_minute, part.from_minute),
                                   std::min(window.to_minute, part.to_minute)};
      if (common.from_minute < common.to_minute) within.push_back(common);
    }
  }
  return within;
}

bool contains(std::span<const config::CallingWindow> windows, std::uint8_t weekday, std::chrono::minutes time_of_day) {
  return std::ranges::any_of(windows, [&](const config::CallingWindow& window) {
    return window.weekday == weekday && time_of_day.count() >= window.from_minute &&
           time_of_day.count() < window.to_minute;
  });
}

bool contains(std::span<const config::AllowedHours> hours, std::chrono::minutes time_of_day) {
  return std::ranges::any_of(hours, [&](const config::AllowedHours& part) {
    return time_of_day.count() >= part.from_minute && time_of_day.count() < part.to_minute;
  });
}

}  // namespace dialerd::campaign
