#include <algorithm>
#include <map>

#include "config/compare_values.h"

namespace dialerd::config {
namespace {

const char* text_of(Rotation rotation) {
  return rotation == Rotation::round_robin ? "round_robin" : rotation == Rotation::least_used ? "least_used" : "sticky";
}

std::string text_of(const AnswerRateRest& rest) {
  return "below " + format_percent(rest.below_percent) + " of " + std::to_string(rest.over_calls) + " calls, for " +
         config::text_of(rest.rest);
}

bool is_weaker(const std::optional<AnswerRateRest>& before, const std::optional<AnswerRateRest>& after) {
  if (!before || !after) return before.has_value();
  return after->below_percent < before->below_percent || after->over_calls > before->over_calls ||
         after->rest < before->rest;
}

std::string text_of(const ValueSource& source) {
  return source.kind == ValueSource::Kind::field ? "field " + source.value : "'" + source.value + "'";
}

std::string text_of(const std::string& column) { return column.empty() ? none : "column '" + column + "'"; }

// Entries by name that came, went or changed.
template <typename Value>
void compare_map(const std::string& what, const std::map<std::string, Value>& before,
                 const std::map<std::string, Value>& after, Changes& changes) {
  const std::string prefix = what + ".";
  for (const auto& [name, value] : before) {
    const auto now = after.find(name);
    if (now == after.end()) {
      changes.add(prefix + name, text_of(value), none, false);
    } else if (!(now->second == value)) {
      changes.add(prefix + name, text_of(value), text_of(now->second), false);
    }
  }
  for (const auto& [name, value] : after) {
    if (!before.contains(name)) changes.add(prefix + name, none, text_of(value), false);
  }
}

void compare_columns(const LeadColumns& before, const LeadColumns& after, Changes& changes) {
  auto column = [&](const std::string& key, const std::string& from, const std::string& to) {
    if (from != to) changes.add("leads." + key, text_of(from), text_of(to), false);
  };
  column("number", before.number, after.number);
  compare_map("leads.fields", before.fields, after.fields, changes);
  changes.note("leads.alternates", joined(before.alternates), joined(after.alternates));
  column("timezone", before.timezone, after.timezone);
  column("consent_at", before.consent_at, after.consent_at);
  column("consent_expires_at", before.consent_expires_at, after.consent_expires_at);
  column("night_consent", before.night_consent, after.night_consent);
  column("call_at", before.call_at, after.call_at);
  column("expires_at", before.expires_at, after.expires_at);
}

}  // namespace

std::vector<Change> compare(const CampaignConfig& before, const CampaignConfig& after) {
  Changes changes;
  changes.note("campaign", before.name, after.name);
  changes.note("account", before.account, after.account);
  changes.note("agent.id", before.agent.id, after.agent.id);
  changes.note("agent.version", before.agent.version, after.agent.version);
  if (before.caller_numbers != after.caller_numbers) {
    changes.add("caller_numbers", joined(before.caller_numbers), joined(after.caller_numbers), false);
  }
  changes.note("presentation_number", before.presentation_number, after.presentation_number);
  if (before.region != after.region) {
    // Opt-outs and caps are by the number with its region: the same digits are another person.
    changes.add("region", before.region, after.region, true);
  }
  changes.limits("limits", before.limits, after.limits);
  if (before.pacing != after.pacing) {
    const bool asap = after.pacing == Pacing::asap;
    changes.add("pacing", asap ? "even" : "asap", asap ? "asap" : "even", asap);
  }
  compare_rules(before, after, changes);
  if (before.start != after.start) {
    auto text = [](Start start) { return start == Start::automatic ? "automatic" : "manual"; };
    changes.add("start", text(before.start), text(after.start), false);
  }
  changes.note("share.weight", before.share.weight, after.share.weight);
  changes.note("share.priority", before.share.priority, after.share.priority);
  if (before.rotation != after.rotation) {
    changes.add("rotation", text_of(before.rotation), text_of(after.rotation), false);
  }
  if (!(before.answer_rate_rest == after.answer_rate_rest)) {
    auto text = [](const std::optional<AnswerRateRest>& rest) { return rest ? text_of(*rest) : none; };
    changes.add("answer_rate_rest", text(before.answer_rate_rest), text(after.answer_rate_rest),
                is_weaker(before.answer_rate_rest, after.answer_rate_rest));
  }
  compare_retry(before.retry, after.retry, changes);
  changes.note("callbacks.tolerance", before.callback_tolerance, after.callback_tolerance);
  changes.at_most("lead_lifetime", before.lead_lifetime, after.lead_lifetime);
  compare_map("dynamic_variables", before.dynamic_variables, after.dynamic_variables, changes);
  compare_map("metadata", before.metadata, after.metadata, changes);
  compare_columns(before.leads, after.leads, changes);
  return changes.take();
}

}  // namespace dialerd::config
