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

// What the provider computes some time after the end of a call, as text: kept, and never decided upon. Empty: not
// known.
struct CallDetails {
  std::string total_cost;  // decimal, in KRW; never a float
  std::string summary;     // call_analysis.summary
  std::string sentiment;   // call_analysis.user_sentiment
  std::string analysis;    // call_analysis.custom_analysis_data, as JSON text
  std::string recording_url;

  friend bool operator==(const CallDetails&, const CallDetails&) = default;
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
  std::optional<CallDetails> details;  // set once the provider knows the cost or the analysis
};

// Whether the call goes on, as far as the news tells.
inline bool is_running(const CallNews& news) {
  return news.disconnection_reason.empty() && news.status != "ended" && news.status != "error" &&
         news.status != "canceled" && news.status != "not_connected";
}

// A webhook says that there is news of a call. It is believed in nothing but that: the call is looked up.
struct Hint {
  std::optional<AttemptId> attempt;  // from metadata.attempt_id
  std::string call_id;
  bool begun = false;  // it tells of the call's beginning: nothing new of a call that is known to be open
};

}  // namespace dialerd::campaign
