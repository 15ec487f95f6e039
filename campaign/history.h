// What an earlier process left behind for an account: from this the engine rebuilds its limits and follows what is
// open.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "campaign/attempt.h"
#include "campaign/ids.h"
#include "campaign/lead.h"

namespace dialerd::campaign {

// An attempt that was open when its owner stopped. `dialing` means: whether the POST left is not known.
struct OpenAttempt {
  AttemptId attempt;
  CampaignId campaign{};
  LeadId lead{};
  AttemptState state = AttemptState::dialing;  // dialing, in_progress or unknown
  std::string call_id;
  std::string from_number;  // empty: not recorded
  std::string to_number;
  WallTime claimed{};
  std::optional<WallTime> answered;
  LeadFacts facts;
};

// Calls of one campaign, placed from one caller number, that the provider may have counted, by when.
struct CallCount {
  CampaignId campaign{};
  std::string from_number;  // empty: not recorded
  WallTime until{};         // the end of the slice of time that these were counted in
  std::int64_t calls = 0;
};

// A call that ended lately and lacks its details (cost, analysis) still.
struct EndedCall {
  AttemptId attempt;
  std::string call_id;
  std::string call_status;
  std::string disposition;
  WallTime settled{};
};

// HTTP requests that the former owner told of, and how long it may have gone on after that.
struct RequestHistory {
  struct Spent {
    WallTime until{};  // counted no later than then
    std::int64_t requests = 0;
  };
  std::vector<Spent> spent;  // of its last minute
  WallTime told_at{};
  WallTime sent_until{};
};

struct AccountHistory {
  // By how much the wall clock was set, in sum and in whatever direction, since the open attempts were claimed.
  std::chrono::milliseconds clock_moved{0};
  std::optional<RequestHistory> requests;  // nullopt: not known, all of the budget may have been used
  std::vector<OpenAttempt> open;
  std::vector<EndedCall> ended;
  std::vector<CallCount> counts;  // of the last 25 hours (the longest calendar day), open attempts not among them
};

}  // namespace dialerd::campaign
