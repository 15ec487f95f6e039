// Reading the dates and times of leads, and of entries on suppression lists: ISO 8601 as people and programs write it.
//
//   2026-05-31   2026-05-31 14:00   2026-05-31T14:00:00   2026-05-31T14:00:00.000Z   2026-05-31 14:00+09:00
//
// Without an offset they are local to a timezone. Where that leaves a doubt, the reading is the one that calls nobody
// who should not be called:
//
//                       a date alone          a local time that comes twice (clocks set back) or never (set forward)
//   consent_at          the day's beginning   the earlier reading: consent is rather older than younger
//   consent_expires_at  the day's end         the earlier reading
//   expires_at          the day's end         the earlier reading
//   call_at             refused               the later reading: not before the time that was promised
//   suppressed_until    the day's end         the later reading
//
// So a lead that expires on 2026-05-31 can still be called on that day.
#pragma once

#include <string_view>
#include <variant>

#include "campaign/time.h"

namespace date {
class time_zone;
}

namespace dialerd::daemon::import {

enum class LeadTime { consent_at, consent_expires_at, call_at, expires_at, suppressed_until };

enum class TimeFault {
  not_a_time,         // of another form, or no such date or time of day
  needs_time_of_day,  // a date alone where a moment is meant
};

// Years 1900 to 9999; beyond milliseconds a fraction is cut off. May throw std::runtime_error when the zone's file
// cannot be read.
std::variant<campaign::WallTime, TimeFault> read_lead_time(std::string_view text, LeadTime meaning,
                                                           const date::time_zone& zone);

}  // namespace dialerd::daemon::import
