#include "daemon/command_line/completion.h"

namespace dialerd::daemon::command_line {
namespace {

// Text inside a single-quoted specification of _arguments or _describe, where ':', '[' and ']' have meanings.
std::string escaped(const std::string& text) {
  std::string out;
  for (char c : text) {
    if (c == '\'') {
      out += "'\\''";
    } else {
      if (c == ':' || c == '[' || c == ']' || c == '\\') out += '\\';
      out += c;
    }
  }
  return out;
}

// ":message:action" of a value. The space before a function of ours keeps _arguments from adding options of compadd to
// its arguments.
std::string value(const Parameter& parameter) {
  const std::string message = ":" + escaped(parameter.placeholder) + ":";
  switch (parameter.kind) {
    case ValueKind::choice:
      return message + "(" + join(parameter.choices, " ") + ")";
    case ValueKind::file:
      return message + "_files";
    case ValueKind::directory:
      return message + "_files -/";
    case ValueKind::campaign:
      return message + " __dialerd_names campaigns";
    case ValueKind::account:
      return message + " __dialerd_names accounts";
    case ValueKind::text:
      return message + "()";  // nothing to offer; a bare message would keep a lone option from being inserted
    case ValueKind::none:
      break;
  }
  return "";
}

std::string option_lines(const Command& command) {
  std::string text;
  for (const Parameter& option : command.options) {
    std::vector<std::string> others;
    for (const std::string& name : option.names) others.push_back(name);
    for (const std::string& name : option.names) {
      const std::string before = option.repeated ? "*" : "(" + join(others, " ") + ")";
      text += " \\\n    '" + before + name + (option.kind == ValueKind::none ? "[" : "=[") +
              escaped(option.description) + "]" + value(option) + "'";
    }
  }
  return text;
}

std::string function_name(const Command& command) {
  return command.path.empty() ? "_dialerd" : "_dialerd_" + join(command.path, "_");
}

std::string function_of(const Command& command);

std::string functions_below(const Command& command) {
  std::string text;
  for (const Command& below : command.subcommands) text += function_of(below);
  return text;
}

// A function that completes the arguments of a command.
std::string leaf(const Command& command) {
  std::string text = function_name(command) + "() {\n  _arguments -s -S" + option_lines(command);
  for (std::size_t i = 0; i < command.arguments.size(); ++i) {
    const Parameter& argument = command.arguments[i];
    const std::string place = argument.repeated ? "*" : std::to_string(i + 1);
    const std::string optional = argument.required || argument.repeated ? "" : ":";
    text += " \\\n    '" + place + optional + value(argument) + "'";
  }
  return text + "\n}\n\n";
}

// A function that completes the name of a subcommand and leaves the rest to that one's function.
std::string branch(const Command& command) {
  std::string text = function_name(command) +
                     "() {\n  local -a commands\n  local curcontext=$curcontext state line\n"
                     "  commands=(\n";
  for (const Command& below : command.subcommands) {
    text += "    '" + below.path.back() + ":" + escaped(below.description) + "'\n";
  }
  text += "  )\n  _arguments -C -S" + option_lines(command) +
          " \\\n    '1:command:->command' \\\n    '*::argument:->argument' && return\n"
          "  case $state in\n    command) _describe command commands ;;\n    argument)\n      case $words[1] in\n";
  for (const Command& below : command.subcommands) {
    text += "        " + below.path.back() + ") " + function_name(below) + " ;;\n";
  }
  return text + "      esac\n      ;;\n  esac\n}\n\n" + functions_below(command);
}

std::string function_of(const Command& command) {
  return command.subcommands.empty() ? leaf(command) : branch(command);
}

constexpr const char* kBefore = R"zsh(#compdef dialerd
# zsh completion for dialerd; made by `dialerd completion zsh`.

# The names of the configured campaigns or accounts.
__dialerd_names() {
  local -a names config
  [[ -n ${opt_args[--config]} ]] && config=(--config ${opt_args[--config]})
  names=(${(f)"$(_call_program $1 dialerd complete $1 $config 2>/dev/null)"})
  compadd -a names
}

)zsh";

constexpr const char* kAfter = R"zsh(_dialerd "$@"
)zsh";

}  // namespace

std::string zsh_completion(const Command& program) { return kBefore + function_of(program) + kAfter; }

}  // namespace dialerd::daemon::command_line
