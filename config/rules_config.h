// Rules on whom may be called when, as a campaign or a policy pack states them. Several sets apply side by side and all
// must hold, so including a pack can only tighten: no key takes a rule away.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dialerd::config {

// Calls start only between these, every day, by the clock of the person who is called. Minutes from local midnight,
// 0 <= from < to <= 1440. Of several, all hold: what they have in common is allowed.
struct AllowedHours {
  std::uint16_t from_minute = 0;
  std::uint16_t to_minute = 0;
  bool unless_night_consent = false;  // a lead with night_consent may be called outside of them

  friend bool operator==(const AllowedHours&, const AllowedHours&) = default;
};

// At most `max` in any rolling `window`, over all campaigns of the database, for one person (normalised number).
struct FrequencyCap {
  enum class Counts {
    attempts,      // calls placed, or perhaps placed
    conversations  // calls in which the person spoke with the agent
  };
  Counts counts = Counts::attempts;
  std::int64_t max = 1;  // >= 1
  std::chrono::seconds window{};

  friend bool operator==(const FrequencyCap&, const FrequencyCap&) = default;
};

// No call to a person for so long after the end of a call with this outcome, whichever campaign placed it.
struct LockOut {
  std::string after;  // a disconnection reason of a call that was placed, or "conversation"
  std::chrono::seconds period{};

  friend bool operator==(const LockOut&, const LockOut&) = default;
};

struct ConsentRule {
  bool required = false;  // a lead without consent_at is held
  // And with an older one; only with `required`. consent_expires_at holds in any case.
  std::optional<std::chrono::seconds> max_age;

  friend bool operator==(const ConsentRule&, const ConsentRule&) = default;
};

// A suppression list that must be loaded, and not longer ago than max_age, for the campaign to call anybody.
struct RequiredList {
  std::string name;
  std::optional<std::chrono::seconds> max_age;

  friend bool operator==(const RequiredList&, const RequiredList&) = default;
};

struct Rules {
  std::string origin;  // the policy pack's name, or "campaign"
  std::vector<AllowedHours> hours;
  bool called_party_time = false;  // the lead's own timezone must be known; the campaign's does not stand in for it
  std::vector<FrequencyCap> frequency_caps;
  std::vector<LockOut> lock_outs;
  ConsentRule consent;
  std::vector<RequiredList> required_lists;

  friend bool operator==(const Rules&, const Rules&) = default;
};

}  // namespace dialerd::config
