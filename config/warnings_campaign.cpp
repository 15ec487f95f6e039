#include <algorithm>
#include <string>
#include <utility>

#include "config/date_reader.h"
#include "config/place.h"
#include "config/warnings.h"

namespace dialerd::config {
namespace {

using std::chrono::days;
using std::chrono::sys_days;

bool has_window_on(const CampaignConfig& campaign, sys_days date) {
  const unsigned weekday = std::chrono::weekday(date).iso_encoding();
  return std::ranges::any_of(campaign.calling_windows,
                             [&](const CallingWindow& window) { return window.weekday == weekday; });
}

bool is_closed(const CampaignConfig& campaign, sys_days date) {
  return std::ranges::binary_search(campaign.closed_dates, date, {}, &ClosedDate::date);
}

// Whether the campaign may call on any date of [first, last].
bool calls_between(const CampaignConfig& campaign, sys_days first, sys_days last) {
  for (sys_days date = first; date <= last; date += days(1)) {
    if (has_window_on(campaign, date) && !is_closed(campaign, date)) return true;
  }
  return false;
}

void warn_of_dates(const CampaignConfig& campaign, sys_days today, Diagnostics& diagnostics) {
  auto warn = [&](std::string_view key, std::string what, std::string remedy) {
    diagnostics.add(place_of(campaign.source, {key}), std::move(what), std::move(remedy), Severity::warning);
  };
  // Somewhere on Earth it is still yesterday.
  const sys_days earliest = today - days(1);
  if (campaign.end_date && *campaign.end_date < earliest) {
    warn("end_date", "'end_date' is past: " + date_text(*campaign.end_date),
         "no call starts any more; move it, or remove the file");
    return;
  }
  if (campaign.holidays_until && *campaign.holidays_until < earliest) {
    warn("holidays", "its holiday lists end on " + date_text(*campaign.holidays_until) + ", which is past",
         "no call starts any more; use a newer list");
    return;
  }
  const sys_days first = std::max(earliest, campaign.start_date.value_or(earliest));
  sys_days last = first + days(366);
  if (campaign.end_date) last = std::min(last, *campaign.end_date);
  if (campaign.holidays_until) last = std::min(last, *campaign.holidays_until);
  if (first > last || calls_between(campaign, first, last)) return;
  warn("calling_windows", "no day from " + date_text(first) + " to " + date_text(last) + " on which it calls",
       "each is without a window, a holiday or a blackout date; check the dates");
}

void warn_of_retries(const CampaignConfig& campaign, Diagnostics& diagnostics) {
  const auto max_per_day = campaign.retry.max_per_day;
  if (!max_per_day || *max_per_day <= campaign.retry.max_attempts) return;
  diagnostics.add(place_of(campaign.source, {"retry", "max_per_day"}),
                  "'max_per_day' (" + std::to_string(*max_per_day) + ") is more than 'max_attempts' (" +
                      std::to_string(campaign.retry.max_attempts) + ")",
                  "a lead is never called more than max_attempts times in all; check which is meant",
                  Severity::warning);
}

}  // namespace

void warn_of_limits(const Limits& limits, std::vector<std::string_view> path, std::string_view source,
                    Diagnostics& diagnostics) {
  using Limit = std::pair<std::string_view, std::optional<std::int64_t>>;
  const Limit windows[] = {
      {"per_minute", limits.per_minute}, {"per_hour", limits.per_hour}, {"per_day", limits.per_day}};
  for (const Limit* shorter = std::begin(windows); shorter != std::end(windows); ++shorter) {
    if (!shorter->second) continue;
    const Limit* longer = std::find_if(shorter + 1, std::end(windows), [&](const Limit& other) {
      return other.second && *other.second < *shorter->second;
    });
    if (longer == std::end(windows)) continue;
    path.push_back(shorter->first);
    diagnostics.add(place_of(source, path),
                    quote(shorter->first) + " (" + std::to_string(*shorter->second) + ") is more than " +
                        quote(longer->first) + " (" + std::to_string(*longer->second) + ")",
                    "it can never be reached; check which is meant", Severity::warning);
    path.pop_back();
  }
}

std::vector<Diagnostic> warnings_of(const CampaignConfig& campaign, const std::filesystem::path& file, sys_days today) {
  Diagnostics diagnostics(file);
  diagnostics.set_text(campaign.source);
  warn_of_dates(campaign, today, diagnostics);
  warn_of_limits(campaign.limits, {"limits"}, campaign.source, diagnostics);
  warn_of_retries(campaign, diagnostics);
  return diagnostics.take();
}

}  // namespace dialerd::config
