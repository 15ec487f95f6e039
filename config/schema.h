// What a file may hold, as JSON Schema (draft-07). It is not written down a second time: the readers of config/ are run
// over a node that belongs to no file but to a Schema (Node::schema), and tell it what they would accept there. So a
// key that the loader knows is in the schema, with its range, words and default.
//
// The schema says less than the loader where draft-07 cannot: nothing of what two keys must be together, of ranges of
// durations and sizes (they stand in the description), of what else lies on the disk.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/document.h"

namespace dialerd::config {

// Of one place in a file. Addresses of Schemas and their nodes stay the same until the root is destroyed.
class Schema {
 public:
  // `path`: "accounts.*.api_key"
  explicit Schema(std::string path = "");
  Schema(const Schema&) = delete;
  Schema& operator=(const Schema&) = delete;

  // For readers: the place, to be read instead of a node of a file.
  const Node& place() const { return *place_; }

  // What a reader accepts here. Text without quotes may look like a number or like true, so it may be any of them.
  void text(std::string pattern = "");
  void any_text() {  // even empty
    text();
    facts_.clear();
  }
  void quoted_text(std::string pattern);  // must be text for every reader of YAML
  void integer(std::int64_t least, std::int64_t most);
  void boolean();
  void unit(std::string pattern, std::string range);  // "1ms to 10m"
  void words(std::span<const std::string_view> words);

  // A list of at least `least` items; the items' place.
  Schema& list(std::size_t least, std::optional<std::size_t> most = std::nullopt);

  // A map whose keys the file chooses; their values' place. A key matches `key_pattern` and is none of `not_keys`.
  Schema& map_of(std::string_view key_pattern = "", std::span<const std::string_view> not_keys = {},
                 std::size_t least = 0);

  // A map whose keys are known: each is asked for once or more; no others are accepted.
  Schema& key(std::string_view key);
  // One of many that mean much the same: its path, and so its description, is that of "*".
  Schema& key_like_others(std::string_view key);
  void require(std::string_view key);
  bool requires_key(std::string_view key) const;
  void close();  // a map even if it has no keys

  // One of several forms; each is described by itself.
  Schema& either();

  void default_value(std::string json) { default_ = std::move(json); }

  // Indented by two blanks a level from `indent` on; without a line end.
  std::string json(int indent) const;

  const std::string& path() const { return path_; }
  const std::vector<std::pair<std::string, std::unique_ptr<Schema>>>& keys() const { return keys_; }

  // Calls `visit` for this place and all within.
  template <typename Visit>
  void for_each(const Visit& visit) const {
    visit(*this);
    for (const auto& [name, schema] : keys_) schema->for_each(visit);
    for (const auto& schema : alternatives_) schema->for_each(visit);
    if (items_) items_->for_each(visit);
    if (values_) values_->for_each(visit);
  }
  bool is_closed() const { return closed_; }

 private:
  Schema& key(std::string_view key, std::string path);

  std::string path_;
  std::unique_ptr<Node> place_;
  bool is_key_ = false;
  std::string types_;  // as JSON; empty: not said
  std::string pattern_;
  std::string range_;                                       // for the description
  std::vector<std::pair<std::string, std::string>> facts_;  // further keywords, their values as JSON
  std::string default_;
  std::vector<std::pair<std::string, std::unique_ptr<Schema>>> keys_;
  std::vector<std::string> required_;
  bool closed_ = false;
  std::vector<std::unique_ptr<Schema>> alternatives_;
  std::unique_ptr<Schema> items_;
  std::unique_ptr<Schema> values_;
};

// What the readers of the two kinds of file accept.
std::unique_ptr<Schema> daemon_schema();
std::unique_ptr<Schema> campaign_schema();

// The whole schema file, as `dialerd schema` prints it.
std::string daemon_schema_text();
std::string campaign_schema_text();

}  // namespace dialerd::config
