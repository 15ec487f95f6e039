// Whoever knows the URL may send anything.
#include <string>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "daemon/webhook/envelope.h"

namespace dialerd::daemon::webhook {
namespace {

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    char escape[8];
    if (static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\') {
      std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned>(static_cast<unsigned char>(c)));
      out += escape;
    } else {
      out += c;
    }
  }
  return out + "\"";
}

RC_GTEST_PROP(EnvelopeProperty, AnyBytesAreReadOrRefused, (const std::string& bytes)) { (void)read_envelope(bytes); }

// Bytes changed, left out or doubled in a good one: closer to what passes than random bytes ever come.
RC_GTEST_PROP(EnvelopeProperty, ADamagedEnvelopeIsReadOrRefused, ()) {
  std::string body = R"({"event":"call_ended","webhook_version":"v2","call":{"call_id":"c-1","metadata":{"attempt_id":)"
                     R"("01890a5d-ac96-774b-bcce-b302099a8057"},"start_at":1700000000123,"call_status":"ended",)"
                     R"("call_cost":{"total_cost":"1.5"},"transcript":["\ud83d\ude00"]}})";
  const auto wounds = *rc::gen::container<std::vector<std::pair<std::size_t, unsigned char>>>(
      rc::gen::pair(rc::gen::inRange<std::size_t>(0, 300), rc::gen::arbitrary<unsigned char>()));
  for (const auto& [place, byte] : wounds) {
    if (body.empty()) break;
    const std::size_t at = place % body.size();
    if (byte % 3 == 0) {
      body.erase(at, 1 + byte % 5);
    } else if (byte % 3 == 1) {
      body[at] = static_cast<char>(byte);
    } else {
      body.insert(at, body.substr(at, 1 + byte % 20));
    }
  }
  const auto envelope = read_envelope(body);
  if (envelope) RC_ASSERT(!envelope->call.call_id.empty());
}

RC_GTEST_PROP(EnvelopeProperty, WhatIsSaidIsRead, ()) {
  const auto word = rc::gen::container<std::string>(rc::gen::inRange<char>('!', '~'));
  const std::string call_id = *rc::gen::suchThat(word, [](const auto& w) { return !w.empty() && w.size() <= 200; });
  const std::string event = *rc::gen::suchThat(word, [](const auto& w) { return w.size() <= word_bytes_max; });
  const std::string status = *rc::gen::suchThat(word, [](const auto& w) { return w.size() <= 100; });
  const auto start = *rc::gen::inRange<std::int64_t>(0, 4'000'000'000'000);
  const bool second = *rc::gen::arbitrary<bool>();
  const std::string body = "{\"event\":" + quoted(event) + (second ? ",\"webhook_version\":\"v2\"" : "") +
                           ",\"call\":{\"call_id\":" + quoted(call_id) + ",\"call_status\":" + quoted(status) +
                           (second ? ",\"start_at\":" : ",\"start_timestamp\":") + std::to_string(start) + "}}";
  const auto envelope = read_envelope(body);
  RC_ASSERT(envelope.has_value());
  RC_ASSERT(envelope->event == event);
  RC_ASSERT(envelope->version == (second ? "v2" : "v1"));
  RC_ASSERT(envelope->call.call_id == call_id);
  RC_ASSERT(envelope->call.status == status);
  RC_ASSERT(envelope->call.start_at == campaign::WallTime(std::chrono::milliseconds(start)));
}

}  // namespace
}  // namespace dialerd::daemon::webhook
