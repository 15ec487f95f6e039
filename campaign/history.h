// What an earlier process left behind for an account: from this the engine rebuilds its limits and follows what is
// open.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "campaign/attempt.h"
#include "campaign/ids.h"

namespace dialerd::campaign {

// An attempt that was open when its owner stopped. `dialing` means: whether the POST left is not known.
struct OpenAttempt {
  AttemptId attempt;
  CampaignId campaign{};
  LeadId lead{};
  AttemptState state = AttemptState::dialing;  // dialing, in_progress or unknown
  std::string call_id;
  WallTime claimed{};
  std::optional<WallTime> answered;
  int attempts = 0;  // the lead's counted attempts before this one
  std::string reason_counts;
};

// Calls of one campaign that the provider may have counted, by when.
struct CallCount {
  CampaignId campaign{};
  WallTime until{};  // the end of the slice of time that these were counted in
  std::int64_t calls = 0;
};

struct AccountHistory {
  std::vector<OpenAttempt> open;
  std::vector<CallCount> counts;  // of the last 24 hours, open attempts not among them
};

}  // namespace dialerd::campaign
