#include "daemon/plan/timeline.h"

#include <algorithm>
#include <utility>

#include <date/tz.h>

namespace dialerd::daemon::plan {
namespace {

using std::chrono::milliseconds;

date::zoned_time<std::chrono::seconds> zoned(const std::string& zone, WallTime time) {
  return date::make_zoned(zone, std::chrono::floor<std::chrono::seconds>(time));
}

}  // namespace

class Timeline::Zone {
 public:
  explicit Zone(const std::string& name) : zone_(date::locate_zone(name)) {}

  // The local hour that `time` is in. An hour that a clock change cuts short or lets begin twice is two.
  std::pair<WallTime, WallTime> hour(WallTime time) const {
    auto info = zone_->get_info(time);
    auto local = time.time_since_epoch() + info.offset;
    auto from = WallTime{std::chrono::floor<std::chrono::hours>(local) - info.offset};
    return {std::max<WallTime>(from, info.begin), std::min<WallTime>(from + std::chrono::hours{1}, info.end)};
  }

 private:
  const date::time_zone* zone_;
};

Timeline::Timeline(const std::string& zone) : zone_(std::make_unique<Zone>(zone)) {}
Timeline::~Timeline() = default;

Hour& Timeline::at(WallTime time) {
  if (hours_.empty() || time >= hours_.back().to) {
    auto [from, to] = zone_->hour(time);
    hours_.push_back(Hour{from, to});
  }
  return hours_.back();
}

void Timeline::spend(WallTime from, WallTime to, bool open, const std::vector<std::size_t>& held) {
  while (from < to) {
    Hour& hour = at(from);
    WallTime until = std::min(to, hour.to);
    if (open) hour.open += until - from;
    for (std::size_t place : held) {
      if (place >= hour.held.size()) hour.held.resize(place + 1);
      hour.held[place] += until - from;
    }
    from = until;
  }
}

std::string date_text(const std::string& zone, WallTime time) { return date::format("%a %Y-%m-%d", zoned(zone, time)); }
std::string time_text(const std::string& zone, WallTime time) { return date::format("%H:%M", zoned(zone, time)); }
std::string moment_text(const std::string& zone, WallTime time) {
  return date::format("%a %Y-%m-%d %H:%M %Z", zoned(zone, time));
}
std::string iso_text(const std::string& zone, WallTime time) {
  std::string text = date::format("%Y-%m-%dT%H:%M:%S%Ez", zoned(zone, time));
  return text;
}

}  // namespace dialerd::daemon::plan
