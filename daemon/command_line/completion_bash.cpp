#include "daemon/command_line/completion.h"

namespace dialerd::daemon::command_line {
namespace {

// What the script offers for a value: words, or a sign of where they come from.
std::string offer(const Parameter& parameter) {
  switch (parameter.kind) {
    case ValueKind::choice:
      return "\"" + join(parameter.choices, " ") + "\"";
    case ValueKind::file:
      return "@file";
    case ValueKind::directory:
      return "@directory";
    case ValueKind::campaign:
      return "@campaigns";
    case ValueKind::account:
      return "@accounts";
    case ValueKind::text:
      return "@text";
    case ValueKind::none:
      break;
  }
  return "";
}

// The branch of `case` that says what one command takes, and those below it.
std::string branches(const Command& command) {
  std::vector<std::string> subcommands, options, values, arguments;
  for (const Command& below : command.subcommands) subcommands.push_back(below.path.back());
  for (const Parameter& option : command.options) {
    for (const std::string& name : option.names) {
      options.push_back(name);
      if (option.kind != ValueKind::none) values.push_back("[" + name + "]=" + offer(option));
    }
  }
  for (const Parameter& argument : command.arguments) arguments.push_back(offer(argument));
  const bool repeats = !command.arguments.empty() && command.arguments.back().repeated;

  std::string text = "    \"" + join(command.path, " ") + "\")\n";
  if (!subcommands.empty()) text += "      subcommands=(" + join(subcommands, " ") + ")\n";
  if (!options.empty()) text += "      options=(" + join(options, " ") + ")\n";
  if (!values.empty()) text += "      values=(" + join(values, " ") + ")\n";
  if (!arguments.empty()) text += "      arguments=(" + join(arguments, " ") + ")\n";
  if (repeats) text += "      repeats=yes\n";
  text += "      ;;\n";
  for (const Command& below : command.subcommands) text += branches(below);
  return text;
}

constexpr const char* kBefore = R"bash(# bash completion for dialerd; made by `dialerd completion bash`.

# What the command $1 ("suppress add"; empty: dialerd itself) takes. Sets the variables of _dialerd.
_dialerd_command() {
  subcommands=() options=() arguments=() repeats=no
  values=()
  case $1 in
)bash";

constexpr const char* kAfter = R"bash(  esac
}

# Completes $1, a value: words, or @ and where they come from.
_dialerd_offer() {
  local candidates=()
  case $1 in
    @text) return ;;
    @file | @directory)
      compopt -o filenames 2>/dev/null
      if [[ $1 == @file ]]; then mapfile -t COMPREPLY < <(compgen -f -- "$current"); fi
      if [[ $1 == @directory ]]; then mapfile -t COMPREPLY < <(compgen -d -- "$current"); fi
      return
      ;;
    @*) mapfile -t candidates < <("${COMP_WORDS[0]}" complete "${1#@}" "${config[@]}" 2>/dev/null) ;;
    *) read -r -a candidates <<<"$1" ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "${candidates[*]}" -- "$current")
}

_dialerd() {
  local current=${COMP_WORDS[COMP_CWORD]}
  local command='' option='' word i position=0
  local subcommands options arguments repeats config=()
  local -A values
  COMPREPLY=()
  _dialerd_command ''

  # What stands before the cursor: which command it is, and whether an option waits for its value. bash makes three words
  # of --option=value.
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    if [[ -n $option ]]; then
      [[ $word == '=' ]] && continue
      [[ $option == --config ]] && config=(--config "$word")
      option=''
    elif [[ $word == '=' ]]; then
      ((i++))
    elif [[ -n ${values[$word]-} ]]; then
      option=$word
    elif [[ $word == -* ]]; then
      continue
    elif [[ " ${subcommands[*]} " == *" $word "* ]]; then
      command=${command:+$command }$word
      _dialerd_command "$command"
    else
      ((position++))
    fi
  done
  [[ $current == '=' ]] && current=''

  if [[ -n $option ]]; then
    _dialerd_offer "${values[$option]}"
  elif [[ $current == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "${options[*]}" -- "$current")
  elif ((${#subcommands[@]} > 0)); then
    mapfile -t COMPREPLY < <(compgen -W "${subcommands[*]}" -- "$current")
  else
    if [[ $repeats == yes ]] && ((position >= ${#arguments[@]})); then position=$((${#arguments[@]} - 1)); fi
    if ((position < ${#arguments[@]})); then _dialerd_offer "${arguments[position]}"; fi
  fi
}

complete -F _dialerd dialerd
)bash";

}  // namespace

std::string bash_completion(const Command& program) { return kBefore + branches(program) + kAfter; }

}  // namespace dialerd::daemon::command_line
