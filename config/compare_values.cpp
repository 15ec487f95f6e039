#include "config/compare_values.h"

#include <algorithm>
#include <cstdio>
#include <iterator>

namespace dialerd::config {

std::string to_string(const Change& change) { return change.what + ": " + change.from + " -> " + change.to; }

std::string text_of(std::chrono::sys_days date) {
  const std::chrono::year_month_day day{date};
  char text[32];
  std::snprintf(text, sizeof text, "%04d-%02u-%02u", static_cast<int>(day.year()), static_cast<unsigned>(day.month()),
                static_cast<unsigned>(day.day()));
  return text;
}

std::string joined(const std::vector<std::string>& texts) {
  if (texts.empty()) return none;
  std::string all;
  for (const std::string& text : texts) all += (all.empty() ? "" : ", ") + text;
  return all;
}

void Changes::limits(const std::string& what, const Limits& from, const Limits& to) {
  at_most(what + ".concurrency", from.concurrency, to.concurrency);
  at_most(what + ".per_second", from.per_second, to.per_second);
  at_most(what + ".burst", from.burst, to.burst);
  at_most(what + ".per_minute", from.per_minute, to.per_minute);
  at_most(what + ".per_hour", from.per_hour, to.per_hour);
  at_most(what + ".per_day", from.per_day, to.per_day);
  if (from.window != to.window) {
    // Twice the number may fall into an hour that lies across two hours of the clock.
    const bool calendar = to.window == WindowKind::calendar;
    add(what + ".window", calendar ? "rolling" : "calendar", calendar ? "calendar" : "rolling", calendar);
  } else if (from.timezone != to.timezone) {
    // Within the first day of the new clock the old one's may have been used up too.
    add(what + ".timezone", from.timezone, to.timezone, to.window == WindowKind::calendar);
  }
}

void Changes::append(std::vector<Change> more) {
  list_.insert(list_.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

}  // namespace dialerd::config
