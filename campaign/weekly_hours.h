// Arithmetic on weekly windows: local minutes, no timezone. Thread-safe (no state).
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <vector>

#include "config/campaign_config.h"
#include "config/rules_config.h"

namespace dialerd::campaign {

// What of the windows lies in one of the daily hours (which may overlap). Sorted and not overlapping, like `windows`.
std::vector<config::CallingWindow> within_hours(const std::vector<config::CallingWindow>& windows,
                                                std::span<const config::AllowedHours> hours);

bool contains(std::span<const config::CallingWindow> windows, std::uint8_t weekday, std::chrono::minutes time_of_day);
bool contains(std::span<const config::AllowedHours> hours, std::chrono::minutes time_of_day);

}  // namespace dialerd::campaign
