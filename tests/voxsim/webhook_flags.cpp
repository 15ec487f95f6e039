#include "tests/voxsim/webhook_flags.h"

#include <string>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>

#include "tests/voxsim/flag_types.h"

namespace dialerd::voxsim {

namespace {

WebhookTarget read_target(const std::string& text) {
  if (text.starts_with("http://") || text.starts_with("https://")) return {.api_key = {}, .url = text};
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos) {
    throw CLI::ValidationError("--webhook-url", "expected a URL with http:// or https://, or KEY=URL");
  }
  return {.api_key = text.substr(0, equals), .url = text.substr(equals + 1)};
}

// "name=value,name=value".
WebhookSigningOptions read_signing(std::string_view text) {
  WebhookSigningOptions signing;
  while (!text.empty()) {
    const std::size_t comma = text.find(',');
    const std::string_view part = text.substr(0, comma);
    text = comma == std::string_view::npos ? std::string_view{} : text.substr(comma + 1);
    const std::size_t equals = part.find('=');
    const std::string_view name = part.substr(0, equals);
    const std::string value(equals == std::string_view::npos ? std::string_view{} : part.substr(equals + 1));
    if (name == "header") {
      signing.header = value;
    } else if (name == "algorithm") {
      signing.algorithm = value;
    } else if (name == "encoding") {
      signing.encoding = value;
    } else if (name == "prefix") {
      signing.prefix = value;
    } else if (name == "secret-file") {
      signing.secret_file = value;
    } else {
      throw CLI::ValidationError("--webhook-sign", "unknown part '" + std::string(name) + "'");
    }
  }
  if (signing.secret_file.empty()) throw CLI::ValidationError("--webhook-sign", "secret-file is missing");
  return signing;
}

void add_misbehaviour_flags(CLI::App& app, WebhookOptions& options) {
  add_range(app, "--webhook-delay-ms", options.delay_ms, "how much later than it happens an event is sent");
  const auto add_probability = [&app](const std::string& flag, double& value, const std::string& help) {
    app.add_option(flag, value, "probability that " + help)->check(CLI::Range(0.0, 1.0));
  };
  add_probability("--webhook-duplicate", options.duplicate, "an event is sent twice");
  add_probability("--webhook-reorder", options.reorder,
                  "an event is held back until the next one of its call was sent");
  add_probability("--webhook-drop", options.drop, "an event is never sent");
  add_probability("--webhook-forge", options.forge, "a forged event with another end is sent beside an event");
  add_probability("--webhook-unknown", options.unknown,
                  "an event of a call that nobody placed is sent beside an event");
  add_probability("--webhook-early", options.early, "call_started is sent before the POST is answered");
  app.add_option("--webhook-early-hold-ms", options.early_hold_ms,
                 "how much later than call_started that answer is sent")
      ->capture_default_str();
}

}  // namespace

void add_webhook_flags(CLI::App& app, WebhookOptions& options) {
  app.add_option_function<std::vector<std::string>>(
         "--webhook-url",
         [&options](const std::vector<std::string>& texts) {
           for (const std::string& text : texts) options.targets.push_back(read_target(text));
         },
         "where events are sent; repeatable with KEY=URL for the calls of one API key")
      ->type_name("[KEY=]URL");
  app.add_option("--webhook-ca", options.authority_file, "PEM file that https:// receivers are verified by");
  add_choice<WebhookVersion>(app, "--webhook-version", options.version,
                             {{"v1", WebhookVersion::kV1}, {"v2", WebhookVersion::kV2}}, "the envelope (default v2)");
  add_choice<UnconnectedWebhooks>(app, "--webhook-unconnected", options.unconnected,
                                  {{"none", UnconnectedWebhooks::kNone}, {"ended", UnconnectedWebhooks::kEnded}},
                                  "what is sent of a call that never connects (default none)");
  app.add_option_function<std::string>(
         "--webhook-sign", [&options](const std::string& text) { options.signing = read_signing(text); },
         "secret-file=F[,header=X-Vox-Signature][,algorithm=hmac-sha256][,encoding=hex][,prefix=sha256=]")
      ->type_name("NAME=VALUE,...");
  add_misbehaviour_flags(app, options);
  app.add_option("--webhook-retries", options.retries, "more attempts after an answer that is not 2xx, or none")
      ->capture_default_str();
  app.add_option("--webhook-backoff-ms", options.backoff_ms, "before the first of them; doubles with each")
      ->capture_default_str();
  app.add_option("--webhook-timeout-ms", options.timeout_ms, "how long an attempt may take")->capture_default_str();
  app.add_option("--webhook-connections", options.connections, "connections to each receiver")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  app.add_option("--webhook-queue", options.waiting_most, "events that may wait; what comes on top is lost")
      ->capture_default_str();
  app.add_option("--webhook-log", options.log_file, "append one JSON line per delivery attempt to this file");
}

}  // namespace dialerd::voxsim
