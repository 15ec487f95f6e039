#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/voxsim/webhook_options.h"

namespace dialerd::voxsim {

// What the provider does with a call that would go over one of its limits. Which of the two the real API does is not
// published, so a client has to be safe under both.
enum class LimitAnswer {
  kEndCall,  // the call is created and ends with `..._limit_reached` or `insufficient_balance`, status error
  kRefuse,   // HTTP 429 (402 for the balance), nothing is created
};

// What stands in the Retry-After header of a 429 or 503.
struct RetryAfter {
  enum class Kind { kNone, kComputed, kFixed };
  Kind kind = Kind::kNone;
  std::uint32_t seconds = 0;  // kFixed only
};

// How a listing goes on after a page. Stability of cursors while calls arrive is not documented either.
enum class CursorMode {
  kKeyset,  // the cursor is a place in the order: new calls never shift a page
  kOffset,  // the cursor is a count: a call that arrives in front shifts every later page
};

// What a reader sees in call_analysis and call_cost before they are computed.
enum class PendingAnalysis {
  kNull,        // the object itself is null
  kNullFields,  // the object is there and its fields are null
};

// What a listing makes of several call_to parameters, and of their form. Only "or" is documented.
enum class CallToFilter {
  kOr,       // calls to any of these numbers
  kLast,     // the last one stands
  kFirst,    // the first one stands
  kE164,     // numbers are understood as +82..., and in no other form; several are alternatives
  kIgnored,  // all calls, whatever they were to
  kNone,     // no call is ever found by it
};

// Outages that come and go by the clock: the last `length_ms` of every `every_ms` since the start.
struct ErrorBurstOptions {
  std::uint32_t every_ms = 0;  // 0: none
  std::uint32_t length_ms = 0;
  std::uint16_t status = 503;  // or 500
};

// A limit that is not set does not limit.
struct LimitOptions {
  std::optional<std::uint32_t> concurrency;
  std::optional<std::uint32_t> per_hour;
  std::optional<std::uint32_t> per_day;
  std::optional<std::uint64_t> balance;  // so many calls are accepted, then the money is gone
  std::uint32_t hour_ms = 3'600'000;     // length of the rolling "hour", so that a test need not wait for one
  std::uint32_t day_ms = 86'400'000;
  LimitAnswer answer = LimitAnswer::kEndCall;
  MillisecondRange refusal_ms{10, 50};  // how long a refused call stays queued under kEndCall
};

struct RequestRateOptions {
  std::optional<std::uint32_t> per_second;
  std::optional<std::uint32_t> per_minute;
};

struct TlsOptions {
  std::string certificate_file;
  std::string key_file;
  std::string self_signed_directory;  // excludes the two above
};

// Everything that can be chosen about the simulated provider. Plain data; filled from the command line or by a test.
struct Options {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;
  std::string port_file;
  std::uint32_t threads = 1;
  TlsOptions tls;
  std::string ledger_file;

  std::vector<std::string> api_keys{"voxsim-key"};
  std::string organization_id = "00000000-0000-4000-8000-000000000001";
  bool sub_organization = false;                           // a sub-organisation's plan limits read as null
  std::vector<std::string> approved_presentation_numbers;  // empty: any
  bool metadata_filter = false;

  std::uint64_t seed = 1;
  std::int64_t clock_offset_ms = 0;  // how far the provider's clock is ahead of this machine's
  std::string outcomes;              // "reason=weight,reason:status=weight"; empty: everyone answers and hangs up
  std::string call_type = "outbound";
  MillisecondRange ring_ms{50, 300};
  MillisecondRange talk_ms{200, 2000};
  MillisecondRange analysis_ms{100, 500};
  double never_end = 0;                       // probability that a call connects and is ongoing for ever
  double contradict = 0;                      // probability that a call that ended has another reason later
  MillisecondRange contradict_ms{500, 1500};  // so long after its end
  MillisecondRange list_lag_ms{0, 0};
  CallToFilter call_to_filter = CallToFilter::kOr;
  CursorMode cursor_mode = CursorMode::kKeyset;
  PendingAnalysis pending_analysis = PendingAnalysis::kNull;

  LimitOptions limits;
  RequestRateOptions request_rate;
  RetryAfter retry_after;
  std::uint16_t success_code = 201;

  std::vector<std::pair<std::string, double>> post_faults;  // fault name, probability; names in faults.h
  std::vector<std::pair<std::string, double>> get_faults;
  MillisecondRange slow_ms{500, 1500};
  ErrorBurstOptions error_burst;
  std::uint32_t close_idle_ms = 0;  // 0: an idle connection is kept

  WebhookOptions webhooks;
};

}  // namespace dialerd::voxsim
