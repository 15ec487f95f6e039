#include "config/values.h"

#include <charconv>
#include <unordered_map>

#include "config/schema.h"
#include "config/units.h"

namespace dialerd::config {
namespace {

std::string describe(const Node& node) {
  switch (node.kind) {
    case Node::Kind::null:
      return "empty";
    case Node::Kind::scalar:
      return (node.quoted ? "the quoted text " : "") + quote(node.text);
    case Node::Kind::sequence:
      return "a list";
    case Node::Kind::map:
      return "a map";
    case Node::Kind::refused:
    case Node::Kind::described:
      break;
  }
  return "an alias";
}

void report_range(const Node& node, std::string_view name, const std::string& least, const std::string& most,
                  Diagnostics& diagnostics) {
  diagnostics.add(node.at, quote(name) + " is out of range: " + node.text, "use a value from " + least + " to " + most);
}

// "8,000" and "8_000" as a person means them.
std::string without_separators(std::string text) {
  if (!text.empty() && text.front() >= '0' && text.front() <= '9') {
    std::erase_if(text, [](char c) { return c == ',' || c == '_'; });
  }
  return text;
}

// Shared by durations and sizes: a scalar that `parse` understands, within the range.
template <typename T, typename Parse, typename Format>
std::optional<T> read_with_unit(const Node& node, std::string_view name, std::string_view kind,
                                std::string_view example, std::string_view unit_for_bare, Range<T> range, Parse parse,
                                Format format, Diagnostics& diagnostics) {
  const std::string wanted = std::string("a ").append(kind);
  if (node.kind != Node::Kind::scalar) {
    report_kind(node, name, wanted, std::string("write it like ").append(example), diagnostics);
    return std::nullopt;
  }
  if (is_bare_number(node.text)) {
    diagnostics.add(node.at, quote(name) + " has no unit: " + node.text,
                    std::string("add a unit, for example ").append(node.text).append(unit_for_bare));
    return std::nullopt;
  }
  const std::optional<T> value = parse(node.text);
  if (!value) {
    report_kind(node, name, wanted, std::string("write it like ").append(example), diagnostics);
  } else if (*value < range.least || *value > range.most) {
    report_range(node, name, format(range.least), format(range.most), diagnostics);
    return std::nullopt;
  }
  return value;
}

}  // namespace

void report_kind(const Node& node, std::string_view name, std::string_view wanted, std::string remedy,
                 Diagnostics& diagnostics) {
  if (node.kind == Node::Kind::refused) return;
  if (node.kind == Node::Kind::null) {
    diagnostics.add(node.at, quote(name) + " is empty", "give it a value or remove the key");
    return;
  }
  diagnostics.add(node.at, quote(name) + " must be " + std::string(wanted) + ", not " + describe(node),
                  std::move(remedy));
}

std::optional<std::string> read_text(const Node& node, std::string_view name, Diagnostics& diagnostics) {
  if (node.schema != nullptr) {
    node.schema->text();
    return std::nullopt;
  }
  if (node.kind != Node::Kind::scalar) {
    report_kind(node, name, "text", "write one value after the colon", diagnostics);
    return std::nullopt;
  }
  if (node.text.empty()) {
    diagnostics.add(node.at, quote(name) + " is empty", "give it a value or remove the key");
    return std::nullopt;
  }
  const bool control = std::ranges::any_of(
      node.text, [](char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') || c == 0x7F; });
  if (control) {
    diagnostics.add(node.at, quote(name) + " holds a control character", "remove the escape from the quoted text");
    return std::nullopt;
  }
  return node.text;
}

std::optional<std::int64_t> read_integer(const Node& node, std::string_view name, Range<std::int64_t> range,
                                         Diagnostics& diagnostics) {
  if (node.schema != nullptr) {
    node.schema->integer(range.least, range.most);
    return std::nullopt;
  }
  const auto wrong = [&](std::string remedy) {
    report_kind(node, name, "a whole number", std::move(remedy), diagnostics);
    return std::nullopt;
  };
  if (node.kind != Node::Kind::scalar) return wrong("write a number such as " + std::to_string(range.least));
  if (const std::string plain = without_separators(node.text); is_bare_number(plain) && plain != node.text) {
    return wrong("write digits alone: " + plain);
  }
  if (!is_bare_number(node.text)) return wrong("write digits alone, such as " + std::to_string(range.least));
  if (node.quoted) return wrong("remove the quotes");
  if (node.text.size() > 1 && node.text.front() == '0') return wrong("remove the leading zeros");

  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(node.text.data(), node.text.data() + node.text.size(), value);
  if (error != std::errc{} || value < range.least || value > range.most) {
    report_range(node, name, std::to_string(range.least), std::to_string(range.most), diagnostics);
    return std::nullopt;
  }
  return value;
}

std::optional<std::chrono::milliseconds> read_duration(const Node& node, std::string_view name,
                                                       Range<std::chrono::milliseconds> range,
                                                       std::chrono::milliseconds step, Diagnostics& diagnostics) {
  if (node.schema != nullptr) {
    node.schema->unit(R"(^(?=[0-9])([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?$)",
                      format_duration(range.least) + " to " + format_duration(range.most));
    return std::nullopt;
  }
  const auto value = read_with_unit(node, name, "duration", "500ms, 30s, 10m, 2h, 1d or 1h30m", "s", range,
                                    parse_duration, format_duration, diagnostics);
  if (value && *value % step != std::chrono::milliseconds(0)) {
    diagnostics.add(node.at, quote(name) + " is finer than it can be: " + node.text, "use whole seconds");
    return std::nullopt;
  }
  return value;
}

std::optional<std::int64_t> read_size(const Node& node, std::string_view name, Range<std::int64_t> range,
                                      Diagnostics& diagnostics) {
  if (node.schema != nullptr) {
    node.schema->unit("^[0-9]+(B|KiB|MiB|GiB)$", format_size(range.least) + " to " + format_size(range.most));
    return std::nullopt;
  }
  return read_with_unit(node, name, "size", "512KiB or 4MiB", "MiB", range, parse_size, format_size, diagnostics);
}

std::optional<std::int64_t> read_percent(const Node& node, std::string_view name, Range<std::int64_t> range,
                                         Diagnostics& diagnostics) {
  if (node.schema != nullptr) {
    node.schema->unit("^[0-9]{1,6}%$", format_percent(range.least) + " to " + format_percent(range.most));
    return std::nullopt;
  }
  return read_with_unit(node, name, "percentage", "10%", "%", range, parse_percent, format_percent, diagnostics);
}

std::optional<bool> read_boolean(const Node& node, std::string_view name, Diagnostics& diagnostics) {
  if (node.schema != nullptr) {
    node.schema->boolean();
    return std::nullopt;
  }
  const bool known = node.kind == Node::Kind::scalar && !node.quoted && (node.text == "true" || node.text == "false");
  if (known) return node.text == "true";
  report_kind(node, name, "true or false", "write true or false, without quotes", diagnostics);
  return std::nullopt;
}

std::optional<std::size_t> read_word(const Node& node, std::string_view name, std::span<const std::string_view> words,
                                     Diagnostics& diagnostics) {
  if (node.schema != nullptr) {
    node.schema->words(words);
    return std::nullopt;
  }
  const std::string choices = "write one of: " + join(words);
  if (node.kind != Node::Kind::scalar) {
    report_kind(node, name, "one word", choices, diagnostics);
    return std::nullopt;
  }
  const auto word = std::ranges::find(words, node.text);
  if (word == words.end()) {
    diagnostics.add(node.at, quote(name) + " cannot be " + quote(node.text), suggest(node.text, words, choices));
    return std::nullopt;
  }
  return static_cast<std::size_t>(word - words.begin());
}

bool is_list(const Node& node, std::string_view name, std::string_view example, Diagnostics& diagnostics) {
  if (node.schema != nullptr) {
    node.schema->list(1);
    return true;
  }
  const std::string remedy = "write it like " + std::string(example);
  if (node.kind != Node::Kind::sequence) {
    report_kind(node, name, "a list", remedy, diagnostics);
    return false;
  }
  if (node.items.empty()) {
    diagnostics.add(node.at, quote(name) + " is an empty list", remedy);
    return false;
  }
  return true;
}

std::vector<const Entry*> read_entries(const Node& node, std::string_view name, Diagnostics& diagnostics) {
  std::vector<const Entry*> entries;
  if (node.schema != nullptr) {
    node.schema->map_of();
    entries.push_back(&node.entries.front());
    return entries;
  }
  if (node.kind != Node::Kind::map) {
    report_kind(node, name, "a map", "write 'key: value' lines under it", diagnostics);
    return entries;
  }
  std::unordered_map<std::string_view, Position> seen;
  for (const Entry& entry : node.entries) {
    const auto [first, added] = seen.emplace(entry.key, entry.at);
    if (added) {
      entries.push_back(&entry);
    } else {
      diagnostics.add(entry.at, "duplicate key " + quote(entry.key),
                      "keep one: the first is on line " + std::to_string(first->second.line));
    }
  }
  return entries;
}

}  // namespace dialerd::config
