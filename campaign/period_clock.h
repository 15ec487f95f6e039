// The minutes, hours and days of a timezone's clock, for limits with `window: calendar`.
//
// A period is one name on the local clock (a date, an hour of a date): where the clock is set back inside an hour or
// over a whole one, that hour is one period of more than 60 minutes, and the day is one of 25 hours. Whether the
// provider counts the repeated part apart or together, the limit holds. Minutes do not depend on daylight saving time
// (all offsets in use are whole minutes) and a repeated one is a period of its own. Not changed once made; thread-safe.
#pragma once

#include <cstdint>
#include <string>

#include "campaign/time.h"

namespace date {
class time_zone;
}

namespace dialerd::campaign {

enum class PeriodUnit : std::uint8_t { minute, hour, day };

struct Period {
  WallTime from;
  WallTime to;  // the next one's from

  friend bool operator==(const Period&, const Period&) = default;
};

class PeriodClock {
 public:
  // Precondition: the timezone exists.
  PeriodClock(const std::string& zone_name, PeriodUnit unit);

  Period period_at(WallTime at) const;

 private:
  const date::time_zone* zone_;
  PeriodUnit unit_;
};

}  // namespace dialerd::campaign
