#include "config/retry_reader.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "config/disconnection_reason.h"
#include "config/map_reader.h"
#include "config/units.h"

namespace dialerd::config {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;
using std::chrono::seconds;

constexpr std::string_view next_day = "next_day";
constexpr std::array<Choice<AfterCall>, 3> words = {
    {{"retry", AfterCall::retry}, {"done", AfterCall::done}, {"hold", AfterCall::hold}}};
constexpr std::array<Choice<AfterCall>, 2> ends = {{{"done", AfterCall::done}, {"hold", AfterCall::hold}}};

constexpr std::array<std::string_view, 4> never_of_refusals = {"max", "different_daypart", "next_caller_number",
                                                               "next_number"};

constexpr auto reason_names = [] {
  std::array<std::string_view, disconnection_reasons.size() + 2> names;
  auto end = std::ranges::copy(disconnection_reasons, names.begin()).out;
  *end++ = short_conversation;
  *end = other_reason;
  return names;
}();

std::optional<Delay> read_delay(const Node& node, Diagnostics& diagnostics) {
  constexpr std::array<std::string_view, 1> names = {next_day};
  if (node.schema != nullptr) {
    node.schema->either().words(names);
    read_duration_as<seconds>(node.schema->either().place(), "retry", {1s, days(90)}, diagnostics);
    return std::nullopt;
  }
  if (node.kind == Node::Kind::scalar) {
    if (node.text == next_day) return Delay{.time = 0s, .next_day = true};
    if (is_bare_number(node.text)) {
      diagnostics.add(node.at, "'retry' has no unit: " + node.text,
                      "write " + node.text + "m for minutes, or s, h or d for another unit");
      return std::nullopt;
    }
    if (nearest(node.text, names) == next_day) {
      diagnostics.add(node.at, "unknown delay " + quote(node.text), "did you mean 'next_day'?");
      return std::nullopt;
    }
  }
  const auto time = read_duration_as<seconds>(node, "retry", {1s, days(90)}, diagnostics);
  if (!time) return std::nullopt;
  return Delay{.time = *time, .next_day = false};
}

std::vector<Delay> read_delays(const Node& node, Diagnostics& diagnostics) {
  std::vector<Delay> delays;
  if (node.schema != nullptr) {
    read_delay(node.schema->either().place(), diagnostics);
    read_delay(node.schema->either().list(1).place(), diagnostics);
    return delays;
  }
  if (node.kind == Node::Kind::scalar) {
    if (const auto delay = read_delay(node, diagnostics)) delays.push_back(*delay);
    return delays;
  }
  if (!is_list(node, "retry", "[30m, 2h, next_day]", diagnostics)) return delays;
  for (const Node& item : node.items) {
    if (const auto delay = read_delay(item, diagnostics)) delays.push_back(*delay);
  }
  return delays;
}

void check_short_conversation(const Node& node, Diagnostics& diagnostics) {
  const bool retry = find(node, "retry") != nullptr;
  const bool then = find(node, "then") != nullptr;
  if (retry == then) {
    diagnostics.add(node.at,
                    std::string("'short_conversation' needs ") + (retry ? "one of " : "") + "'retry' or 'then'",
                    "write what follows, such as {under: 5s, retry: [1d], max: 1} or {under: 5s, then: hold}");
  }
}

ReasonPolicy read_policy_map(const Node& node, std::string_view reason, Diagnostics& diagnostics) {
  ReasonPolicy policy;
  MapReader map(node, reason, diagnostics);
  if (const Node* delays = map.optional("retry")) {
    policy.then = AfterCall::retry;
    policy.delays = read_delays(*delays, diagnostics);
  }
  if (is_refusal(reason)) {
    for (const std::string_view key : never_of_refusals) {
      if (find(node, key) != nullptr) map.optional(key);  // that was reported
    }
  } else {
    map.integer("max", policy.max, {1, 100});
    map.boolean("different_daypart", policy.different_daypart);
    map.boolean("next_caller_number", policy.next_caller_number);
    map.boolean("next_number", policy.next_number);
  }
  if (reason == short_conversation) {
    if (map.required("under", "under: 5s") != nullptr) map.duration("under", policy.under, {1s, 1h});
    AfterCall then = AfterCall::retry;
    map.choice("then", then, ends);
    if (then != AfterCall::retry) policy.then = then;
    check_short_conversation(node, diagnostics);
  } else if (const Entry* under = find(node, "under")) {
    map.optional("under");
    diagnostics.add(under->at, quote(reason) + " cannot have an 'under'",
                    "write it in short_conversation, which stands for every short one");
  }
  map.finish();
  return policy;
}

void check_refusal(const Node& node, std::string_view reason, Diagnostics& diagnostics) {
  for (const std::string_view key : never_of_refusals) {
    if (const Entry* entry = find(node, key)) {
      diagnostics.add(entry->at, quote(reason) + " cannot have a " + quote(key),
                      "remove it: the provider refused the call, which is never the lead's attempt");
    }
  }
}

void describe_policy(Schema& schema, std::string_view reason, Diagnostics& diagnostics) {
  if (reason == short_conversation) {
    read_policy_map(schema.place(), reason, diagnostics);
    return;
  }
  std::vector<std::string_view> names;
  for (const auto& [word, meaning] : words) {
    if (meaning != AfterCall::done || !is_refusal(reason)) names.push_back(word);
  }
  schema.either().words(names);
  read_policy_map(schema.either().place(), reason, diagnostics);
}

std::optional<ReasonPolicy> read_policy(const Node& node, std::string_view reason, Diagnostics& diagnostics) {
  if (node.kind == Node::Kind::map) {
    if (is_refusal(reason)) check_refusal(node, reason, diagnostics);
    return read_policy_map(node, reason, diagnostics);
  }
  if (node.kind == Node::Kind::scalar && (parse_duration(node.text) || node.text == next_day)) {
    diagnostics.add(node.at, quote(reason) + " is a delay alone", "write {retry: [" + node.text + "]}");
    return std::nullopt;
  }
  if (reason == short_conversation) {
    report_kind(node, reason, "a map", "write it like {under: 5s, retry: [1d], max: 1}", diagnostics);
    return std::nullopt;
  }
  std::array<std::string_view, words.size()> names;
  std::ranges::transform(words, names.begin(), &Choice<AfterCall>::first);
  const auto word = read_word(node, reason, names, diagnostics);
  if (!word) return std::nullopt;
  ReasonPolicy policy;
  policy.then = words[*word].second;
  if (is_refusal(reason) && policy.then == AfterCall::done) {
    diagnostics.add(node.at, quote(reason) + " cannot be 'done'",
                    "use retry or hold: the provider refused the call, which is never the lead's attempt");
    return std::nullopt;
  }
  return policy;
}

}  // namespace

Retry read_retry(const Node& node, Diagnostics& diagnostics) {
  Retry retry;
  MapReader map(node, "retry", diagnostics);
  map.integer("max_attempts", retry.max_attempts, {1, 100});
  map.integer("max_per_day", retry.max_per_day, {1, 100});
  map.percent("jitter", retry.jitter_percent, {0, 100});
  const Node* reasons = map.optional("reasons");
  map.finish();
  if (reasons == nullptr) return retry;

  if (Schema* schema = reasons->schema) {
    for (const std::string_view reason : reason_names)
      describe_policy(schema->key_like_others(reason), reason, diagnostics);
    return retry;
  }
  for (const Entry* entry : read_entries(*reasons, "reasons", diagnostics)) {
    if (std::ranges::find(reason_names, entry->key) == reason_names.end()) {
      diagnostics.add(entry->at, "unknown disconnection reason " + quote(entry->key),
                      suggest(entry->key, reason_names, "use one of: " + join(reason_names)));
    } else if (auto policy = read_policy(entry->value, entry->key, diagnostics)) {
      retry.reasons.emplace(entry->key, std::move(*policy));
    }
  }
  return retry;
}

}  // namespace dialerd::config
