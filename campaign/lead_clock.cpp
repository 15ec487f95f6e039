#include "campaign/lead_clock.h"

namespace dialerd::campaign {
namespace {

// Not a part of any timezone's name, though "+" is ("Etc/GMT+9").
constexpr std::string_view night = "+night";

}  // namespace

LeadClock parse_lead_clock(std::string_view text) {
  LeadClock clock;
  clock.night_consent = text.ends_with(night);
  if (clock.night_consent) text.remove_suffix(night.size());
  clock.zone = text;
  return clock;
}

std::string to_string(const LeadClock& clock) {
  return clock.night_consent ? clock.zone + std::string(night) : clock.zone;
}

}  // namespace dialerd::campaign
