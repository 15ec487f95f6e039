#include "config/value_sources.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "config/schema.h"
#include "config/values.h"

namespace dialerd::config {
namespace {

constexpr std::string_view field_pattern = R"(^((?!\{\{)[\s\S])*$)";
constexpr std::array<std::string_view, 5> provider_variables = {"current_time", "call_from", "call_to", "call_id",
                                                                "agent_id"};

// No column has braces in its name; who writes them means the agent's prompt, and every lead would be held.
bool is_field_name(std::string_view text, const Node& node, Diagnostics& diagnostics) {
  if (text.find("{{") == std::string_view::npos) return true;
  diagnostics.add(node.at, "no name of a lead's field: " + quote(text),
                  "write the field's name without braces, or {literal: TEXT} for the same text for every lead");
  return false;
}

std::optional<ValueSource> read_source(const Entry& entry, Diagnostics& diagnostics) {
  constexpr std::array<std::string_view, 2> kinds = {"field", "literal"};
  const Node& node = entry.value;
  if (node.schema != nullptr) {
    node.schema->either().text(std::string(field_pattern));
    for (const std::string_view kind : kinds) {
      Schema& map = node.schema->either();
      if (kind == "field") {
        map.key(kind).text(std::string(field_pattern));
      } else {
        map.key(kind).any_text();
      }
      map.require(kind);
    }
    return std::nullopt;
  }
  if (node.kind != Node::Kind::map) {
    auto field = read_text(node, entry.key, diagnostics);
    if (!field || !is_field_name(*field, node, diagnostics)) return std::nullopt;
    return ValueSource{ValueSource::Kind::field, std::move(*field)};
  }
  if (node.entries.size() != 1) {
    diagnostics.add(node.at, quote(entry.key) + " must have one source",
                    "write a lead field's name without braces, or {literal: TEXT}");
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
  if (!text || (key == "field" && !is_field_name(*text, value, diagnostics))) return std::nullopt;
  return ValueSource{key == "field" ? ValueSource::Kind::field : ValueSource::Kind::literal, std::move(*text)};
}

// `check` reports a key that cannot be used.
template <typename Check>
std::map<std::string, ValueSource> read_sources(const Node& node, std::string_view name, Check check,
                                                std::string_view key_pattern,
                                                std::span<const std::string_view> not_keys, Diagnostics& diagnostics) {
  std::map<std::string, ValueSource> sources;
  if (node.schema != nullptr) node.schema->map_of(key_pattern, not_keys);
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
  return read_sources(node, "dynamic_variables", check, R"(^[^{}\s]+$)", provider_variables, diagnostics);
}

std::map<std::string, ValueSource> read_metadata(const Node& node, Diagnostics& diagnostics) {
  constexpr std::array<std::string_view, 1> own_keys = {"attempt_id"};
  const auto check = [&](const Entry& entry) {
    if (entry.key == own_keys.front()) {
      diagnostics.add(entry.at, "metadata 'attempt_id' is filled by dialerd", "choose another key");
    } else if (entry.key.empty() || entry.key.find(':') != std::string::npos) {
      diagnostics.add(entry.at, "no key for metadata: " + quote(entry.key), "use a key without ':', such as crm_id");
    }
  };
  return read_sources(node, "metadata", check, "^[^:]+$", own_keys, diagnostics);
}

}  // namespace dialerd::config
