// When calls may start, by weekly windows and dates, and the clock of one timezone.
//
// Where the local clock is ambiguous or skips (a change to or from daylight saving time), a window is the shorter of
// its two readings: it opens at the later instant and closes at the earlier one. Windows that touch on the local clock
// are one stretch, across midnight too. Not thread-safe (it remembers the stretches that it was asked for last).
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "campaign/time.h"
#include "config/campaign_config.h"

namespace date {
class time_zone;
}

namespace dialerd::campaign {

// Calls may start from `from` on and before `to`: the margin before a close is already taken off. `from` of a stretch
// that opened more than a day before the moment asked for is not its opening, but lies before that moment.
struct Stretch {
  WallTime from;
  WallTime to;

  friend bool operator==(const Stretch&, const Stretch&) = default;
};

// Civil dates, each read in the calendar's timezone.
struct CalendarDates {
  std::vector<config::ClosedDate> closed;  // sorted by date, each once
  std::optional<std::chrono::sys_days> start;
  std::optional<std::chrono::sys_days> end;          // the last date with calls
  std::optional<std::chrono::sys_days> known_until;  // which later dates are closed is not known: all of them are
};

// Why a date has no calls at all, the first that applies.
enum class DateClosure : std::uint8_t {
  none,
  before_start,
  after_end,
  unknown,  // after known_until
  closed    // a closed date
};

class CallingCalendar {
 public:
  // Precondition: the timezone exists and the windows are sorted and do not overlap (config has checked both).
  // `margin`: no call starts later than this before a close, because an accepted call cannot be taken back.
  // `dates` is shared by a campaign's calendars; null: no dates are special.
  CallingCalendar(const std::string& zone_name, std::vector<config::CallingWindow> windows, std::chrono::seconds margin,
                  std::shared_ptr<const CalendarDates> dates = nullptr);

  bool open(WallTime at) const;
  // `at` itself when open. nullopt: nothing opens within 400 days (after the start date, if that is to come).
  std::optional<WallTime> next_opening(WallTime at) const;
  // The stretch that contains `at`, or the next one.
  std::optional<Stretch> stretch_at(WallTime at) const;

  // --- the local clock, whether open or not
  std::chrono::sys_days local_date(WallTime at) const;
  std::chrono::minutes time_of_day(WallTime at) const;
  // The later reading where midnight happens twice.
  WallTime start_of_next_day(WallTime at) const;
  // The next moment after `at` that the local clock shows `time` (the later reading where it happens twice).
  WallTime next_time_of_day(WallTime at, std::chrono::minutes time) const;
  // How long calls may start from `at` until the local day ends.
  std::chrono::milliseconds open_time_left_today(WallTime at) const;

  const std::vector<config::CallingWindow>& windows() const { return windows_; }
  DateClosure date_closure(std::chrono::sys_days date) const;
  // The name of a closed date; empty for another one.
  std::string_view closed_date_name(std::chrono::sys_days date) const;

 private:
  // An answer of find_stretch, and for which `at` it holds.
  struct Memory {
    std::optional<Stretch> stretch;
    WallTime since{};
    WallTime until{};
  };
  const std::optional<Stretch>& recall(WallTime at, Memory& memory) const;
  Memory find_stretch(WallTime at) const;

  const date::time_zone* zone_;
  std::vector<config::CallingWindow> windows_;
  std::chrono::milliseconds margin_;
  std::shared_ptr<const CalendarDates> dates_;
  // Asked for each call, about now; and asked when planning ahead, about any time: neither displaces the other.
  mutable Memory now_;
  mutable Memory planned_;
};

}  // namespace dialerd::campaign
