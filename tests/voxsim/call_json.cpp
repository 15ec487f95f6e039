#include "tests/voxsim/call_json.h"

#include "tests/voxsim/json_text.h"

namespace dialerd::voxsim {

namespace {

constexpr std::uint32_t kCostPerMinuteInHundredths = 12'000;  // 120 won a minute

void append_time(std::string& out, std::string_view name, bool known, std::int64_t time_ms) {
  out += name;
  if (known) {
    append_integer(out, time_ms);
  } else {
    out += "null";
  }
}

void append_analysis_and_cost(std::string& out, const Call& call, bool computed, PendingAnalysis pending) {
  if (computed) {
    out += R"(,"call_analysis":)";
    append_analysis(out);
    out += R"(,"call_cost":)";
    append_cost(out, call.fate.talk_ms);
  } else if (pending == PendingAnalysis::kNull) {
    out += R"(,"call_analysis":null,"call_cost":null)";
  } else {
    out += R"(,"call_analysis":{"summary":null,"user_sentiment":null,"custom_analysis_data":null})";
    out += R"(,"call_cost":{"total_cost":null})";
  }
}

}  // namespace

const Outcome& outcome_at(const Call& call, const OutcomeModel& outcomes, std::int64_t now_ms) {
  const bool later = call.fate.contradict_ms > 0 && now_ms >= call.end_ms() + call.fate.contradict_ms;
  return outcomes.at(later ? call.fate.later_outcome : call.fate.outcome);
}

std::string_view status_of(const Call& call, const OutcomeModel& outcomes, std::int64_t now_ms) {
  if (now_ms >= call.end_ms()) return outcome_at(call, outcomes, now_ms).status;
  return now_ms >= call.answer_ms() ? "ongoing" : "queued";
}

void append_call(std::string& out, const CallStore& store, const OutcomeModel& outcomes, const Options& options,
                 CallIndex index, std::int64_t now_ms, bool with_transcript) {
  const Call& call = store.at(index);
  const Outcome& outcome = outcome_at(call, outcomes, now_ms);
  const Agent& agent = store.agent(call.agent);
  const bool over = now_ms >= call.end_ms();
  const bool connected = outcome.connects && now_ms >= call.answer_ms();
  const std::string id = store.id(index);

  out += R"({"id":")";
  out += id;
  out += R"(","agent":{"agent_id":)";
  append_quoted(out, agent.id);
  out += R"(,"agent_version":)";
  append_quoted(out, agent.version);
  out += R"(},"call_type":)";
  append_quoted(out, options.call_type);
  out += R"(,"status":)";
  append_quoted(out, status_of(call, outcomes, now_ms));
  out += R"(,"from_number":")";
  append_number(out, call.from);
  out += R"(","to_number":")";
  append_number(out, call.to);
  out += R"(","presentation_number":)";
  if (call.presentation == 0) {
    out += "null";
  } else {
    append_quoted(out, number_text(call.presentation));
  }
  out += R"(,"disconnection_reason":)";
  if (over) {
    append_quoted(out, outcome.reason);
  } else {
    out += "null";
  }
  append_time(out, R"(,"start_at":)", connected, call.answer_ms());
  append_time(out, R"(,"end_at":)", over, call.end_ms());
  out += R"(,"recording_url":)";
  append_recording_url(out, id, over && connected);
  out += R"(,"metadata":)";
  out += store.metadata(call);
  out += R"(,"dynamic_variables":)";
  out += store.variables(call);
  const bool computed = outcome.connects && now_ms >= call.end_ms() + call.fate.analysis_ms;
  append_analysis_and_cost(out, call, computed, options.pending_analysis);
  out += R"(,"variant_label":null,"opt_out_sensitive_data_storage":false)";
  if (with_transcript) {
    out += R"(,"transcript":)";
    append_transcript(out, over && connected);
  }
  out += '}';
}

void append_recording_url(std::string& out, std::string_view call_id, bool connected) {
  if (!connected) {
    out += "null";
    return;
  }
  out += R"("https://recordings.voxsim.invalid/)";
  out += call_id;
  out += ".wav\"";
}

void append_transcript(std::string& out, bool connected) {
  out += connected ? R"([{"role":"agent","content":"안녕하세요."},{"role":"user","content":"네, 안녕하세요."}])" : "[]";
}

void append_analysis(std::string& out) {
  out += R"({"summary":"통화가 완료되었습니다.","user_sentiment":"neutral","custom_analysis_data":[]})";
}

void append_cost(std::string& out, std::uint32_t talk_ms) {
  const std::uint64_t hundredths = std::uint64_t{talk_ms} * kCostPerMinuteInHundredths / 60'000;
  out += R"({"total_cost":")";
  append_integer(out, hundredths / 100);
  out += '.';
  out += static_cast<char>('0' + hundredths / 10 % 10);
  out += static_cast<char>('0' + hundredths % 10);
  out += "\"}";
}

}  // namespace dialerd::voxsim
