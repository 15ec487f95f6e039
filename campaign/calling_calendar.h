// When calls may start, by the calling windows of a campaign and the clock of its timezone.
//
// Where the local clock is ambiguous or skips (a change to or from daylight saving time), a window is the shorter of
// its two readings: it opens at the later instant and closes at the earlier one. Not thread-safe (it remembers the
// current stretch).
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "campaign/time.h"
#include "config/campaign_config.h"

namespace date {
class time_zone;
}

namespace dialerd::campaign {

// Calls may start from `from` on and before `to`.
struct Stretch {
  WallTime from;
  WallTime to;
};

class CallingCalendar {
 public:
  // Precondition: the timezone exists and the windows are sorted and do not overlap (config has checked both).
  // `margin`: no call starts later than this before a close, because an accepted call cannot be taken back.
  CallingCalendar(const std::string& zone_name, std::vector<config::CallingWindow> windows,
                  std::chrono::seconds margin);

  bool open(WallTime at) const;
  // `at` itself when open. nullopt: no window opens within three weeks.
  std::optional<WallTime> next_opening(WallTime at) const;

 private:
  // The open stretch that ends after `at`: it contains `at`, or is the next one. Windows that touch are one stretch.
  std::optional<Stretch> stretch_after(WallTime at) const;

  const date::time_zone* zone_;
  std::vector<config::CallingWindow> windows_;
  std::chrono::milliseconds margin_;
  mutable std::optional<Stretch> current_;  // the last answer of stretch_after ...
  mutable WallTime current_since_{};        // ... and for which `at` it holds: from then on
  mutable WallTime current_until_{};        // ... and before this
};

}  // namespace dialerd::campaign
