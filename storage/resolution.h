// What a person decides about an attempt whose outcome the provider did not tell: a call was placed, or none was.
//
// While the attempt is in doubt the decision waits in dialerd.resolution for the account's owner, who settles the
// attempt (Engine::resolved) and so carries it out (Session::write). An attempt that was given up (`abandoned`) is
// terminal and stays as it is: its held lead goes on at once. The provider's own word, when it comes first, overtakes a
// decision that waits.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "campaign/attempt.h"
#include "storage/session.h"

namespace dialerd::storage {

struct ResolveRequest {
  campaign::AttemptId attempt;
  bool placed = false;
  std::string reason;  // not blank
  std::string decided_by;
};

struct EarlierResolution {
  bool placed = false;
  std::string reason;
  std::string decided_by;
  campaign::WallTime decided{};
  bool applied = false;
};

struct ResolveOutcome {
  enum class Kind {
    recorded,          // the attempt is in doubt: the account's owner, now or the next, carries it out
    applied,           // the lead was held for this attempt: it is done or ready now
    no_such_attempt,   // and these: nothing was changed
    resolved_already,  // `earlier` says how
    being_dialled,     // a live owner has it under way: it may yet be answered
    in_progress,       // the call is known and followed
    settled,           // there is an outcome
    lead_went_on       // abandoned, but its lead is not held for it any more, or is gone
  };
  Kind kind = Kind::no_such_attempt;
  std::int64_t resolution = 0;  // recorded and applied: its id, for resolution_progress
  std::string account;
  std::string campaign;  // its name
  campaign::LeadId lead{};
  std::string attempt_state;  // as found
  std::string disposition;
  std::string lead_state;  // afterwards; empty: the lead is gone
  std::optional<EarlierResolution> earlier;
  bool owned = false;  // a daemon has the account now
};

// One transaction; safe to repeat, except that the second time finds what the first one did (resolved_already).
Result<ResolveOutcome> resolve(Session& session, const ResolveRequest& request);

struct ResolutionProgress {
  enum class Kind { pending, applied, overtaken };
  Kind kind = Kind::pending;
  std::string attempt_state;
  std::string disposition;
  bool owned = false;  // a daemon has the account now
};

Result<ResolutionProgress> resolution_progress(Session& session, std::int64_t resolution);

// A decision that waits for its account's owner.
struct PendingResolution {
  std::string account;
  campaign::AttemptId attempt;
  bool placed = false;
  std::string reason;
  std::string decided_by;
};

// Of these accounts, the oldest first. Those whose attempt is no longer in doubt are closed as overtaken, and not told.
Result<std::vector<PendingResolution>> pending_resolutions(Session& session, const std::vector<std::string>& accounts);

}  // namespace dialerd::storage
