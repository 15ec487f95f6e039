#include "tests/voxsim/webhook_log.h"

#include "tests/voxsim/json_text.h"

namespace dialerd::voxsim {

void WebhookLog::append(const WebhookLogEntry& entry) {
  if (!file_.is_open()) return;
  std::string& out = file_.pending();
  out += R"({"at_ms":)";
  append_integer(out, entry.at_us / 1000);
  out += R"(,"account":)";
  append_integer(out, entry.account);
  append_text_or_null(out, R"(,"kind":)", entry.kind);
  append_text_or_null(out, R"(,"forgery":)", entry.forgery);
  append_text_or_null(out, R"(,"event":)", entry.event);
  append_text_or_null(out, R"(,"call_id":)", entry.call_id);
  append_text_or_null(out, R"(,"attempt_id":)", entry.attempt_id);
  out += R"(,"try":)";
  append_integer(out, entry.number);
  append_text_or_null(out, R"(,"sha256":)", entry.body_sha256);
  append_number_or_null(out, R"(,"status":)", entry.status.value_or(0));
  out += R"(,"latency_ms":)";
  append_integer(out, entry.latency_us / 1000);
  out += "}\n";
  file_.flush();
}

}  // namespace dialerd::voxsim
