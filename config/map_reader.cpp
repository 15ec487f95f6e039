#include "config/map_reader.h"

namespace dialerd::config {

MapReader::MapReader(const Node& node, std::string_view name, Diagnostics& diagnostics)
    : name_(name),
      at_(node.at),
      is_map_(node.kind == Node::Kind::map),
      diagnostics_(diagnostics),
      entries_(read_entries(node, name, diagnostics)) {}

const Node* MapReader::optional(std::string_view key) {
  if (std::ranges::find(known_, key) == known_.end()) known_.push_back(key);
  const auto entry = std::ranges::find(entries_, key, &Entry::key);
  return entry == entries_.end() ? nullptr : &(*entry)->value;
}

const Node* MapReader::required(std::string_view key, std::string_view example) {
  const Node* node = optional(key);
  if (node == nullptr && is_map_) {
    diagnostics_.add(at_, "missing key " + quote(key) + (name_.empty() ? "" : " in " + quote(name_)),
                     "add it, for example '" + std::string(example) + "'");
  }
  return node;
}

void MapReader::finish() {
  for (const Entry* entry : entries_) {
    if (std::ranges::find(known_, entry->key) != known_.end()) continue;
    diagnostics_.add(entry->at, "unknown key " + quote(entry->key),
                     suggest(entry->key, known_, "known keys here: " + join(known_)));
  }
}

}  // namespace dialerd::config
