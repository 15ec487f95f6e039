#include "daemon/import/lead_time.h"

#include <algorithm>
#include <optional>

#include <date/tz.h>

namespace dialerd::daemon::import {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

struct WrittenTime {
  date::year_month_day day{};
  std::optional<milliseconds> time_of_day;
  std::optional<minutes> offset;  // east of UTC
};

class TimeReader {
 public:
  explicit TimeReader(std::string_view text) : rest_(text) {}

  std::optional<WrittenTime> read() {
    WrittenTime written;
    if (!read_date(written)) return std::nullopt;
    if (rest_.empty()) return written;
    if (!take('T') && !take(' ')) return std::nullopt;
    if (!read_time_of_day(written) || !read_offset(written) || !rest_.empty()) return std::nullopt;
    return written;
  }

 private:
  bool take(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  // Exactly so many digits.
  std::optional<int> number(std::size_t digits) {
    if (rest_.size() < digits || !std::ranges::all_of(rest_.substr(0, digits), is_digit)) return std::nullopt;
    int value = 0;
    for (const char c : rest_.substr(0, digits)) value = value * 10 + (c - '0');
    rest_.remove_prefix(digits);
    return value;
  }

  std::optional<int> number_up_to(std::size_t digits, int most) {
    const std::optional<int> value = number(digits);
    return value && *value <= most ? value : std::nullopt;
  }

  bool read_date(WrittenTime& written) {
    const auto year = number(4);
    if (!year || *year < 1900 || !take('-')) return false;
    const auto month = number(2);
    if (!month || !take('-')) return false;
    const auto day = number(2);
    if (!day) return false;
    written.day = date::year(*year) / *month / *day;
    return written.day.ok();
  }

  bool read_time_of_day(WrittenTime& written) {
    const auto hour = number_up_to(2, 23);
    if (!hour || !take(':')) return false;
    const auto minute = number_up_to(2, 59);
    if (!minute) return false;
    written.time_of_day = hours(*hour) + minutes(*minute);
    if (!take(':')) return true;
    const auto second = number_up_to(2, 59);
    if (!second) return false;
    *written.time_of_day += seconds(*second);
    return !take('.') || read_fraction(*written.time_of_day);
  }

  bool read_fraction(milliseconds& time) {
    const auto length = static_cast<std::size_t>(std::ranges::find_if_not(rest_, is_digit) - rest_.begin());
    if (length == 0) return false;
    milliseconds unit{100};
    for (const char c : rest_.substr(0, length)) {
      time += unit * (c - '0');
      unit /= 10;
    }
    rest_.remove_prefix(length);
    return true;
  }

  bool read_offset(WrittenTime& written) {
    if (rest_.empty()) return true;
    if (take('Z')) {
      written.offset = minutes{0};
      return true;
    }
    const bool west = rest_.starts_with('-');
    if (!take('+') && !take('-')) return false;
    const auto hour = number_up_to(2, 15);
    if (!hour) return false;
    int minute = 0;
    if (!rest_.empty()) {
      take(':');
      const auto written_minute = number_up_to(2, 59);
      if (!written_minute) return false;
      minute = *written_minute;
    }
    written.offset = (hours(*hour) + minutes(minute)) * (west ? -1 : 1);
    return true;
  }

  std::string_view rest_;
};

campaign::WallTime resolve(date::local_time<milliseconds> local, LeadTime meaning, const date::time_zone& zone) {
  const date::local_info info = zone.get_info(local);
  const auto by = [&](const date::sys_info& clock) {
    return campaign::WallTime{local.time_since_epoch() - clock.offset};
  };
  if (info.result == date::local_info::unique) return by(info.first);
  const auto [earlier, later] = std::minmax({by(info.first), by(info.second)});
  return meaning == LeadTime::call_at || meaning == LeadTime::suppressed_until ? later : earlier;
}

// Where midnight is skipped, the day begins when the clocks are set forward.
campaign::WallTime beginning_of(date::local_days day, const date::time_zone& zone,
                                date::choose reading = date::choose::earliest) {
  return campaign::WallTime{zone.to_sys(date::local_time<milliseconds>(day), reading).time_since_epoch()};
}

}  // namespace

std::variant<campaign::WallTime, TimeFault> read_lead_time(std::string_view text, LeadTime meaning,
                                                           const date::time_zone& zone) {
  const std::optional<WrittenTime> written = TimeReader(text).read();
  if (!written) return TimeFault::not_a_time;
  const date::local_days day{written->day};
  if (written->time_of_day) {
    const date::local_time<milliseconds> local = day + *written->time_of_day;
    if (written->offset) return campaign::WallTime{local.time_since_epoch() - *written->offset};
    return resolve(local, meaning, zone);
  }
  switch (meaning) {
    case LeadTime::call_at:
      return TimeFault::needs_time_of_day;
    case LeadTime::consent_at:
      return beginning_of(day, zone);
    case LeadTime::suppressed_until:
      return beginning_of(day + date::days(1), zone, date::choose::latest);
    case LeadTime::consent_expires_at:
    case LeadTime::expires_at:
      break;
  }
  return beginning_of(day + date::days(1), zone);
}

}  // namespace dialerd::daemon::import
