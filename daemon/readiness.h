// Whether this daemon can make calls, for a supervisor and for people (`systemctl status`, /readyz).
//
// A standby is ready: it would call if it owned an account. Not ready is a daemon that stops, or that cannot use its
// database. What an account or a campaign waits for (dialerd.condition) is no matter of readiness.
#pragma once

#include <string>
#include <vector>

namespace dialerd::daemon {

struct Readiness {
  bool ready = false;
  std::string reason;  // one line, of a ready daemon too; no secrets and no numbers of people
};

struct ReadinessFacts {
  bool draining = false;
  std::string storage_failure;         // empty: the database answers
  std::vector<std::string> owned;      // accounts whose lease holds
  std::vector<std::string> suspended;  // owned ones whose lease could not be renewed in time
  std::vector<std::string> elsewhere;  // accounts that another daemon owns
  std::vector<std::string> unowned;    // accounts that nobody owns yet, as far as is known
};

Readiness readiness_of(const ReadinessFacts& facts);

}  // namespace dialerd::daemon
