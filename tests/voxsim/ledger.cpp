#include "tests/voxsim/ledger.h"

#include "tests/voxsim/json_text.h"

namespace dialerd::voxsim {

void Ledger::append(const LedgerEntry& entry) {
  if (!file_.is_open()) return;
  std::string& out = file_.pending();
  out += R"({"at_ms":)";
  append_integer(out, entry.at_us / 1000);
  out += R"(,"at_us":)";
  append_integer(out, entry.at_us);
  out += R"(,"seq":)";
  append_integer(out, entry.sequence);
  append_text_or_null(out, R"(,"method":)", entry.method);
  append_text_or_null(out, R"(,"target":)", entry.target);
  append_number_or_null(out, R"(,"status":)", entry.status);
  append_text_or_null(out, R"(,"outcome":)", entry.outcome);
  out += R"(,"delay_ms":)";
  append_integer(out, entry.delay_ms);
  if (entry.is_create) {
    append_text_or_null(out, R"(,"attempt_id":)", entry.attempt_id);
    append_text_or_null(out, R"(,"to_number":)", entry.to_number);
    append_text_or_null(out, R"(,"from_number":)", entry.from_number);
    out += entry.created ? R"(,"created":true)" : R"(,"created":false)";
    append_text_or_null(out, R"(,"call_id":)", entry.call_id);
    append_text_or_null(out, R"(,"reason":)", entry.reason);
    append_text_or_null(out, R"(,"final_status":)", entry.final_status);
    append_number_or_null(out, R"(,"start_at":)", entry.answer_ms);
    append_number_or_null(out, R"(,"end_at":)", entry.end_ms);
    append_text_or_null(out, R"(,"later_reason":)", entry.later_reason);
    append_text_or_null(out, R"(,"later_status":)", entry.later_status);
    append_number_or_null(out, R"(,"later_at":)", entry.later_ms);
  }
  out += "}\n";
}

}  // namespace dialerd::voxsim
