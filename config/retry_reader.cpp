#include "config/retry_reader.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "config/disconnection_reason.h"
#include "config/map_reader.h"
#include "config/units.h"

namespace dialerd::config {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view other = "other";
constexpr std::array<std::string_view, 3> words = {"retry", "done", "hold"};
constexpr std::array<AfterCall, 3> meanings = {AfterCall::retry, AfterCall::done, AfterCall::hold};

// The provider did not place the call, so it is never the lead's attempt and cannot end the lead.
constexpr std::array<std::string_view, 4> refusals = {"concurrency_limit_reached", "hourly_call_limit_reached",
                                                      "daily_call_limit_reached", "insufficient_balance"};

constexpr auto reason_names = [] {
  std::array<std::string_view, disconnection_reasons.size() + 1> names;
  std::ranges::copy(disconnection_reasons, names.begin());
  names.back() = other;
  return names;
}();

std::vector<std::chrono::seconds> read_delays(const Node& node, Diagnostics& diagnostics) {
  constexpr Range<std::chrono::seconds> range{1s, std::chrono::days(90)};
  std::vector<std::chrono::seconds> delays;
  if (node.kind == Node::Kind::scalar) {
    if (const auto delay = read_duration_as(node, "retry", range, diagnostics)) delays.push_back(*delay);
    return delays;
  }
  if (!is_list(node, "retry", "[30m, 2h, 1d]", diagnostics)) return delays;
  for (const Node& item : node.items) {
    if (const auto delay = read_duration_as(item, "retry", range, diagnostics)) delays.push_back(*delay);
  }
  return delays;
}

ReasonPolicy read_policy_map(const Node& node, std::string_view reason, bool refusal, Diagnostics& diagnostics) {
  ReasonPolicy policy;
  MapReader map(node, reason, diagnostics);
  if (const Node* delays = map.optional("retry")) {
    policy.then = AfterCall::retry;
    policy.delays = read_delays(*delays, diagnostics);
  }
  map.integer("max", policy.max, {1, 100});
  map.finish();
  if (const Entry* max = refusal ? find(node, "max") : nullptr) {
    diagnostics.add(max->at, quote(reason) + " cannot have a 'max'",
                    "remove it: the provider refused the call, which is never the lead's attempt");
  }
  return policy;
}

std::optional<ReasonPolicy> read_policy(const Node& node, std::string_view reason, Diagnostics& diagnostics) {
  const bool refusal = std::ranges::find(refusals, reason) != refusals.end();
  if (node.kind == Node::Kind::map) return read_policy_map(node, reason, refusal, diagnostics);
  if (node.kind == Node::Kind::scalar && parse_duration(node.text)) {
    diagnostics.add(node.at, quote(reason) + " is a duration alone", "write {retry: [" + node.text + "]}");
    return std::nullopt;
  }
  const auto word = read_word(node, reason, words, diagnostics);
  if (!word) return std::nullopt;
  if (refusal && meanings[*word] == AfterCall::done) {
    diagnostics.add(node.at, quote(reason) + " cannot be 'done'",
                    "use retry or hold: the provider refused the call, which is never the lead's attempt");
    return std::nullopt;
  }
  return ReasonPolicy{.then = meanings[*word], .delays = {}, .max = std::nullopt};
}

}  // namespace

Retry read_retry(const Node& node, Diagnostics& diagnostics) {
  Retry retry;
  MapReader map(node, "retry", diagnostics);
  map.integer("max_attempts", retry.max_attempts, {1, 100});
  const Node* reasons = map.optional("reasons");
  map.finish();
  if (reasons == nullptr) return retry;

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
