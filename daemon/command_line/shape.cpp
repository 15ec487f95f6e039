#include "daemon/command_line/shape.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>
#include <utility>

#include <CLI/CLI.hpp>

namespace dialerd::daemon::command_line {
namespace {

// CLI11 keeps the values of CLI::IsMember nowhere but in the type's name: "TEXT:{placed,not-placed}".
std::vector<std::string> choices_of(const std::string& type_name) {
  auto begin = type_name.find('{');
  auto end = type_name.find('}', begin == std::string::npos ? 0 : begin);
  if (begin == std::string::npos || end == std::string::npos) return {};
  std::vector<std::string> choices;
  std::string list = type_name.substr(begin + 1, end - begin - 1);
  for (std::size_t from = 0; from <= list.size();) {
    auto comma = std::min(list.find(',', from), list.size());
    std::string choice = list.substr(from, comma - from);
    choices.push_back(choice.substr(0, choice.find("->")));  // of a CLI::Transformer: "fast->1"
    from = comma + 1;
  }
  return choices;
}

std::string bare(const std::string& name) { return name.substr(std::min(name.find_first_not_of('-'), name.size())); }

ValueKind kind_of(const std::string& type, const std::string& name, const std::vector<std::string>& choices) {
  if (!choices.empty()) return ValueKind::choice;
  if (type == "FILE") return ValueKind::file;
  if (type == "DIRECTORY") return ValueKind::directory;
  if (name == "campaign") return ValueKind::campaign;
  if (name == "account") return ValueKind::account;
  return ValueKind::text;
}

std::string placeholder_of(const std::string& type, const std::string& name) {
  constexpr std::array<std::string_view, 5> numbers{"INT", "UINT", "FLOAT", "NUMBER", "BOOLEAN"};
  if (std::ranges::find(numbers, type) != numbers.end()) return "N";
  if (type != "TEXT" && !type.empty()) return type;
  return upper(name.substr(name.rfind('-') + 1));  // --answer-rate RATE
}

Parameter parameter_of(const CLI::Option& option) {
  Parameter parameter;
  if (option.get_positional()) {
    parameter.names = {option.get_name(true)};
  } else {
    for (const std::string& name : option.get_snames()) parameter.names.push_back("-" + name);
    for (const std::string& name : option.get_lnames()) parameter.names.push_back("--" + name);
  }
  parameter.description = option.get_description();
  parameter.default_value = option.get_default_str();
  parameter.required = option.get_required();
  parameter.repeated = option.get_items_expected_max() > 1;
  if (option.get_type_size() == 0 || option.get_items_expected_max() == 0) {
    parameter.kind = ValueKind::none;
    return parameter;
  }
  const std::string full_type = option.get_type_name();
  const std::string type = full_type.substr(0, full_type.find(':'));
  const std::string name = bare(parameter.names.back());
  parameter.choices = choices_of(full_type);
  parameter.kind = kind_of(type, name, parameter.choices);
  parameter.placeholder = option.get_positional() ? upper(name) : placeholder_of(type, name);
  return parameter;
}

Command command_of(const CLI::App& app, std::vector<std::string> path) {
  Command command;
  command.path = path;
  command.description = app.get_description();
  command.footer = app.get_footer();
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_group().empty()) continue;
    (option->get_positional() ? command.arguments : command.options).push_back(parameter_of(*option));
  }
  for (const CLI::App* below : app.get_subcommands([](const CLI::App* any) { return !any->get_group().empty(); })) {
    path.push_back(below->get_name());
    command.subcommands.push_back(command_of(*below, path));
    path.pop_back();
  }
  return command;
}

}  // namespace

std::string upper(std::string word) {
  std::ranges::transform(word, word.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return word;
}

std::string join(const std::vector<std::string>& words, const std::string& between) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : between) + word;
  return text;
}

Command shape_of(const CLI::App& app) { return command_of(app, {}); }

}  // namespace dialerd::daemon::command_line
