#include "campaign/calling_calendar.h"

#include <algorithm>

#include <date/tz.h>

namespace dialerd::campaign {
namespace {

// Far enough for any weekly window, one swallowed by a clock change included.
constexpr int days_ahead = 21;
// A stretch that is still open at the end of those days may go on: the answer is used for this long and then sought
// anew.
constexpr date::days reuse_days{7};

WallTime to_wall(const date::time_zone& zone, date::local_days day, int minute, date::choose choose) {
  date::local_time<std::chrono::milliseconds> local = day + std::chrono::minutes{minute};
  return zone.to_sys(local, choose);
}

}  // namespace

CallingCalendar::CallingCalendar(const std::string& zone_name, std::vector<config::CallingWindow> windows,
                                 std::chrono::seconds margin)
    : zone_(date::locate_zone(zone_name)), windows_(std::move(windows)), margin_(margin) {}

std::optional<Stretch> CallingCalendar::stretch_after(WallTime at) const {
  if (current_ && at >= current_since_ && at < current_until_) return current_;

  auto today = date::floor<date::days>(zone_->to_local(at));
  std::optional<Stretch> found;
  for (int i = -1; i <= days_ahead; ++i) {
    date::local_days day = today + date::days{i};
    auto weekday = date::weekday{day}.iso_encoding();
    for (const config::CallingWindow& window : windows_) {
      if (window.weekday != weekday) continue;
      Stretch stretch{to_wall(*zone_, day, window.from_minute, date::choose::latest),
                      to_wall(*zone_, day, window.to_minute, date::choose::earliest)};
      if (stretch.to <= stretch.from) continue;
      if (found && stretch.from <= found->to) {
        found->to = std::max(found->to, stretch.to);
      } else if (found && found->to > at) {
        current_ = found;
        current_since_ = at;
        current_until_ = found->to;
        return found;
      } else {
        found = stretch;
      }
    }
  }
  if (found && found->to <= at) found.reset();
  current_ = found;
  current_since_ = at;
  current_until_ = found ? std::min<WallTime>(found->to, at + reuse_days) : at;
  return found;
}

bool CallingCalendar::open(WallTime at) const {
  auto stretch = stretch_after(at);
  return stretch && stretch->from <= at && at + margin_ < stretch->to;
}

std::optional<WallTime> CallingCalendar::next_opening(WallTime at) const {
  if (open(at)) return at;
  auto stretch = stretch_after(at);
  // Inside the margin before a close: the one after. A stretch shorter than the margin never opens.
  while (stretch && (stretch->from <= at || stretch->to - stretch->from <= margin_)) {
    at = std::max(at, stretch->to);
    stretch = stretch_after(at);
  }
  return stretch ? std::optional{stretch->from} : std::nullopt;
}

}  // namespace dialerd::campaign
