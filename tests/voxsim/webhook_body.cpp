#include "tests/voxsim/webhook_body.h"

#include "tests/voxsim/call_json.h"
#include "tests/voxsim/json_text.h"

namespace dialerd::voxsim {

namespace {

void append_text(std::string& out, std::string_view name, std::string_view text) {
  out += name;
  append_quoted(out, text);
}

void append_time(std::string& out, std::string_view name, std::int64_t time) {
  out += name;
  if (time == 0) {
    out += "null";
  } else {
    append_integer(out, time);
  }
}

std::int64_t duration_of(const EventCall& call) { return call.connects() ? call.end_at - call.start_at : 0; }

void append_recording_and_transcript(std::string& out, const EventCall& call) {
  out += R"(,"recording_url":)";
  append_recording_url(out, call.id, call.connects());
  out += R"(,"transcript":)";
  append_transcript(out, call.connects());
}

std::string body_v2(WebhookEvent event, const EventCall& call) {
  std::string out = R"({"event":")";
  out += webhook_event_name(event);
  append_text(out, R"(","webhook_version":"v2","call":{"call_id":)", call.id);
  append_text(out, R"(,"agent":{"agent_id":)", call.agent_id);
  append_text(out, R"(,"agent_version":)", call.agent_version);
  append_text(out, R"(},"call_type":)", call.call_type);
  append_text(out, R"(,"from_number":)", call.from_number);
  append_text(out, R"(,"to_number":)", call.to_number);
  out += R"(,"dynamic_variables":)" + call.dynamic_variables;
  out += R"(,"metadata":)" + call.metadata;
  append_time(out, R"(,"start_at":)", call.start_at);
  if (event != WebhookEvent::kStarted) {
    append_time(out, R"(,"end_at":)", call.end_at);
    append_text(out, R"(,"call_status":)", call.status);
    append_text(out, R"(,"disconnection_reason":)", call.reason);
    append_recording_and_transcript(out, call);
  }
  if (event == WebhookEvent::kAnalyzed) {
    out += R"(,"call_analysis":)";
    append_analysis(out);
    out += R"(,"call_cost":)";
    append_cost(out, static_cast<std::uint32_t>(duration_of(call)));
  }
  return out += R"(,"opt_out_sensitive_data_storage":false}})";
}

std::string body_v1(WebhookEvent event, const EventCall& call) {
  std::string out = R"({"event":")";
  out += webhook_event_name(event);
  append_text(out, R"(","call":{"call_id":)", call.id);
  append_text(out, R"(,"agent_id":)", call.agent_id);
  append_text(out, R"(,"call_type":)", call.call_type);
  append_text(out, R"(,"call_from":)", call.from_number);
  append_text(out, R"(,"call_to":)", call.to_number);
  out += R"(,"dynamic_variables":)" + call.dynamic_variables;
  out += R"(,"metadata":)" + call.metadata;
  append_time(out, R"(,"start_timestamp":)", call.start_at);
  if (event != WebhookEvent::kStarted) {
    append_time(out, R"(,"end_timestamp":)", call.end_at);
    out += R"(,"duration_ms":)";
    append_integer(out, duration_of(call));
    append_text(out, R"(,"disconnection_reason":)", call.reason);
    append_recording_and_transcript(out, call);
    out += R"(,"call_analysis":)";
    if (call.connects()) {
      append_analysis(out);
    } else {
      out += "null";
    }
    out += R"(,"call_cost":{"total_credits_used":)";
    append_integer(out, duration_of(call) / 500);  // two credits a second
    out += R"(,"duration_seconds":)";
    append_integer(out, duration_of(call) / 1000);
    out += '}';
  }
  return out += R"(,"opt_out_sensitive_data_storage":false}})";
}

}  // namespace

std::string_view webhook_event_name(WebhookEvent event) {
  switch (event) {
    case WebhookEvent::kStarted:
      return "call_started";
    case WebhookEvent::kEnded:
      return "call_ended";
    case WebhookEvent::kAnalyzed:
      break;
  }
  return "call_analyzed";
}

std::string webhook_body(WebhookVersion version, WebhookEvent event, const EventCall& call) {
  return version == WebhookVersion::kV1 ? body_v1(event, call) : body_v2(event, call);
}

}  // namespace dialerd::voxsim
