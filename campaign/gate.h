// Whether a campaign may call a lead at a given moment, as far as the lead's own data and the clock decide it. (Who is
// suppressed or was called too often is decided where the other campaigns are known: in the claim's transaction.)
//
// It fails closed: what cannot be decided is held with a reason. One gate per campaign. Not thread-safe (calendars are
// made when a clock is first met, and remembered).
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

#include "campaign/calling_calendar.h"
#include "campaign/lead.h"
#include "campaign/time.h"
#include "config/campaign_config.h"

namespace dialerd::campaign {

enum class VerdictKind : std::uint8_t {
  open,  // may be called now
  wait,  // not before `until`
  hold,  // a person must decide
  done   // not any more
};

// The rule that decides:
//   done  expired
//   hold  timezone_unknown, timezone_invalid:NAME, consent_missing, consent_expired
//   wait  calling_window, holiday:NAME, allowed_hours:ORIGIN, before_start, max_per_day, consent_in_future
//   wait without until (nothing to claim; a person may change the campaign)
//         campaign_ended, holidays_unknown, no_calling_window
// Empty when open.
struct Verdict {
  VerdictKind kind = VerdictKind::open;
  std::string rule;
  std::optional<WallTime>
      until;  // wait: look again then, which is the next opening if the rule is one of hours or dates

  friend bool operator==(const Verdict&, const Verdict&) = default;
};

enum class Daypart : std::uint8_t { morning, afternoon, evening };  // to 12:00, to 17:00, to midnight

class Gate {
 public:
  // Precondition: the campaign's timezone exists.
  explicit Gate(const config::CampaignConfig& config);

  Verdict decide(const LeadFacts& facts, WallTime at) const;
  // When the lead is finished as expired, if ever.
  std::optional<WallTime> expiry(const LeadFacts& facts) const;

  // --- of all leads with a clock (lead_state.clock)
  // Whether to claim them now. True as well where decide() would hold each of them for the clock itself, so that they
  // are claimed and held with a reason.
  bool clock_open(std::string_view clock, WallTime at) const;
  // `at` itself when clock_open.
  std::optional<WallTime> next_opening(std::string_view clock, WallTime at) const;
  std::optional<WallTime> next_opening_of_any(std::span<const std::string> clocks, WallTime at) const;

  // --- the local clock. A clock that is unknown or invalid reads as the campaign's timezone here.
  // The open stretch that contains `at`, or the next one.
  std::optional<Stretch> stretch_at(std::string_view clock, WallTime at) const;
  WallTime start_of_next_local_day(std::string_view clock, WallTime at) const;
  int local_day_number(std::string_view clock, WallTime at) const;  // days since 1970-01-01
  Daypart daypart(std::string_view clock, WallTime at) const;
  WallTime end_of_daypart(std::string_view clock, WallTime at) const;
  // For even pacing: how long calls may start from `at` until the local day ends.
  std::chrono::milliseconds open_time_left_today(std::string_view clock, WallTime at) const;

  // Why there is no next opening for this clock, when next_opening says so: campaign_ended, holidays_unknown, or
  // no_calling_window (its windows and the rules' hours never meet).
  std::string_view never_opens_rule(std::string_view clock) const;

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };

  // The calendar of a clock, or null: `hold_rule` says why.
  const CallingCalendar* calendar_of(std::string_view clock, std::string* hold_rule = nullptr) const;
  const CallingCalendar& calendar_or_campaigns(std::string_view clock) const;
  std::string consent_rule(const LeadFacts& facts, WallTime at) const;
  std::string closed_rule(const CallingCalendar& calendar, bool night_consent, WallTime at) const;
  bool day_is_spent(const CallingCalendar& calendar, const LeadFacts& facts, WallTime at) const;

  std::string zone_;
  std::vector<config::CallingWindow> windows_;
  std::chrono::seconds margin_;
  std::vector<config::Rules> rules_;
  std::shared_ptr<const CalendarDates> dates_;
  std::optional<std::chrono::seconds> lead_lifetime_;
  std::optional<std::int64_t> max_per_day_;
  bool campaign_zone_serves_;  // for leads without a zone of their own
  CallingCalendar campaign_calendar_;
  mutable std::unordered_map<std::string, CallingCalendar, Hash, std::equal_to<>> calendars_;  // valid clocks only
};

}  // namespace dialerd::campaign
