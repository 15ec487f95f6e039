#include "campaign/period_clock.h"

#include <chrono>

#include <date/tz.h>

namespace dialerd::campaign {
namespace {

using LocalSeconds = date::local_time<std::chrono::seconds>;

template <typename Unit>
Period period(const date::time_zone& zone, WallTime at) {
  // The earlier reading of a name that comes twice begins the period; the later one is inside of it. In a gap both are
  // the moment of the change.
  auto begin = [&](LocalSeconds local) { return WallTime{zone.to_sys(local, date::choose::earliest)}; };
  auto name = date::floor<Unit>(zone.to_local(date::floor<std::chrono::seconds>(at)));
  Period found{begin(name), begin(name + Unit{1})};
  // A clock that is set back by more than a period shows names again that began before: what is left of them belongs
  // to the last.
  for (auto next = name + Unit{1}; found.to <= at; next += Unit{1}) found = {found.to, begin(next + Unit{1})};
  return found;
}

}  // namespace

PeriodClock::PeriodClock(const std::string& zone_name, PeriodUnit unit)
    : zone_(date::locate_zone(zone_name)), unit_(unit) {}

Period PeriodClock::period_at(WallTime at) const {
  switch (unit_) {
    case PeriodUnit::minute: {
      auto from = date::floor<std::chrono::minutes>(at);
      return {from, from + std::chrono::minutes{1}};
    }
    case PeriodUnit::hour:
      return period<std::chrono::hours>(*zone_, at);
    case PeriodUnit::day:
      break;
  }
  return period<date::days>(*zone_, at);
}

}  // namespace dialerd::campaign
