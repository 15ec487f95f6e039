// What a webhook says (the provider's pages docs/operate/monitor/webhooks/schema and .../agent).
//
// v2: {"event", "webhook_version": "v2", "call": {...}}, its call nearly the object that the API shows of it, but with
// `call_id` and `call_status`. v1 has no `webhook_version`, and call_from, call_to, start_timestamp, end_timestamp; it
// tells no status. Fields may be missing, events may be new. Nothing here throws for what a body holds, however
// strange.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "campaign/call.h"

namespace dialerd::daemon::webhook {

inline constexpr std::size_t json_depth_max = 32;
inline constexpr std::size_t word_bytes_max = 100;  // of an event's name or a version

struct Envelope {
  std::string event;    // as sent, made printable; empty when it does not say
  std::string version;  // "v1" when it does not say
  campaign::CallNews call;
};

// Nullopt when the body is no JSON, is nested too deeply, or names no call.
std::optional<Envelope> read_envelope(std::string_view body);

// Of an event's name: it says of a call only that it goes on, and nothing of its end.
bool tells_only_of_beginning(std::string_view event);

}  // namespace dialerd::daemon::webhook
