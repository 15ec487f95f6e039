#include "config/place.h"

#include "config/document.h"

namespace dialerd::config {

Position place_of(std::string_view text, std::span<const std::string_view> path) {
  Diagnostics ignored{{}};
  const auto root = parse_document(text, ignored);
  Position place;
  const Node* node = root ? &*root : nullptr;
  for (const std::string_view key : path) {
    const Entry* entry = node == nullptr ? nullptr : find(*node, key);
    if (entry == nullptr) break;
    node = &entry->value;
    place = node->kind == Node::Kind::scalar ? node->at : entry->at;
  }
  return place;
}

}  // namespace dialerd::config
