// What happened in each hour of a forecast, by the clock of the campaign's timezone.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "campaign/time.h"

namespace dialerd::daemon::plan {

using campaign::WallTime;

struct Hour {
  WallTime from{};
  WallTime to{};
  std::int64_t calls = 0;
  std::int64_t conversations = 0;
  std::chrono::milliseconds open{0};              // a lead's calling window was open
  std::vector<std::chrono::milliseconds> held{};  // by what held calls back: places in Forecast::holds
};

class Timeline {
 public:
  // Precondition: the timezone exists.
  explicit Timeline(const std::string& zone);
  ~Timeline();

  Hour& at(WallTime time);
  // From `from` to `to` the campaign's windows were open or not, and these held calls back.
  void spend(WallTime from, WallTime to, bool open, const std::vector<std::size_t>& held);

  std::vector<Hour> take() { return std::move(hours_); }

 private:
  class Zone;
  std::unique_ptr<Zone> zone_;
  std::vector<Hour> hours_;  // in the order of time, those in which something happened
};

// A moment by a timezone's clock.
std::string date_text(const std::string& zone, WallTime time);    // "Wed 2026-11-25"
std::string time_text(const std::string& zone, WallTime time);    // "09:00"
std::string moment_text(const std::string& zone, WallTime time);  // "Wed 2026-11-25 09:00 KST"
std::string iso_text(const std::string& zone, WallTime time);     // "2026-11-25T09:00:00+09:00"

}  // namespace dialerd::daemon::plan
