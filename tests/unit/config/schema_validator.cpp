#include "schema_validator.h"

#include <regex>
#include <set>
#include <stdexcept>

namespace dialerd::config {
namespace {

std::string type_of(const YAML::Node& node) {
  if (node.IsMap()) return "object";
  if (node.IsSequence()) return "array";
  if (node.IsNull()) return "null";
  if (node.Tag() == "!") return "string";
  const std::string text = node.Scalar();
  static const std::regex null("null|Null|NULL|~|");
  static const std::regex boolean("true|True|TRUE|false|False|FALSE");
  static const std::regex integer("[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+");
  static const std::regex number(
      R"([-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))");
  if (std::regex_match(text, null)) return "null";
  if (std::regex_match(text, boolean)) return "boolean";
  if (std::regex_match(text, integer)) return "integer";
  return std::regex_match(text, number) ? "number" : "string";
}

class Validator {
 public:
  std::vector<std::string> problems;

  void check(const YAML::Node& schema, const YAML::Node& value, const std::string& path) {
    if (schema.IsScalar()) {
      if (schema.Scalar() == "false") problems.push_back(path + ": not allowed");
      return;
    }
    for (const auto& keyword : schema) check(keyword.first.Scalar(), keyword.second, schema, value, path);
  }

 private:
  void check(const std::string& keyword, const YAML::Node& wanted, const YAML::Node& schema, const YAML::Node& value,
             const std::string& path) {
    static const std::set<std::string> annotations = {"$schema", "title", "description", "default", "required"};
    const std::string type = type_of(value);
    const auto fail = [&](const std::string& why) { problems.push_back(path + ": " + why); };
    if (keyword == "type") {
      if (!has_type(wanted, type)) fail("is " + type);
    } else if (keyword == "enum") {
      if (type != "string" || !contains(wanted, value.Scalar())) fail("is none of the words");
    } else if (keyword == "pattern") {
      if (type == "string" && !std::regex_search(value.Scalar(), std::regex(wanted.Scalar()))) fail("has another form");
    } else if (keyword == "minLength") {
      if (type == "string" && value.Scalar().size() < wanted.as<std::size_t>()) fail("is too short");
    } else if (keyword == "minimum" || keyword == "maximum") {
      if (type != "integer" && type != "number") return;
      const bool good =
          keyword == "minimum" ? value.as<double>() >= wanted.as<double>() : value.as<double>() <= wanted.as<double>();
      if (!good) fail("is out of range");
    } else if (keyword == "minItems") {
      if (type == "array" && value.size() < wanted.as<std::size_t>()) fail("has too few items");
    } else if (keyword == "maxItems") {
      if (type == "array" && value.size() > wanted.as<std::size_t>()) fail("has too many items");
    } else if (keyword == "minProperties") {
      if (type == "object" && value.size() < wanted.as<std::size_t>()) fail("has too few keys");
    } else if (keyword == "items") {
      for (std::size_t i = 0; type == "array" && i < value.size(); ++i) {
        check(wanted, value[i], path + "[" + std::to_string(i) + "]");
      }
    } else if (keyword == "anyOf") {
      check_forms(wanted, value, path);
    } else if (keyword == "not") {
      Validator inner;
      inner.check(wanted, value, path);
      if (inner.problems.empty()) fail("is forbidden");
    } else if (keyword == "propertyNames") {
      for (const auto& entry : entries(value)) check(wanted, quoted(entry.first), path + " key " + entry.first);
    } else if (keyword == "properties") {
      check_properties(wanted, schema, value, path);
    } else if (keyword == "additionalProperties") {
      const YAML::Node known = schema["properties"];
      for (const auto& [key, entry] : entries(value)) {
        if (!known || !known[key]) check(wanted, entry, path + "." + key);
      }
    } else if (!annotations.contains(keyword)) {
      throw std::logic_error("a keyword that this validator does not know: " + keyword);
    }
  }

  void check_properties(const YAML::Node& properties, const YAML::Node& schema, const YAML::Node& value,
                        const std::string& path) {
    for (const auto& [key, entry] : entries(value)) {
      if (properties[key]) check(properties[key], entry, path + "." + key);
    }
    if (!value.IsMap() || !schema["required"]) return;
    for (const auto& key : schema["required"]) {
      if (!value[key.Scalar()]) problems.push_back(path + ": lacks " + key.Scalar());
    }
  }

  void check_forms(const YAML::Node& forms, const YAML::Node& value, const std::string& path) {
    std::string why;
    for (const auto& form : forms) {
      Validator inner;
      inner.check(form, value, path);
      if (inner.problems.empty()) return;
      for (const std::string& problem : inner.problems) why += " (" + problem + ")";
    }
    problems.push_back(path + ": has none of its forms:" + why);
  }

  static std::vector<std::pair<std::string, YAML::Node>> entries(const YAML::Node& value) {
    std::vector<std::pair<std::string, YAML::Node>> all;
    if (!value.IsMap()) return all;
    for (const auto& entry : value) all.emplace_back(entry.first.Scalar(), entry.second);
    return all;
  }

  static YAML::Node quoted(const std::string& text) {
    YAML::Node node(text);
    node.SetTag("!");
    return node;
  }

  static bool contains(const YAML::Node& list, const std::string& word) {
    for (const auto& item : list) {
      if (item.Scalar() == word) return true;
    }
    return false;
  }

  static bool has_type(const YAML::Node& wanted, const std::string& type) {
    const auto is = [&](const std::string& one) { return one == type || (one == "number" && type == "integer"); };
    if (wanted.IsScalar()) return is(wanted.Scalar());
    for (const auto& one : wanted) {
      if (is(one.Scalar())) return true;
    }
    return false;
  }
};

}  // namespace

std::vector<std::string> schema_problems(const YAML::Node& schema, const YAML::Node& document) {
  Validator validator;
  validator.check(schema, document, "");
  return std::move(validator.problems);
}

}  // namespace dialerd::config
