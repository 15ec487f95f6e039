#include "campaign/gate.h"

#include <algorithm>
#include <stdexcept>

#include "campaign/lead_clock.h"
#include "campaign/reason_counts.h"
#include "campaign/weekly_hours.h"
#include "config/timezone.h"

namespace dialerd::campaign {
namespace {

using std::chrono::hours;

constexpr std::string_view no_calling_window = "no_calling_window";
constexpr std::string_view campaign_ended = "campaign_ended";
constexpr std::string_view holidays_unknown = "holidays_unknown";

std::shared_ptr<const CalendarDates> dates_of(const config::CampaignConfig& config) {
  return std::make_shared<const CalendarDates>(
      CalendarDates{config.closed_dates, config.start_date, config.end_date, config.holidays_until});
}

// Whether the hours of these rules bind a lead with that consent.
bool hours_bind(const config::Rules& rules, bool night_consent) {
  if (rules.hours.empty()) return false;
  return !night_consent || std::ranges::none_of(rules.hours, &config::AllowedHours::unless_night_consent);
}

std::vector<config::CallingWindow> windows_of(std::vector<config::CallingWindow> windows,
                                              const std::vector<config::Rules>& all, bool night_consent) {
  for (const config::Rules& rules : all) {
    if (hours_bind(rules, night_consent)) windows = within_hours(windows, rules.hours);
  }
  return windows;
}

// For leads without a timezone of their own.
bool campaign_zone_serves(const config::CampaignConfig& config) {
  return std::ranges::count(config.lead_timezone, config::ZoneSource::campaign) > 0 &&
         std::ranges::none_of(config.rules, &config::Rules::called_party_time);
}

Verdict hold(std::string rule) { return {VerdictKind::hold, std::move(rule), std::nullopt}; }

}  // namespace

Gate::Gate(const config::CampaignConfig& config)
    : zone_(config.timezone),
      windows_(config.calling_windows),
      margin_(config.window_margin),
      rules_(config.rules),
      dates_(dates_of(config)),
      lead_lifetime_(config.lead_lifetime),
      max_per_day_(config.retry.max_per_day),
      campaign_zone_serves_(campaign_zone_serves(config)),
      campaign_calendar_(zone_, windows_of(windows_, rules_, false), margin_, dates_) {}

const CallingCalendar* Gate::calendar_of(std::string_view clock, std::string* hold_rule) const {
  if (auto found = calendars_.find(clock); found != calendars_.end()) return &found->second;

  LeadClock parsed = parse_lead_clock(clock);
  if (parsed.zone.empty() && !campaign_zone_serves_) {
    if (hold_rule != nullptr) *hold_rule = "timezone_unknown";
    return nullptr;
  }
  const std::string& zone = parsed.zone.empty() ? zone_ : parsed.zone;
  try {
    if (config::is_machine_setting(zone)) throw std::runtime_error(zone);
    CallingCalendar calendar(zone, windows_of(windows_, rules_, parsed.night_consent), margin_, dates_);
    return &calendars_.emplace(clock, std::move(calendar)).first->second;
  } catch (const std::runtime_error&) {
    if (hold_rule != nullptr) *hold_rule = "timezone_invalid:" + zone;
    return nullptr;
  }
}

const CallingCalendar& Gate::calendar_or_campaigns(std::string_view clock) const {
  const CallingCalendar* calendar = calendar_of(clock);
  return calendar != nullptr ? *calendar : campaign_calendar_;
}

std::optional<WallTime> Gate::expiry(const LeadFacts& facts) const {
  std::optional<WallTime> expiry = facts.expires_at;
  if (lead_lifetime_) {
    WallTime old = facts.created_at + *lead_lifetime_;
    expiry = std::min(expiry.value_or(old), old);
  }
  return expiry;
}

// Empty: the rules on consent do not hold the lead.
std::string Gate::consent_rule(const LeadFacts& facts, WallTime at) const {
  if (facts.consent_expires_at && at >= *facts.consent_expires_at) return "consent_expired";
  for (const config::Rules& rules : rules_) {
    if (rules.consent.required && !facts.consent_at) return "consent_missing";
  }
  for (const config::Rules& rules : rules_) {
    const auto& max_age = rules.consent.max_age;
    if (max_age && facts.consent_at && at - *facts.consent_at >= *max_age) return "consent_expired";
  }
  return {};
}

bool Gate::day_is_spent(const CallingCalendar& calendar, const LeadFacts& facts, WallTime at) const {
  if (!max_per_day_ || facts.reason_counts.empty()) return false;
  auto today = static_cast<int>(calendar.local_date(at).time_since_epoch().count());
  return attempts_on(parse_reason_counts(facts.reason_counts), today) >= *max_per_day_;
}

Verdict Gate::decide(const LeadFacts& facts, WallTime at) const {
  if (auto end = expiry(facts); end && at >= *end) return {VerdictKind::done, "expired", std::nullopt};
  std::string hold_rule;
  const CallingCalendar* calendar = calendar_of(facts.clock, &hold_rule);
  if (calendar == nullptr) return hold(std::move(hold_rule));
  if (std::string rule = consent_rule(facts, at); !rule.empty()) return hold(std::move(rule));

  WallTime from = at;
  std::string rule;
  bool required = std::ranges::any_of(rules_, [](const config::Rules& rules) { return rules.consent.required; });
  if (required && *facts.consent_at > at) {
    from = *facts.consent_at;
    rule = "consent_in_future";
  }
  if (day_is_spent(*calendar, facts, at)) {
    from = std::max(from, calendar->start_of_next_day(at));
    rule = "max_per_day";
  }
  if (from == at && calendar->open(at)) return {};
  auto until = calendar->next_opening(from);
  if (!until && from > at) {
    until = from;  // then nothing opens any more, and its clock is not claimed; until then `rule` decides
  } else if (!until) {
    rule = never_opens_rule(facts.clock);
  } else if (rule.empty()) {
    rule = closed_rule(*calendar, parse_lead_clock(facts.clock).night_consent, at);
  }
  return {VerdictKind::wait, std::move(rule), until};
}

// Why the calendar is closed at that moment, and will open again.
std::string Gate::closed_rule(const CallingCalendar& calendar, bool night_consent, WallTime at) const {
  // A moment inside every window is closed because one of them closes within the margin.
  for (WallTime moment : {at, at + margin_}) {
    auto date = calendar.local_date(moment);
    switch (calendar.date_closure(date)) {
      case DateClosure::before_start:
        return "before_start";
      case DateClosure::after_end:
        return std::string(campaign_ended);
      case DateClosure::unknown:
        return std::string(holidays_unknown);
      case DateClosure::closed:
        return "holiday:" + std::string(calendar.closed_date_name(date));
      case DateClosure::none:
        break;
    }
    auto weekday = static_cast<std::uint8_t>(std::chrono::weekday{date}.iso_encoding());
    auto time = calendar.time_of_day(moment);
    if (!contains(windows_, weekday, time)) break;
    for (const config::Rules& rules : rules_) {
      if (hours_bind(rules, night_consent) && !contains(rules.hours, time)) return "allowed_hours:" + rules.origin;
    }
  }
  return "calling_window";
}

std::string_view Gate::never_opens_rule(std::string_view clock) const {
  if (calendar_or_campaigns(clock).windows().empty()) return no_calling_window;
  if (dates_->end && (!dates_->known_until || *dates_->end <= *dates_->known_until)) return campaign_ended;
  return dates_->known_until ? holidays_unknown : no_calling_window;
}

bool Gate::clock_open(std::string_view clock, WallTime at) const {
  const CallingCalendar* calendar = calendar_of(clock);
  return calendar == nullptr || calendar->open(at);
}

std::optional<WallTime> Gate::next_opening(std::string_view clock, WallTime at) const {
  const CallingCalendar* calendar = calendar_of(clock);
  return calendar == nullptr ? at : calendar->next_opening(at);
}

std::optional<WallTime> Gate::next_opening_of_any(std::span<const std::string> clocks, WallTime at) const {
  std::optional<WallTime> earliest;
  for (const std::string& clock : clocks) {
    if (auto opening = next_opening(clock, at)) earliest = std::min(earliest.value_or(*opening), *opening);
  }
  return earliest;
}

std::optional<Stretch> Gate::stretch_at(std::string_view clock, WallTime at) const {
  return calendar_or_campaigns(clock).stretch_at(at);
}

WallTime Gate::start_of_next_local_day(std::string_view clock, WallTime at) const {
  return calendar_or_campaigns(clock).start_of_next_day(at);
}

int Gate::local_day_number(std::string_view clock, WallTime at) const {
  return static_cast<int>(calendar_or_campaigns(clock).local_date(at).time_since_epoch().count());
}

Daypart Gate::daypart(std::string_view clock, WallTime at) const {
  auto time = calendar_or_campaigns(clock).time_of_day(at);
  if (time < hours{12}) return Daypart::morning;
  return time < hours{17} ? Daypart::afternoon : Daypart::evening;
}

WallTime Gate::end_of_daypart(std::string_view clock, WallTime at) const {
  const CallingCalendar& calendar = calendar_or_campaigns(clock);
  switch (daypart(clock, at)) {
    case Daypart::morning:
      return calendar.next_time_of_day(at, hours{12});
    case Daypart::afternoon:
      return calendar.next_time_of_day(at, hours{17});
    case Daypart::evening:
      break;
  }
  return calendar.start_of_next_day(at);
}

std::chrono::milliseconds Gate::open_time_left_today(std::string_view clock, WallTime at) const {
  return calendar_or_campaigns(clock).open_time_left_today(at);
}

}  // namespace dialerd::campaign
