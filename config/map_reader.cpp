#include "config/map_reader.h"

#include <iterator>

#include "config/schema_descriptions.h"

namespace dialerd::config {

MapReader::MapReader(const Node& node, std::string_view name, Diagnostics& diagnostics)
    : name_(name),
      at_(node.at),
      is_map_(node.kind == Node::Kind::map),
      schema_(node.schema),
      diagnostics_(diagnostics) {
  if (schema_ == nullptr) {
    entries_ = read_entries(node, name, diagnostics);
  } else {
    schema_->close();
  }
}

const Node* MapReader::optional(std::string_view key) {
  if (std::ranges::find(known_, key) == known_.end()) known_.push_back(key);
  if (schema_ != nullptr) return &schema_->key(key).place();
  const auto entry = std::ranges::find(entries_, key, &Entry::key);
  return entry == entries_.end() ? nullptr : &(*entry)->value;
}

const Node* MapReader::required(std::string_view key, std::string_view example) {
  const Node* node = optional(key);
  if (schema_ != nullptr) schema_->require(key);
  if (node == nullptr && is_map_) {
    diagnostics_.add(at_, "missing key " + quote(key) + (name_.empty() ? "" : " in " + quote(name_)),
                     "add it, for example '" + std::string(example) + "'");
  }
  return node;
}

namespace {

// Beside such a key, what stands behind a misspelt one may be a secret.
bool is_secret_key(std::string_view key) {
  return key == "api_key" || key == "password" || key == "path_secrets" || key == "secrets";
}

}  // namespace

void MapReader::tell_default(std::string_view key, std::string json) {
  if (schema_ != nullptr && !schema_->requires_key(key)) schema_->key(key).default_value(std::move(json));
}

// For an unknown key that resembles none: who forgot to indent it sees an empty section before it, and a key of the
// other kind of file is known there.
std::string MapReader::remedy(const Entry& unknown) const {
  const auto place = std::ranges::find(entries_, &unknown);
  if (place != entries_.begin() && place != entries_.end()) {
    const Entry& before = **std::prev(place);
    if (before.value.kind == Node::Kind::null && before.at.column == unknown.at.column) {
      return "if it belongs to " + quote(before.key) + ", indent it by two spaces";
    }
    // {per_day: 8,000}
    if (unknown.key.size() == 3 && is_bare_number(unknown.key) && is_bare_number(before.value.text) &&
        unknown.value.kind == Node::Kind::null) {
      return "write the number without a comma: " + before.key + ": " + before.value.text + unknown.key;
    }
  }
  const auto is_of = [&](std::string_view key) { return std::ranges::find(known_, key) != known_.end(); };
  if (name_.empty() && !describe(unknown.key).empty()) {
    if (is_of("database")) return "it belongs in a campaign's file";
    if (is_of("calling_windows")) return "it belongs in dialerd.yaml";
  }
  return "known keys here: " + join(known_);
}

void MapReader::finish() {
  const bool has_secret = std::ranges::any_of(known_, is_secret_key);
  for (const Entry* entry : entries_) {
    if (std::ranges::find(known_, entry->key) != known_.end()) continue;
    if (has_secret && entry->value.kind != Node::Kind::null) diagnostics_.conceal(entry->value.at);
    diagnostics_.add(entry->at, "unknown key " + quote(entry->key), suggest(entry->key, known_, remedy(*entry)));
  }
}

}  // namespace dialerd::config
