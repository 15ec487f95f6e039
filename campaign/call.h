// What passes between the engine and the voice API, without the wire: the call to create, the classes of an answer, and
// news of calls. The wire lives in daemon/voxapi.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "campaign/ids.h"

namespace dialerd::campaign {

// POST /v3/calls. Variables and metadata are flat text; `attempt_id` is already among the metadata.
struct CallRequest {
  std::string from_number;
  std::string to_number;
  std::string agent_id;
  std::string agent_version;
  std::optional<std::string> presentation_number;
  std::vector<std::pair<std::string, std::string>> dynamic_variables;
  std::vector<std::pair<std::string, std::string>> metadata;
};

// What an answer to the POST proves. Only not_sent, throttled, rejected and account_fault prove that there is no call.
enum class AnswerKind : std::uint8_t {
  accepted,       // 2xx with a call id
  not_sent,       // no byte of the request left: resolve, connect or TLS handshake failed
  throttled,      // 429, or 503 with Retry-After
  rejected,       // 400, 404, 422 and other 4xx that judge this one request
  account_fault,  // 401, 402, 403: the key, the balance or the plan
  unknown         // anything else after the first byte of the request was written
};

struct CreateAnswer {
  AnswerKind kind = AnswerKind::unknown;
  std::string call_id;  // accepted
  int http_status = 0;  // 0: no answer was read
  std::string detail;   // the provider's error code and message, or what failed; <= 500 bytes
  std::optional<std::chrono::seconds> retry_after;  // as sent; the engine clamps it
};

// One call as the API tells it (list or get).
struct CallNews {
  std::string call_id;
  std::optional<AttemptId> attempt;  // from metadata.attempt_id, when it is a UUID
  std::string status;                // open set; queued and ongoing mean: still running
  std::string disconnection_reason;  // empty while running
  std::string from_number;
  std::optional<WallTime> start_at;
  std::optional<WallTime> end_at;
};

}  // namespace dialerd::campaign
