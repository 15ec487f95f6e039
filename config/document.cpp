#include "config/document.h"

#include <algorithm>
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
    // yaml-cpp gives an absent value the place of whatever comes next.
    if (value.kind == Node::Kind::null) value.at = key.at;
    if (key.kind == Node::Kind::scalar) {
      map.node.entries.push_back({key.text, key.at, std::move(value)});
    } else if (key.kind != Node::Kind::refused) {
      diagnostics_.add(key.at, "a key that is not text",
                       "write 'key: value', the key in quotes if it has special characters");
    }
  }

  SourceText& source_;
  Diagnostics& diagnostics_;
  bool started_ = false;
  std::vector<Open> open_;
  std::optional<Node> root_;
};

std::string syntax_remedy(std::string_view message) {
  if (message.find("tab") != std::string_view::npos) return "indent with spaces, not tabs";
  if (message.find("unknown token") != std::string_view::npos) return "put the text in quotes";
  if (message.find("escape") != std::string_view::npos) return "write '\\\\' for a backslash, or use single quotes";
  return "check quotes, brackets and indentation here and on the line above";
}

}  // namespace

std::optional<Node> parse_document(std::string_view text, Diagnostics& diagnostics) {
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
    diagnostics.add(at, "not valid YAML: " + error.msg, syntax_remedy(error.msg));
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
