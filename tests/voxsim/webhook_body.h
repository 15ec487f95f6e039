#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "tests/voxsim/webhook_options.h"

namespace dialerd::voxsim {

enum class WebhookEvent { kStarted, kEnded, kAnalyzed };

// "call_started", "call_ended", "call_analyzed".
std::string_view webhook_event_name(WebhookEvent event);

// What the events of a call say about it. Times are unix milliseconds of the provider's clock.
struct EventCall {
  std::string id;
  std::string agent_id;
  std::string agent_version;
  std::string call_type;
  std::string from_number;
  std::string to_number;
  std::string metadata;           // JSON text of an object
  std::string dynamic_variables;  // the same
  std::int64_t start_at = 0;      // 0: never connected
  std::int64_t end_at = 0;        // 0: never ends
  std::string status;             // at the end
  std::string reason;             // disconnection_reason

  bool connects() const { return start_at != 0; }
};

// The body of one event, as docs.tryvox.co/docs/operate/monitor/webhooks/{schema,agent} have it. Note that the call is
// named by `call_id` and its status by `call_status`, unlike in the API. v1 has other names for most fields, and cost
// and analysis within call_ended. Pure: a repeated delivery has the same bytes.
std::string webhook_body(WebhookVersion version, WebhookEvent event, const EventCall& call);

}  // namespace dialerd::voxsim
