// What an answer to POST /v3/calls proves. Pure: the table in tests/unit/daemon/voxapi is the specification.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "campaign/call.h"

namespace dialerd::daemon::voxapi {

// The answer's body, read.
struct CreateBody {
  std::string call_id;  // of a 2xx: empty when the body is not a call object with a usable id
  std::string error;    // of anything else: what the provider said, fit for a log (detail.h)
};

// A whole answer was read. A class that proves "there is no call" is given only to a status that cannot mean anything
// else; every other one is unknown, since an attempt in doubt costs a look-up and a wrong certainty a second call.
campaign::CreateAnswer classify_create(int http_status, const CreateBody& body,
                                       std::optional<std::chrono::seconds> retry_after);

}  // namespace dialerd::daemon::voxapi
