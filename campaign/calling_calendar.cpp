#include "campaign/calling_calendar.h"

#include <algorithm>

#include <date/tz.h>

namespace dialerd::campaign {
namespace {

using LocalMinutes = date::local_time<std::chrono::minutes>;

// A closure of more than a year is the campaign's end.
constexpr int days_ahead = 400;
// An answer is used for this long and then sought anew, because a stretch may go on beyond the days that were looked
// at: more than a day further than that.
constexpr date::days reuse_days{7};
constexpr date::days stretch_days{9};

date::local_days local_days_of(std::chrono::sys_days date) {
  return date::local_days{date::days{date.time_since_epoch().count()}};
}

std::chrono::sys_days date_of(date::local_days day) {
  return std::chrono::sys_days{std::chrono::days{day.time_since_epoch().count()}};
}

date::local_days local_day(const date::time_zone& zone, WallTime at) {
  return date::floor<date::days>(zone.to_local(at));
}

WallTime to_wall(const date::time_zone& zone, LocalMinutes local, date::choose choose) {
  return zone.to_sys(local, choose);
}

}  // namespace

CallingCalendar::CallingCalendar(const std::string& zone_name, std::vector<config::CallingWindow> windows,
                                 std::chrono::seconds margin, std::shared_ptr<const CalendarDates> dates)
    : zone_(date::locate_zone(zone_name)),
      windows_(std::move(windows)),
      margin_(margin),
      dates_(dates ? std::move(dates) : std::make_shared<const CalendarDates>()) {}

CallingCalendar::Memory CallingCalendar::find_stretch(WallTime at) const {
  date::local_days today = local_day(*zone_, at);
  // Yesterday's last window may still be open.
  date::local_days first = today - date::days{1};
  if (dates_->start) first = std::max(first, local_days_of(*dates_->start));
  date::local_days last = first + date::days{days_ahead};
  for (const auto& bound : {dates_->end, dates_->known_until}) {
    if (bound) last = std::min(last, local_days_of(*bound));
  }

  std::optional<Stretch> found;
  std::optional<std::pair<LocalMinutes, LocalMinutes>> local;  // windows that touch, joined
  // Turns `local` into the answer, if it is one.
  auto finish = [&] {
    if (!local) return false;
    Stretch stretch{to_wall(*zone_, local->first, date::choose::latest),
                    to_wall(*zone_, local->second, date::choose::earliest) - margin_};
    if (stretch.to <= stretch.from || stretch.to <= at) return false;
    found = stretch;
    return true;
  };

  auto seek = [&] {
    for (date::local_days day = first; day <= last; day += date::days{1}) {
      if (date_closure(date_of(day)) != DateClosure::none) continue;
      auto weekday = date::weekday{day}.iso_encoding();
      for (const config::CallingWindow& window : windows_) {
        if (window.weekday != weekday) continue;
        LocalMinutes from = day + std::chrono::minutes{window.from_minute};
        LocalMinutes to = day + std::chrono::minutes{window.to_minute};
        if (local && from == local->second) {
          local->second = to;
        } else {
          if (finish()) return;
          local = {from, to};
        }
      }
      if (local && local->second > std::max<LocalMinutes>(today, local->first) + stretch_days) break;
    }
    finish();
  };
  seek();

  bool for_good = !found && last < first + date::days{days_ahead};
  WallTime until = for_good ? WallTime::max() : at + date::days{1};
  if (found) until = std::min<WallTime>(found->to, at + reuse_days);
  return {found, at, until};
}

const std::optional<Stretch>& CallingCalendar::recall(WallTime at, Memory& memory) const {
  if (at < memory.since || at >= memory.until) memory = find_stretch(at);
  return memory.stretch;
}

bool CallingCalendar::open(WallTime at) const {
  const auto& stretch = recall(at, now_);
  return stretch && stretch->from <= at;
}

std::optional<WallTime> CallingCalendar::next_opening(WallTime at) const {
  const auto& stretch = recall(at, planned_);
  return stretch ? std::optional{std::max(stretch->from, at)} : std::nullopt;
}

std::optional<Stretch> CallingCalendar::stretch_at(WallTime at) const { return recall(at, planned_); }

std::chrono::sys_days CallingCalendar::local_date(WallTime at) const { return date_of(local_day(*zone_, at)); }

std::chrono::minutes CallingCalendar::time_of_day(WallTime at) const {
  auto local = zone_->to_local(at);
  return date::floor<std::chrono::minutes>(local - date::floor<date::days>(local));
}

WallTime CallingCalendar::start_of_next_day(WallTime at) const {
  return to_wall(*zone_, local_day(*zone_, at) + date::days{1}, date::choose::latest);
}

WallTime CallingCalendar::next_time_of_day(WallTime at, std::chrono::minutes time) const {
  date::local_days day = local_day(*zone_, at);
  WallTime found = to_wall(*zone_, day + time, date::choose::latest);
  return found > at ? found : to_wall(*zone_, day + date::days{1} + time, date::choose::latest);
}

std::chrono::milliseconds CallingCalendar::open_time_left_today(WallTime at) const {
  WallTime end = start_of_next_day(at);
  std::chrono::milliseconds left{0};
  for (auto stretch = recall(at, now_); stretch && stretch->from < end;) {
    left += std::min(stretch->to, end) - std::max(stretch->from, at);
    at = stretch->to;
    if (at >= end) break;
    stretch = recall(at, planned_);
  }
  return left;
}

DateClosure CallingCalendar::date_closure(std::chrono::sys_days date) const {
  if (dates_->start && date < *dates_->start) return DateClosure::before_start;
  if (dates_->end && date > *dates_->end) return DateClosure::after_end;
  if (dates_->known_until && date > *dates_->known_until) return DateClosure::unknown;
  return std::ranges::binary_search(dates_->closed, date, {}, &config::ClosedDate::date) ? DateClosure::closed
                                                                                         : DateClosure::none;
}

std::string_view CallingCalendar::closed_date_name(std::chrono::sys_days date) const {
  auto found = std::ranges::lower_bound(dates_->closed, date, {}, &config::ClosedDate::date);
  return found != dates_->closed.end() && found->date == date ? std::string_view(found->name) : std::string_view();
}

}  // namespace dialerd::campaign
