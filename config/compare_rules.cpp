// Whom may be called when: the calling windows and dates of two configurations, and their rules.
#include <algorithm>
#include <array>
#include <bitset>
#include <iterator>
#include <map>
#include <string>

#include "config/compare_values.h"

namespace dialerd::config {
namespace {

constexpr std::size_t day_minutes = 24 * 60;
using WeekMinutes = std::bitset<7 * day_minutes>;

WeekMinutes minutes_of(const std::vector<CallingWindow>& windows) {
  WeekMinutes minutes;
  for (const CallingWindow& window : windows) {
    for (std::size_t minute = window.from_minute; minute < window.to_minute; ++minute) {
      minutes.set((window.weekday - 1U) * day_minutes + minute);
    }
  }
  return minutes;
}

std::string clock_text(std::size_t minute) {
  auto two = [](std::size_t n) { return (n < 10 ? "0" : "") + std::to_string(n); };
  return two(minute / 60) + ":" + two(minute % 60);
}

std::string hours_of_day(const WeekMinutes& minutes, std::size_t day) {
  std::string text;
  for (std::size_t minute = 0; minute < day_minutes; ++minute) {
    if (!minutes.test(day * day_minutes + minute)) continue;
    const std::size_t from = minute;
    while (minute < day_minutes && minutes.test(day * day_minutes + minute)) ++minute;
    text += (text.empty() ? "" : "+") + clock_text(from) + "-" + clock_text(minute);
  }
  return text;
}

// "mon-fri 09:00-20:00, sat 10:00-13:00"
std::string week_text(const WeekMinutes& minutes) {
  constexpr std::array<const char*, 7> names = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
  std::vector<std::string> parts;
  for (std::size_t day = 0; day < 7;) {
    const std::string hours = hours_of_day(minutes, day);
    std::size_t last = day;
    while (last + 1 < 7 && hours_of_day(minutes, last + 1) == hours) ++last;
    const std::string days = std::string(names[day]) + (last > day ? std::string("-") + names[last] : "");
    if (!hours.empty()) parts.push_back((day == 0 && last == 6 ? "daily" : days) + " " + hours);
    day = last + 1;
  }
  return joined(parts);
}

void compare_windows(const CampaignConfig& before, const CampaignConfig& after, Changes& changes) {
  const WeekMinutes from = minutes_of(before.calling_windows);
  const WeekMinutes to = minutes_of(after.calling_windows);
  if (from != to) changes.add("calling_windows", week_text(from), week_text(to), (to & ~from).any());
  // The same hours of another clock are other hours.
  if (before.timezone != after.timezone) changes.add("timezone", before.timezone, after.timezone, true);
  changes.at_least("window_margin", before.window_margin, after.window_margin);

  auto sources = [](const CampaignConfig& config) {
    std::vector<std::string> texts;
    for (const ZoneSource source : config.lead_timezone) {
      texts.emplace_back(source == ZoneSource::column   ? "column"
                         : source == ZoneSource::number ? "number"
                                                        : "campaign");
    }
    return texts;
  };
  // A lead may now be called by a clock that it was not called by.
  if (sources(before) != sources(after)) {
    changes.add("lead_timezone", joined(sources(before)), joined(sources(after)), true);
  }
}

// The dates of `of` that `in` lacks. A list that is missing as a whole is named, its dates only counted.
std::vector<std::string> missing_dates(const CampaignConfig& of, const CampaignConfig& in) {
  constexpr std::size_t most = 10;
  std::vector<ClosedDate> missing;
  std::copy_if(of.closed_dates.begin(), of.closed_dates.end(), std::back_inserter(missing), [&](const ClosedDate& one) {
    return std::none_of(in.closed_dates.begin(), in.closed_dates.end(),
                        [&](const ClosedDate& other) { return other.date == one.date; });
  });
  std::vector<std::string> texts;
  for (const HolidaysIncluded& list : of.holidays) {
    const bool still = std::any_of(in.holidays.begin(), in.holidays.end(),
                                   [&](const HolidaysIncluded& other) { return other.name == list.name; });
    if (still) continue;
    const auto rest = std::stable_partition(missing.begin(), missing.end(), [&](const ClosedDate& one) {
      return std::find(list.dates.begin(), list.dates.end(), one.date) != list.dates.end();
    });
    if (rest == missing.begin()) continue;
    texts.push_back(list.name + " (" + std::to_string(rest - missing.begin()) + " dates, " +
                    text_of(missing.front().date) + " to " + text_of(std::prev(rest)->date) + ")");
    missing.erase(missing.begin(), rest);
  }
  for (std::size_t i = 0; i < std::min(missing.size(), most); ++i) {
    texts.push_back(text_of(missing[i].date) + (missing[i].name.empty() ? "" : " " + missing[i].name));
  }
  if (missing.size() > most) texts.push_back("and " + std::to_string(missing.size() - most) + " more");
  return texts;
}

void compare_dates(const CampaignConfig& before, const CampaignConfig& after, Changes& changes) {
  const auto gone = missing_dates(before, after);
  const auto come = missing_dates(after, before);
  if (!gone.empty()) changes.add("holidays and blackout_dates: no longer", joined(gone), none, true);
  if (!come.empty()) changes.add("holidays and blackout_dates: new", none, joined(come), false);
  if (before.holidays_until != after.holidays_until) {
    // A list that reaches further is a newer one; without any list, every day after its end may be called on.
    changes.add("holidays are known until", text_of(before.holidays_until), text_of(after.holidays_until),
                !after.holidays_until);
  }
  if (before.start_date != after.start_date) {
    changes.add("start_date", text_of(before.start_date), text_of(after.start_date),
                !after.start_date || (before.start_date && *after.start_date < *before.start_date));
  }
  changes.at_most("end_date", before.end_date, after.end_date);
}

std::string text_of(const AllowedHours& hours) {
  return clock_text(hours.from_minute) + "-" + clock_text(hours.to_minute) +
         (hours.unless_night_consent ? " (except with night consent)" : "");
}
std::string text_of(const FrequencyCap& cap) {
  return std::to_string(cap.max) + (cap.counts == FrequencyCap::Counts::attempts ? " attempts" : " conversations") +
         " in " + config::text_of(cap.window);
}
std::string text_of(const LockOut& lock_out) { return config::text_of(lock_out.period) + " after " + lock_out.after; }
std::string text_of(const RequiredList& list) {
  return list.name + (list.max_age ? " (not older than " + config::text_of(*list.max_age) + ")" : "");
}

// Whether what is after holds back at least whatever the one before held back.
bool covers(const AllowedHours& after, const AllowedHours& before) {
  return after.from_minute >= before.from_minute && after.to_minute <= before.to_minute &&
         (!after.unless_night_consent || before.unless_night_consent);
}
bool covers(const FrequencyCap& after, const FrequencyCap& before) {
  return after.counts == before.counts && after.max <= before.max && after.window >= before.window;
}
bool covers(const LockOut& after, const LockOut& before) {
  return after.after == before.after && after.period >= before.period;
}
bool covers(const RequiredList& after, const RequiredList& before) {
  return after.name == before.name && (!before.max_age || (after.max_age && *after.max_age <= *before.max_age));
}

template <typename Rule>
void compare_list(const std::string& what, const std::vector<Rule>& before, const std::vector<Rule>& after,
                  Changes& changes) {
  if (before == after) return;
  auto texts = [](const std::vector<Rule>& rules) {
    std::vector<std::string> all;
    all.reserve(rules.size());
    for (const Rule& rule : rules) all.push_back(text_of(rule));
    std::sort(all.begin(), all.end());
    return all;
  };
  const auto from = texts(before);
  const auto to = texts(after);
  if (from == to) return;
  const bool loosened = std::any_of(before.begin(), before.end(), [&](const Rule& old) {
    return std::none_of(after.begin(), after.end(), [&](const Rule& now) { return covers(now, old); });
  });
  changes.add(what, joined(from), joined(to), loosened);
}

void compare_one(const std::string& origin, const Rules& before, const Rules& after, Changes& changes) {
  const std::string of = origin == "campaign" ? "" : "policy " + origin + ": ";
  compare_list(of + "allowed_hours", before.hours, after.hours, changes);
  if (before.called_party_time != after.called_party_time) {
    changes.add(of + "called_party_time", config::text_of(before.called_party_time),
                config::text_of(after.called_party_time), before.called_party_time);
  }
  compare_list(of + "frequency_caps", before.frequency_caps, after.frequency_caps, changes);
  compare_list(of + "lock_outs", before.lock_outs, after.lock_outs, changes);
  if (before.consent.required != after.consent.required) {
    changes.add(of + "consent.required", config::text_of(before.consent.required),
                config::text_of(after.consent.required), before.consent.required);
  } else {
    changes.at_most(of + "consent.max_age", before.consent.max_age, after.consent.max_age);
  }
  compare_list(of + "suppression lists that are required", before.required_lists, after.required_lists, changes);
}

}  // namespace

void compare_rules(const CampaignConfig& before, const CampaignConfig& after, Changes& changes) {
  compare_windows(before, after, changes);
  compare_dates(before, after, changes);

  std::map<std::string, Rules> from, to;
  for (const Rules& rules : before.rules) from[rules.origin] = rules;
  for (const Rules& rules : after.rules) to[rules.origin] = rules;
  for (const auto& [origin, rules] : from) {
    auto now = to.find(origin);
    if (now != to.end()) {
      compare_one(origin, rules, now->second, changes);
    } else if (origin == "campaign") {
      compare_one(origin, rules, Rules{}, changes);
    } else {
      changes.add("policies: no longer", origin, none, true);
    }
  }
  for (const auto& [origin, rules] : to) {
    if (from.contains(origin)) continue;
    if (origin == "campaign") {
      compare_one(origin, Rules{}, rules, changes);
    } else {
      changes.add("policies: new", none, origin, false);
    }
  }
}

}  // namespace dialerd::config
