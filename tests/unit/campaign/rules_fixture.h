// Shorthands for the tests of calling rules: moments in UTC, windows, a campaign.
#pragma once

#include <cstdint>
#include <sstream>
#include <string>
#include <vector>

#include <date/date.h>

#include "campaign/time.h"
#include "config/campaign_config.h"

namespace dialerd::campaign {

// "2026-11-24 10:59", in UTC.
inline WallTime utc(const std::string& text) {
  std::istringstream in(text);
  date::sys_seconds at;
  in >> date::parse("%Y-%m-%d %H:%M", at);
  if (in.fail()) throw std::invalid_argument(text);
  return at;
}

inline std::chrono::sys_days civil(int year, unsigned month, unsigned day) {
  return std::chrono::year_month_day{std::chrono::year{year}, std::chrono::month{month}, std::chrono::day{day}};
}

inline std::vector<config::CallingWindow> daily(std::uint16_t from, std::uint16_t to) {
  std::vector<config::CallingWindow> windows;
  for (std::uint8_t day = 1; day <= 7; ++day) windows.push_back({day, from, to});
  return windows;
}

// Every day from 09:00 to 20:00 in Seoul, without a margin.
inline config::CampaignConfig seoul_campaign() {
  config::CampaignConfig config;
  config.timezone = "Asia/Seoul";
  config.calling_windows = daily(9 * 60, 20 * 60);
  config.window_margin = std::chrono::seconds{0};
  return config;
}

}  // namespace dialerd::campaign
