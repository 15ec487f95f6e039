#include "config/document.h"

#include <algorithm>
#include <array>
#include <sstream>
#include <utility>

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include "config/source_text.h"

namespace dialerd::config {
namespace {

constexpr std::size_t deepest = 16;

// Ends parsing after something that makes the rest pointless; the reason is reported before it is thrown.
struct Abandoned {};

// Characters that look like YAML's and are text for it: from word processors, web pages and Korean keyboards.
struct Lookalike {
  std::string_view text;
  std::string_view name;
  std::string_view remedy;
};
constexpr std::array<Lookalike, 3> lookalikes = {
    {{"\uFF1A", "a full-width colon", "write a plain ':' and a space"},
     {"\u00A0", "a no-break space, which looks like a space and is none", "write plain spaces there"},
     {"\u3000", "a full-width space", "write plain spaces there"}}};

std::optional<Lookalike> find_lookalike(std::string_view text) {
  for (const Lookalike& lookalike : lookalikes) {
    if (text.find(lookalike.text) != std::string_view::npos) return lookalike;
  }
  return std::nullopt;
}

class TreeBuilder final : public YAML::EventHandler {
 public:
  TreeBuilder(SourceText& source, Diagnostics& diagnostics) : source_(source), diagnostics_(diagnostics) {}

  std::optional<Node> take_root() { return std::exchange(root_, std::nullopt); }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (std::exchange(started_, true)) {
      abandon(mark, "a second document starts here",
              "keep one document a file: remove the '---' line, or check the indentation");
    }
  }

  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    refuse_anchor(mark, anchor);
    add(node(Node::Kind::null, mark));
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    diagnostics_.add(at(mark), "an alias ('*...')", "write the value out: anchors and aliases are not supported");
    add(node(Node::Kind::refused, mark));
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    refuse_anchor(mark, anchor);
    refuse_tag(mark, tag);
    if (!source_.closes_quote(mark.line, mark.column)) {
      abandon(mark, "text in quotes is never closed", "add the closing quote");
    }
    Node scalar = node(Node::Kind::scalar, mark);
    scalar.text = value;
    scalar.quoted = tag == "!";
    add(std::move(scalar));
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(Node::Kind::sequence, mark, tag, anchor);
  }

  void OnSequenceEnd() override { close(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(Node::Kind::map, mark, tag, anchor);
  }

  void OnMapEnd() override { close(); }

 private:
  // A list or map that is being filled. In a map, `key` holds the key whose value comes next.
  struct Open {
    Node node;
    std::optional<Node> key;
  };

  Position at(const YAML::Mark& mark) { return source_.position(mark.line, mark.column); }

  Node node(Node::Kind kind, const YAML::Mark& mark) {
    Node made;
    made.kind = kind;
    made.at = at(mark);
    return made;
  }

  [[noreturn]] void abandon(const YAML::Mark& mark, std::string what, std::string remedy) {
    diagnostics_.add(at(mark), std::move(what), std::move(remedy));
    throw Abandoned{};
  }

  void refuse_anchor(const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (anchor == YAML::NullAnchor) return;
    diagnostics_.add(at(mark), "an anchor ('&...')",
                     "remove it, or quote the text if it begins with '&': anchors and aliases are not supported");
  }

  // yaml-cpp calls plain text "?" and quoted text "!"; a '!' that stands in the text itself is a tag.
  void refuse_tag(const YAML::Mark& mark, const std::string& tag) {
    const bool written = source_.byte(mark.line, mark.column) == '!';
    if (!written && (tag.empty() || tag == "?" || tag == "!")) return;
    diagnostics_.add(at(mark), "a tag ('!...')", "remove it, or quote the text if it begins with '!'");
  }

  void open(Node::Kind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    refuse_anchor(mark, anchor);
    refuse_tag(mark, tag);
    if (open_.size() >= deepest) {
      abandon(mark, "nested deeper than " + std::to_string(deepest) + " levels",
              "check brackets and indentation; no setting lies that deep");
    }
    open_.push_back({node(kind, mark), std::nullopt});
  }

  void close() {
    Node node = std::move(open_.back().node);
    open_.pop_back();
    add(std::move(node));
  }

  void add(Node node) {
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    Open& parent = open_.back();
    if (parent.node.kind == Node::Kind::sequence) {
      parent.node.items.push_back(std::move(node));
    } else if (!parent.key) {
      parent.key = std::move(node);
    } else {
      add_entry(parent, std::move(node));
    }
  }

  void add_entry(Open& map, Node value) {
    const Node key = *std::exchange(map.key, std::nullopt);
    if (key.kind == Node::Kind::scalar && !key.quoted) refuse_lookalikes(key);
    // yaml-cpp gives an absent value the place of whatever comes next.
    if (value.kind == Node::Kind::null) value.at = key.at;
    if (key.kind == Node::Kind::scalar) {
      map.node.entries.push_back({key.text, key.at, std::move(value)});
    } else if (key.kind != Node::Kind::refused) {
      diagnostics_.add(key.at, "a key that is not text",
                       "write 'key: value', the key in quotes if it has special characters");
    }
  }

  void refuse_lookalikes(const Node& key) {
    const auto found = find_lookalike(key.text);
    if (!found) return;
    diagnostics_.add(key.at, "the key " + quote(key.text) + " has " + std::string(found->name),
                     std::string(found->remedy));
    throw Abandoned{};
  }

  SourceText& source_;
  Diagnostics& diagnostics_;
  bool started_ = false;
  std::vector<Open> open_;
  std::optional<Node> root_;
};

struct SyntaxError {
  std::string what;
  std::string remedy;
  Position at{};  // where it is better shown than where the parser gave up; {0, 0}: there
};

bool is_indented_by_tab(std::string_view line) {
  const std::size_t text = line.find_first_not_of(" \t");
  return line.substr(0, text).find('\t') != std::string_view::npos;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t";
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) + 1 - first);
}

int column_of(std::string_view line, std::size_t byte) {
  return 1 + static_cast<int>(std::ranges::count_if(
                 line.substr(0, byte), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

// A line that is no 'key: value' makes the parser stumble at the colon of the one after it.
std::optional<SyntaxError> explain_missing_colon(const SourceText& source, int stumbled) {
  int number = stumbled - 1;
  while (number > 0 && trimmed(source.line(number)).empty()) --number;
  const std::string_view line = source.line(number);
  const std::string_view text = trimmed(line);
  if (text.empty() || text.starts_with('#') || text.starts_with('-')) return std::nullopt;
  if (const auto found = find_lookalike(text)) {
    return SyntaxError{"not valid YAML: " + std::string(found->name),
                       std::string(found->remedy),
                       {number, column_of(line, line.find(found->text))}};
  }
  const Position at{number, column_of(line, line.find_first_not_of(" \t"))};
  const std::size_t colon = text.find(':');
  const std::string_view word = text.substr(0, text.find_first_of(" :"));
  const std::string key(word.size() > 40 ? word.substr(0, 0) : word);
  if (key.empty() || text.front() == '"' || text.front() == '\'') return std::nullopt;
  if (colon == std::string_view::npos) {
    return SyntaxError{"not valid YAML: no colon after the key", "write " + quote(key + ":"), at};
  }
  if (colon + 1 < text.size() && text[colon + 1] != ' ' && colon == word.size()) {
    return SyntaxError{"not valid YAML: no space after the colon", "write " + quote(key + ": ") + " and then the value",
                       at};
  }
  return std::nullopt;
}

// The innermost bracket that is open where the parser gave up; {0, 0} if none is.
Position open_bracket(const SourceText& source, Position until) {
  std::vector<std::pair<char, Position>> open;
  char quote = 0;
  for (int number = 1; number <= until.line; ++number) {
    const std::string_view line = source.line(number);
    char before = ':';  // the last character that is no blank
    for (std::size_t i = 0; i < line.size(); ++i) {
      if (number == until.line && column_of(line, i) >= until.column) break;
      const char c = line[i];
      const bool starts_value = before == ':' || before == '-' || before == '[' || before == '{' || before == ',';
      if (quote != 0) {
        if (c == quote) quote = 0;
      } else if (c == '#' && (i == 0 || line[i - 1] == ' ')) {
        break;
      } else if ((c == '"' || c == '\'') && starts_value) {
        quote = c;
      } else if ((c == '[' || c == '{') && (starts_value || !open.empty())) {
        open.emplace_back(c, Position{number, column_of(line, i)});
      } else if ((c == ']' || c == '}') && !open.empty()) {
        open.pop_back();
      }
      if (c != ' ' && c != '\t') before = c;
    }
  }
  return open.empty() ? Position{} : open.back().second;
}

// The parser's words, and where they would not help, better ones. `at` is where it gave up.
SyntaxError explain(std::string_view message, const SourceText& source, Position at) {
  const auto says = [&](std::string_view words) { return message.find(words) != std::string_view::npos; };
  if (says("tab") || is_indented_by_tab(source.line(at.line)) || is_indented_by_tab(source.line(at.line - 1))) {
    return {"not valid YAML: a tab in the indentation", "indent with spaces, not tabs"};
  }
  if (says("illegal flow end")) {
    return {"not valid YAML: a closing bracket without an opening one", "remove it, or open the bracket before"};
  }
  if (says("flow")) {
    const Position opened = open_bracket(source, at);
    if (opened.line > 0 && opened.line < at.line) {
      return {"not valid YAML: a bracket that is not closed before line " + std::to_string(at.line),
              "close it, or put text in it that has ': ' or ', ' in quotes", opened};
    }
    return {"not valid YAML: brackets that are not closed, or a value that cannot stand in them",
            "close the bracket, and put text with ': ' or ', ' in quotes"};
  }
  if (says("end of map not found") || says("end of sequence not found")) {
    return {"not valid YAML: the indentation fits nothing above",
            "begin the line in the same column as the others of its section"};
  }
  if (says("illegal map value") || says("end of map not found")) {
    if (auto missing = explain_missing_colon(source, at.line)) return std::move(*missing);
  }
  std::string what = "not valid YAML: " + std::string(message);
  if (says("illegal map value")) return {what, "put text with ': ' in quotes, or check the indentation"};
  if (says("unknown token")) return {what, "put the text in quotes"};
  if (says("escape")) return {what, "write '\\\\' for a backslash, or use single quotes"};
  return {what, "check quotes, brackets and indentation here and on the line above"};
}

}  // namespace

std::optional<Node> parse_document(std::string_view text, Diagnostics& diagnostics) {
  diagnostics.set_text(text);
  SourceText source(text);
  if (!source.check(diagnostics)) return std::nullopt;

  TreeBuilder builder(source, diagnostics);
  try {
    std::istringstream input{std::string(source.text())};
    YAML::Parser parser(input);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const Abandoned&) {
    return std::nullopt;
  } catch (const YAML::Exception& error) {
    const Position at = error.mark.is_null() ? Position{} : source.position(error.mark.line, error.mark.column);
    SyntaxError explained = explain(error.msg, source, at);
    const Position shown = explained.at.line > 0 ? explained.at : at;
    diagnostics.add(shown, std::move(explained.what), std::move(explained.remedy));
    return std::nullopt;
  }

  std::optional<Node> root = builder.take_root();
  if (!root || root->kind == Node::Kind::null) {
    diagnostics.add({}, "the file holds no settings", "write 'key: value' lines");
    return std::nullopt;
  }
  if (root->kind != Node::Kind::map) {
    diagnostics.add(root->at, "the file is no map of settings", "write 'key: value' lines");
    return std::nullopt;
  }
  return root;
}

const Entry* find(const Node& map, std::string_view key) {
  const auto entry = std::ranges::find(map.entries, key, &Entry::key);
  return entry == map.entries.end() ? nullptr : &*entry;
}

}  // namespace dialerd::config
