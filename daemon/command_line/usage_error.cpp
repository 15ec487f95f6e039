#include "daemon/command_line/usage_error.h"

#include <cctype>
#include <string_view>

#include "config/diagnostics.h"
#include "config/suggestion.h"

namespace dialerd::daemon::command_line {
namespace {

const CLI::App* find_command(const CLI::App& app, const std::string& name) {
  const CLI::App* found = nullptr;
  for (const CLI::App* below : app.get_subcommands([&](const CLI::App* any) { return any->get_name() == name; })) {
    found = below;
  }
  return found;
}

std::vector<std::string> commands_of(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* below : app.get_subcommands([](const CLI::App* any) { return !any->get_group().empty(); })) {
    names.push_back(below->get_name());
  }
  return names;
}

std::vector<std::string> options_of(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

// "; did you mean 'status'? ", or "; "
std::string meant(const std::string& word, const std::vector<std::string>& names) {
  const std::vector<std::string_view> candidates(names.begin(), names.end());
  const auto near = config::nearest(word, candidates);
  return near ? "; did you mean '" + std::string(*near) + "'? " : "; ";
}

std::string unknown(const char* kind, const std::string& word, const std::vector<std::string>& names,
                    const std::string& command) {
  return std::string("unknown ") + kind + " " + config::quote(word) + meant(word, names) + "`" + command +
         " --help` lists them";
}

}  // namespace

std::string usage_error(const CLI::App& app, const std::vector<std::string>& words, std::string otherwise) {
  const CLI::App* command = &app;
  std::string path = "dialerd";
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (word == "--") break;
    if (word.size() > 1 && word.front() == '-') {
      const std::string name = word.substr(0, word.find('='));
      const CLI::Option* option = command->get_option_no_throw(name);
      const bool is_long = word.starts_with("--");
      if (option == nullptr && is_long) return unknown("option", name, options_of(*command), path);
      if (option != nullptr && option->get_items_expected_min() > 0 && name == word) ++i;  // its value
    } else if (const CLI::App* below = find_command(*command, word)) {
      command = below;
      path += " " + word;
    } else if (const auto names = commands_of(*command); !names.empty()) {
      return unknown("command", word, names, path);
    }
  }
  if (!commands_of(*command).empty()) return "a command is missing; `" + path + " --help` lists them";
  for (std::size_t line = 0; (line = otherwise.find('\n')) != std::string::npos;) otherwise[line] = ' ';
  if (otherwise.starts_with("The following")) otherwise[0] = 't';
  return otherwise + "; `" + path + " --help` shows its arguments and options";
}

}  // namespace dialerd::daemon::command_line
