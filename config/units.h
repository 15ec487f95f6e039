// Durations, sizes and percentages as a YAML file writes them: a number is never without its unit.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dialerd::config {

// "500ms", "30s", "1h30m", "1d": whole numbers with d, h, m, s, ms, the larger unit first, each at most once. Absent
// for anything else, and for more than 100,000 days.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

// The shortest text that parse_duration reads back as `duration`, which must not be negative.
std::string format_duration(std::chrono::milliseconds duration);

// "512B", "64KiB", "4MiB", "1GiB" in bytes. Absent for anything else, and for more than 1024 GiB.
std::optional<std::int64_t> parse_size(std::string_view text);

// The text in the largest unit that divides `bytes`, which must not be negative.
std::string format_size(std::int64_t bytes);

// "10%" as 10: a whole number of at most six digits. Absent for anything else.
std::optional<std::int64_t> parse_percent(std::string_view text);

std::string format_percent(std::int64_t percent);

// Digits alone: what a person writes who forgot the unit.
bool is_bare_number(std::string_view text);

}  // namespace dialerd::config
