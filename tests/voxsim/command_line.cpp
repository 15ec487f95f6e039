#include "tests/voxsim/command_line.h"

#include <string>

#include <CLI/CLI.hpp>

#include "tests/voxsim/flag_types.h"
#include "tests/voxsim/webhook_flags.h"

namespace dialerd::voxsim {

namespace {

void add_server_flags(CLI::App& app, Options& options) {
  app.add_option("--address", options.address, "address to listen on")->capture_default_str();
  app.add_option("--port", options.port, "port to listen on; 0 takes a free one")->capture_default_str();
  app.add_option("--port-file", options.port_file, "write the port there, atomically, once listening");
  app.add_option("--threads", options.threads, "event loops, each on a thread of its own")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  auto* certificate = app.add_option("--tls-cert", options.tls.certificate_file, "PEM certificate chain");
  auto* key = app.add_option("--tls-key", options.tls.key_file, "PEM private key");
  certificate->needs(key);
  key->needs(certificate);
  app.add_option("--self-signed-dir", options.tls.self_signed_directory,
                 "make (or reuse) a certificate for localhost and 127.0.0.1 there; clients trust DIR/ca.pem")
      ->excludes(certificate)
      ->excludes(key);
  app.add_option("--ledger", options.ledger_file, "append one JSON line per received request to this file");
}

void add_account_flags(CLI::App& app, Options& options) {
  app.add_option("--api-key", options.api_keys, "accepted bearer key; repeatable")->capture_default_str();
  app.add_option("--organization-id", options.organization_id, "the organization of those keys")->capture_default_str();
  app.add_flag("--sub-organization", options.sub_organization, "plan limits read as null");
  app.add_option("--presentation-number", options.approved_presentation_numbers,
                 "approved presentation number; repeatable; without it any is accepted");
  app.add_flag("--metadata-filter", options.metadata_filter, "put metadata=key:value on the list's allow-list");
  app.add_option("--success-code", options.success_code, "HTTP status of a created call")
      ->check(CLI::IsMember({200, 201}))
      ->capture_default_str();
}

void add_call_flags(CLI::App& app, Options& options) {
  app.add_option("--seed", options.seed, "what all randomness is drawn from")->capture_default_str();
  app.add_option("--clock-offset-ms", options.clock_offset_ms,
                 "how far the provider's clock is ahead of this machine's");
  app.add_option("--outcomes", options.outcomes, "how calls end: reason[:status]=weight,...")
      ->type_name("REASON=WEIGHT,...");
  app.add_option("--call-type", options.call_type, "call_type of created calls")->capture_default_str();
  add_range(app, "--ring-ms", options.ring_ms, "how long a call is queued");
  add_range(app, "--talk-ms", options.talk_ms, "how long a connected call is ongoing");
  add_range(app, "--analysis-ms", options.analysis_ms, "after the end of a connected call, until analysis and cost");
  app.add_option("--never-end", options.never_end, "probability that a call connects and never ends")
      ->check(CLI::Range(0.0, 1.0));
  app.add_option("--contradict", options.contradict,
                 "probability that a call has another reason some time after its end")
      ->check(CLI::Range(0.0, 1.0));
  add_range(app, "--contradict-ms", options.contradict_ms, "after the end, until the other reason is shown");
  add_range(app, "--list-lag-ms", options.list_lag_ms, "after creation, until a listing shows the call");
  add_choice<CursorMode>(app, "--cursor", options.cursor_mode,
                         {{"keyset", CursorMode::kKeyset}, {"offset", CursorMode::kOffset}},
                         "whether a page is found by place or by count");
  add_choice<CallToFilter>(app, "--call-to-filter", options.call_to_filter,
                           {{"or", CallToFilter::kOr},
                            {"last", CallToFilter::kLast},
                            {"first", CallToFilter::kFirst},
                            {"e164", CallToFilter::kE164},
                            {"ignored", CallToFilter::kIgnored},
                            {"none", CallToFilter::kNone}},
                           "what a listing makes of call_to parameters");
  add_choice<PendingAnalysis>(app, "--pending-analysis", options.pending_analysis,
                              {{"null", PendingAnalysis::kNull}, {"null-fields", PendingAnalysis::kNullFields}},
                              "what stands in call_analysis and call_cost before they are computed");
}

void add_limit_flags(CLI::App& app, Options& options) {
  LimitOptions& limits = options.limits;
  app.add_option("--concurrency", limits.concurrency, "calls open at once");
  app.add_option("--per-hour", limits.per_hour, "calls within any hour");
  app.add_option("--per-day", limits.per_day, "calls within any day");
  app.add_option("--hour-ms", limits.hour_ms, "length of the hour")->check(CLI::PositiveNumber)->capture_default_str();
  app.add_option("--day-ms", limits.day_ms, "length of the day")->check(CLI::PositiveNumber)->capture_default_str();
  app.add_option("--balance", limits.balance, "so many calls are accepted, then the balance is gone");
  add_choice<LimitAnswer>(
      app, "--limit-answer", limits.answer, {{"end", LimitAnswer::kEndCall}, {"429", LimitAnswer::kRefuse}},
      "over a limit: create a call that ends at once, or refuse with HTTP 429 (402 for the balance)");
  add_range(app, "--refusal-ms", limits.refusal_ms, "how long a call over a limit is queued before it ends");
  app.add_option("--requests-per-second", options.request_rate.per_second, "HTTP requests within any second");
  app.add_option("--requests-per-minute", options.request_rate.per_minute, "HTTP requests within any minute");
  app.add_option_function<std::string>(
         "--retry-after",
         [&options](const std::string& text) {
           options.retry_after = {};
           if (text == "none") return;
           options.retry_after.kind = RetryAfter::Kind::kComputed;
           if (text == "computed") return;
           options.retry_after.kind = RetryAfter::Kind::kFixed;
           if (!read_number(text, options.retry_after.seconds)) {
             throw CLI::ValidationError("--retry-after", "expected none, computed or seconds, got '" + text + "'");
           }
         },
         "Retry-After of 429 and 503: none, computed or a number of seconds (default none)")
      ->type_name("none|computed|SECONDS");
}

void add_fault_flags(CLI::App& app, Options& options) {
  add_faults(app, "--fault", options.post_faults,
             "of a POST /v3/calls: reset-before, reset-after, hang-after, error-500-before, error-500-after, "
             "error-503-before, garbage, truncated, slow; repeatable");
  add_faults(app, "--get-fault", options.get_faults, "the same, of every other request; repeatable");
  add_range(app, "--slow-ms", options.slow_ms, "how much later a slow answer is sent");
  app.add_option_function<std::string>(
         "--error-burst",
         [&options](const std::string& text) {
           const std::size_t colon = text.find(':');
           ErrorBurstOptions& burst = options.error_burst;
           if (colon == std::string::npos || !read_number(text.substr(0, colon), burst.every_ms) ||
               !read_number(text.substr(colon + 1), burst.length_ms) || burst.length_ms > burst.every_ms) {
             throw CLI::ValidationError("--error-burst", "expected milliseconds as EVERY:LENGTH, got '" + text + "'");
           }
         },
         "answer every request with an error for the last LENGTH of every EVERY milliseconds")
      ->type_name("MS:MS");
  app.add_option("--error-burst-status", options.error_burst.status, "that error")
      ->check(CLI::IsMember({500, 503}))
      ->capture_default_str();
  app.add_option("--close-idle-ms", options.close_idle_ms, "close a connection that has been idle so long; 0 never")
      ->capture_default_str();
}

}  // namespace

CommandLine parse_command_line(int argc, const char* const* argv) {
  CommandLine result;
  CLI::App app("A simulated vox.ai v3 voice API over TLS, for tests.", "voxsim");
  add_server_flags(app, result.options);
  add_account_flags(app, result.options);
  add_call_flags(app, result.options);
  add_limit_flags(app, result.options);
  add_fault_flags(app, result.options);
  add_webhook_flags(app, result.options.webhooks);
  try {
    app.parse(argc, argv);
    if (result.options.tls.certificate_file.empty() && result.options.tls.self_signed_directory.empty()) {
      throw CLI::RequiredError("--self-signed-dir, or --tls-cert with --tls-key,");
    }
  } catch (const CLI::ParseError& error) {
    result.exit_code = app.exit(error);
  }
  return result;
}

}  // namespace dialerd::voxsim
