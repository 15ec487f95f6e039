// Single values out of nodes. Each function reports what is wrong with the node and then returns nothing; `name` is
// what the message calls the value, usually its key. Nodes that were refused already are passed over in silence.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/diagnostics.h"
#include "config/document.h"
#include "config/suggestion.h"

namespace dialerd::config {

template <typename T>
struct Range {
  T least;
  T most;
};

// Text, quoted or not; not empty, and without control characters other than line feed and tab.
std::optional<std::string> read_text(const Node& node, std::string_view name, Diagnostics& diagnostics);

// A whole number in decimal digits, without quotes, sign or separators.
std::optional<std::int64_t> read_integer(const Node& node, std::string_view name, Range<std::int64_t> range,
                                         Diagnostics& diagnostics);

// A duration with units (config/units.h), a multiple of `step`.
std::optional<std::chrono::milliseconds> read_duration(const Node& node, std::string_view name,
                                                       Range<std::chrono::milliseconds> range,
                                                       std::chrono::milliseconds step, Diagnostics& diagnostics);

template <typename Duration>
std::optional<Duration> read_duration_as(const Node& node, std::string_view name, Range<Duration> range,
                                         Diagnostics& diagnostics) {
  const auto value = read_duration(node, name, {range.least, range.most}, Duration(1), diagnostics);
  if (!value) return std::nullopt;
  return std::chrono::duration_cast<Duration>(*value);
}

// A number of bytes with its unit (config/units.h).
std::optional<std::int64_t> read_size(const Node& node, std::string_view name, Range<std::int64_t> range,
                                      Diagnostics& diagnostics);

// A whole number of percent, with its sign: "10%".
std::optional<std::int64_t> read_percent(const Node& node, std::string_view name, Range<std::int64_t> range,
                                         Diagnostics& diagnostics);

// true or false, without quotes.
std::optional<bool> read_boolean(const Node& node, std::string_view name, Diagnostics& diagnostics);

// One of the words; its place among them.
std::optional<std::size_t> read_word(const Node& node, std::string_view name, std::span<const std::string_view> words,
                                     Diagnostics& diagnostics);

// True for a list with at least one item; anything else is reported. `example` shows one.
bool is_list(const Node& node, std::string_view name, std::string_view example, Diagnostics& diagnostics);

// The entries of a map whose keys the file chooses, without duplicates (which are reported). Anything but a map is
// reported.
std::vector<const Entry*> read_entries(const Node& node, std::string_view name, Diagnostics& diagnostics);

// Reports `node` for not being what `name` must be ("a list").
void report_kind(const Node& node, std::string_view name, std::string_view wanted, std::string remedy,
                 Diagnostics& diagnostics);

}  // namespace dialerd::config
