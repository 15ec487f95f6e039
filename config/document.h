// A YAML text as a tree of nodes that know where they stand. The only place that knows yaml-cpp.
//
// What a configuration does not need is refused, because it makes a file that reads differently from what it does:
// several documents, anchors and aliases (and with them merge keys and "billion laughs" files), tags, keys that are not
// text, more than 16 levels. Quoted text that is never closed, which yaml-cpp lets pass at the end of a file, is an
// error too. Duplicate keys are kept here and reported by the readers.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/diagnostics.h"

namespace dialerd::config {

class Schema;
struct Entry;

struct Node {
  enum class Kind {
    null,  // nothing, ~ or null
    scalar,
    sequence,
    map,
    refused,   // an alias: reported already, nobody need look at it again
    described  // of no file: readers tell `schema` what they would accept here (config/schema.h)
  };

  Kind kind = Kind::null;
  Position at;                 // of a block map or list: its first key or dash
  std::string text;            // scalar
  bool quoted = false;         // scalar: in quotes or a block, so surely meant as text
  std::vector<Node> items;     // sequence
  std::vector<Entry> entries;  // map, in the order of the file
  Schema* schema = nullptr;    // described
};

struct Entry {
  std::string key;
  Position at;
  Node value;
};

// The document's root, a map. Absent when the text could not be read to its end or is no map. Reports everything that
// it refuses; a root may be returned although something was reported.
std::optional<Node> parse_document(std::string_view text, Diagnostics& diagnostics);

// The first entry with this key; null if there is none.
const Entry* find(const Node& map, std::string_view key);

}  // namespace dialerd::config
