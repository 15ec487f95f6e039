// Which clock decides when a lead may be called, in the text that lead_state.clock keeps:
// "" | "America/New_York" | "+night" | "America/New_York+night".
#pragma once

#include <string>
#include <string_view>

namespace dialerd::campaign {

struct LeadClock {
  std::string zone;            // IANA name, not checked; empty: none of its own
  bool night_consent = false;  // the person consented to calls at night

  friend bool operator==(const LeadClock&, const LeadClock&) = default;
};

// Any text is a clock: what is no timezone is found out by the gate, which holds the lead.
LeadClock parse_lead_clock(std::string_view text);
std::string to_string(const LeadClock& clock);

}  // namespace dialerd::campaign
