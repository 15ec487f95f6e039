#include "config/value_sources.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "config/values.h"

namespace dialerd::config {
namespace {

constexpr std::array<std::string_view, 5> provider_variables = {"current_time", "call_from", "call_to", "call_id",
                                                                "agent_id"};

std::optional<ValueSource> read_source(const Entry& entry, Diagnostics& diagnostics) {
  constexpr std::array<std::string_view, 2> kinds = {"field", "literal"};
  const Node& node = entry.value;
  if (node.kind != Node::Kind::map) {
    auto field = read_text(node, entry.key, diagnostics);
    if (!field) return std::nullopt;
    return ValueSource{ValueSource::Kind::field, std::move(*field)};
  }
  if (node.entries.size() != 1) {
    diagnostics.add(node.at, quote(entry.key) + " must have one source",
                    "write a lead field's name, or {literal: TEXT}");
    return std::nullopt;
  }
  const auto& [key, at, value] = node.entries.front();
  if (std::ranges::find(kinds, key) == kinds.end()) {
    diagnostics.add(at, "unknown key " + quote(key), suggest(key, kinds, "known keys here: " + join(kinds)));
    return std::nullopt;
  }
  if (key == "literal" && value.kind == Node::Kind::scalar && value.text.empty()) {
    return ValueSource{ValueSource::Kind::literal, ""};
  }
  auto text = read_text(value, key, diagnostics);
  if (!text) return std::nullopt;
  return ValueSource{key == "field" ? ValueSource::Kind::field : ValueSource::Kind::literal, std::move(*text)};
}

// `check` reports a key that cannot be used.
template <typename Check>
std::map<std::string, ValueSource> read_sources(const Node& node, std::string_view name, Check check,
                                                Diagnostics& diagnostics) {
  std::map<std::string, ValueSource> sources;
  for (const Entry* entry : read_entries(node, name, diagnostics)) {
    check(*entry);
    if (auto source = read_source(*entry, diagnostics)) sources.emplace(entry->key, std::move(*source));
  }
  return sources;
}

}  // namespace

std::map<std::string, ValueSource> read_dynamic_variables(const Node& node, Diagnostics& diagnostics) {
  const auto check = [&](const Entry& entry) {
    if (std::ranges::find(provider_variables, entry.key) != provider_variables.end()) {
      diagnostics.add(entry.at, "dynamic variable " + quote(entry.key) + " is filled by the provider",
                      "choose another name, here and in the agent's prompt");
    } else if (entry.key.empty() || entry.key.find_first_of("{} \t\n") != std::string::npos) {
      diagnostics.add(entry.at, "no name for a dynamic variable: " + quote(entry.key),
                      "write the name that stands between {{ and }} in the prompt, without blanks");
    }
  };
  return read_sources(node, "dynamic_variables", check, diagnostics);
}

std::map<std::string, ValueSource> read_metadata(const Node& node, Diagnostics& diagnostics) {
  const auto check = [&](const Entry& entry) {
    if (entry.key == "attempt_id") {
      diagnostics.add(entry.at, "metadata 'attempt_id' is filled by dialerd", "choose another key");
    } else if (entry.key.empty() || entry.key.find(':') != std::string::npos) {
      diagnostics.add(entry.at, "no key for metadata: " + quote(entry.key), "use a key without ':', such as crm_id");
    }
  };
  return read_sources(node, "metadata", check, diagnostics);
}

}  // namespace dialerd::config
