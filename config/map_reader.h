// Reads a map whose keys are known. Each call reads one key; what is wrong with it is reported and leaves the target as
// it was. A section of a file is then a list of lines, one a key:
//
//   MapReader map(node, "http", diagnostics);
//   map.integer("connections", http.connections, {1, 10'000});
//   map.duration("connect_timeout", http.connect_timeout, {1ms, 10min});
//   map.finish();
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "config/json_text.h"
#include "config/schema.h"
#include "config/units.h"
#include "config/values.h"

namespace dialerd::config {

// A word in the file and the value that it stands for.
template <typename T>
using Choice = std::pair<std::string_view, T>;

class MapReader {
 public:
  // Reports `node` if it is no map, and duplicate keys (of which the first counts). `name` is the section's name; empty
  // for a whole file. Keeps references: node and diagnostics must outlive the reader.
  MapReader(const Node& node, std::string_view name, Diagnostics& diagnostics);

  // The value of a key that may be left out; null if it is.
  const Node* optional(std::string_view key);

  // The value of a key that must be there; if it is not, that is reported with `example`, and the result is null.
  const Node* required(std::string_view key, std::string_view example);

  void text(std::string_view key, std::string& target) {
    read(key, target, [&](const Node& node) { return read_text(node, key, diagnostics_); });
    tell_default(key, target.empty() ? "" : json_text(target));
  }

  void required_text(std::string_view key, std::string& target, std::string_view example) {
    const Node* node = required(key, example);
    if (node == nullptr) return;
    if (auto value = read_text(*node, key, diagnostics_)) target = std::move(*value);
  }

  void integer(std::string_view key, std::int64_t& target, Range<std::int64_t> range) {
    read(key, target, [&](const Node& node) { return read_integer(node, key, range, diagnostics_); });
    tell_default(key, std::to_string(target));
  }

  void integer(std::string_view key, std::optional<std::int64_t>& target, Range<std::int64_t> range) {
    read(key, target, [&](const Node& node) { return read_integer(node, key, range, diagnostics_); });
  }

  template <typename Duration>
  void duration(std::string_view key, Duration& target, Range<std::type_identity_t<Duration>> range) {
    read(key, target, [&](const Node& node) { return read_duration_as<Duration>(node, key, range, diagnostics_); });
    tell_default(key, json_text(format_duration(target)));
  }

  template <typename Duration>
  void duration(std::string_view key, std::optional<Duration>& target, Range<std::type_identity_t<Duration>> range) {
    read(key, target, [&](const Node& node) { return read_duration_as<Duration>(node, key, range, diagnostics_); });
  }

  void size(std::string_view key, std::int64_t& target, Range<std::int64_t> range) {
    read(key, target, [&](const Node& node) { return read_size(node, key, range, diagnostics_); });
    tell_default(key, json_text(format_size(target)));
  }

  void percent(std::string_view key, std::int64_t& target, Range<std::int64_t> range) {
    read(key, target, [&](const Node& node) { return read_percent(node, key, range, diagnostics_); });
    tell_default(key, json_text(format_percent(target)));
  }

  void boolean(std::string_view key, bool& target) {
    read(key, target, [&](const Node& node) { return read_boolean(node, key, diagnostics_); });
    tell_default(key, target ? "true" : "false");
  }

  template <typename T, std::size_t N>
  void choice(std::string_view key, T& target, const std::array<Choice<T>, N>& choices) {
    const Node* node = optional(key);
    if (node == nullptr) return;
    std::array<std::string_view, N> words;
    std::ranges::transform(choices, words.begin(), &Choice<T>::first);
    if (const auto place = read_word(*node, key, words, diagnostics_)) target = choices[*place].second;
    const auto standing = std::ranges::find(choices, target, &Choice<T>::second);
    if (standing != choices.end()) tell_default(key, json_text(standing->first));
  }

  // To be called after the last key: reports every key that was not asked for.
  void finish();

 private:
  std::string remedy(const Entry& unknown) const;

  // What holds for a key that is left out, for a schema; a key that must be there has no such value.
  void tell_default(std::string_view key, std::string json);

  template <typename Target, typename Read>
  void read(std::string_view key, Target& target, Read read_value) {
    const Node* node = optional(key);
    if (node == nullptr) return;
    if (auto value = read_value(*node)) target = std::move(*value);
  }

  std::string name_;
  Position at_;
  bool is_map_;
  Schema* schema_;  // of a described node; else null
  Diagnostics& diagnostics_;
  std::vector<const Entry*> entries_;
  std::vector<std::string_view> known_;
};

}  // namespace dialerd::config
