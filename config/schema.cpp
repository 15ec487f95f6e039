#include "config/schema.h"

#include <algorithm>

#include "config/json_text.h"
#include "config/schema_descriptions.h"

namespace dialerd::config {
namespace {

using Members = std::vector<std::pair<std::string, std::string>>;

std::string array(std::span<const std::string> values) {
  std::string json = "[";
  for (const std::string& value : values) json += (json.size() == 1 ? "" : ", ") + json_text(value);
  return json + "]";
}

std::string array(std::span<const std::string_view> values) {
  const std::vector<std::string> copies(values.begin(), values.end());
  return array(std::span<const std::string>(copies));
}

std::string object(const Members& members, int indent) {
  const std::string blanks(static_cast<std::size_t>(indent) + 2, ' ');
  std::string json = "{";
  for (const auto& [key, value] : members) {
    json.append(json.size() == 1 ? "\n" : ",\n").append(blanks).append(json_text(key)).append(": ").append(value);
  }
  return json + (members.empty() ? "" : "\n" + blanks.substr(2)) + "}";
}

std::string whole(const Schema& schema, std::string_view title, std::string_view about) {
  std::string json = schema.json(0);
  const std::string head =
      "{\n  \"$schema\": \"http://json-schema.org/draft-07/schema#\",\n  \"title\": " + json_text(title) +
      ",\n  \"description\": " + json_text(about) + ",";
  return head + json.substr(1) + "\n";
}

}  // namespace

Schema::Schema(std::string path) : path_(std::move(path)), place_(std::make_unique<Node>()) {
  place_->kind = Node::Kind::described;
  place_->schema = this;
}

void Schema::text(std::string pattern) {
  types_ = R"(["string", "number", "boolean"])";
  pattern_ = std::move(pattern);
  facts_ = {{"minLength", "1"}};
}

void Schema::quoted_text(std::string pattern) {
  types_ = R"("string")";
  pattern_ = std::move(pattern);
  facts_.clear();
}

void Schema::integer(std::int64_t least, std::int64_t most) {
  types_ = R"("integer")";
  facts_ = {{"minimum", std::to_string(least)}, {"maximum", std::to_string(most)}};
}

void Schema::boolean() { types_ = R"("boolean")"; }

void Schema::unit(std::string pattern, std::string range) {
  types_ = R"("string")";
  pattern_ = std::move(pattern);
  range_ = std::move(range);
}

void Schema::words(std::span<const std::string_view> words) { facts_ = {{"enum", array(words)}}; }

Schema& Schema::list(std::size_t least, std::optional<std::size_t> most) {
  if (items_) return *items_;
  types_ = R"("array")";
  if (least > 0) facts_.emplace_back("minItems", std::to_string(least));
  if (most) facts_.emplace_back("maxItems", std::to_string(*most));
  items_ = std::make_unique<Schema>(path_);
  place_->items.push_back(items_->place());
  return *items_;
}

Schema& Schema::map_of(std::string_view key_pattern, std::span<const std::string_view> not_keys, std::size_t least) {
  if (values_) return *values_;
  types_ = R"("object")";
  if (least > 0) facts_.emplace_back("minProperties", std::to_string(least));
  std::string names;
  if (!key_pattern.empty()) names = "\"pattern\": " + json_text(key_pattern);
  if (!not_keys.empty()) {
    names += std::string(names.empty() ? "" : ", ") + "\"not\": {\"enum\": " + array(not_keys) + "}";
  }
  if (!names.empty()) facts_.emplace_back("propertyNames", "{" + names + "}");
  values_ = std::make_unique<Schema>(path_ + ".*");
  place_->entries.push_back({"*", {}, values_->place()});
  return *values_;
}

Schema& Schema::key(std::string_view key) {
  return this->key(key, path_ + (path_.empty() ? "" : ".") + std::string(key));
}

Schema& Schema::key_like_others(std::string_view key) { return this->key(key, path_ + ".*"); }

Schema& Schema::key(std::string_view key, std::string path) {
  close();
  const auto known = std::ranges::find(keys_, key, [](const auto& entry) -> const std::string& { return entry.first; });
  if (known != keys_.end()) return *known->second;
  Schema& schema = *keys_.emplace_back(std::string(key), std::make_unique<Schema>(std::move(path))).second;
  schema.is_key_ = true;
  return schema;
}

void Schema::require(std::string_view key) {
  if (std::ranges::find(required_, key) == required_.end()) required_.emplace_back(key);
}

bool Schema::requires_key(std::string_view key) const { return std::ranges::find(required_, key) != required_.end(); }

void Schema::close() {
  types_ = R"("object")";
  closed_ = true;
}

Schema& Schema::either() { return *alternatives_.emplace_back(std::make_unique<Schema>(path_)); }

std::string Schema::json(int indent) const {
  Members members;
  std::string description(is_key_ ? describe(path_) : "");
  if (!range_.empty()) description += (description.empty() ? "" : " ") + range_ + ".";
  if (!description.empty()) members.emplace_back("description", json_text(description));
  if (!types_.empty()) members.emplace_back("type", types_);
  if (!pattern_.empty()) members.emplace_back("pattern", json_text(pattern_));
  members.insert(members.end(), facts_.begin(), facts_.end());
  if (!default_.empty()) members.emplace_back("default", default_);
  if (!alternatives_.empty()) {
    std::string forms = "[";
    for (const auto& form : alternatives_) forms += (forms.size() == 1 ? "" : ", ") + form->json(indent + 2);
    members.emplace_back("anyOf", forms + "]");
  }
  if (items_) members.emplace_back("items", items_->json(indent + 2));
  if (values_) members.emplace_back("additionalProperties", values_->json(indent + 2));
  if (closed_) {
    Members properties;
    for (const auto& [name, schema] : keys_) properties.emplace_back(name, schema->json(indent + 4));
    if (!required_.empty()) members.emplace_back("required", array(std::span<const std::string>(required_)));
    members.emplace_back("properties", object(properties, indent + 2));
    members.emplace_back("additionalProperties", "false");
  }
  return object(members, indent);
}

std::string daemon_schema_text() {
  return whole(*daemon_schema(), "dialerd.yaml", "The daemon's own settings (docs/configuration.md).");
}

std::string campaign_schema_text() {
  return whole(*campaign_schema(), "dialerd campaign", "A calling campaign (docs/campaigns.md).");
}

}  // namespace dialerd::config
