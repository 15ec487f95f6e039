// A command line as plain data, read from the CLI::App tree that parses it: what the manual pages and the shells'
// completion are made from, so that neither can know a command or an option that the program does not have.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace dialerd::daemon::command_line {

// What a value names, which is what a shell may offer for it.
enum class ValueKind {
  none,       // a flag: it takes no value
  text,       // anything
  choice,     // one of `choices`
  file,       // CLI::Option::type_name("FILE")
  directory,  // CLI::Option::type_name("DIRECTORY")
  campaign,   // a configured campaign's name: an argument or option that is called `campaign`
  account,    // a configured account's name: `account`, the same way
};

struct Parameter {
  std::vector<std::string> names;  // "-h", "--help"; an argument has one, its own: "campaign"
  std::string description;
  std::string placeholder;  // FILE; empty for a flag
  std::string default_value;
  std::vector<std::string> choices;
  ValueKind kind = ValueKind::text;
  bool required = false;
  bool repeated = false;  // may be given several times
};

struct Command {
  std::vector<std::string> path;  // "suppress", "add"; empty for dialerd itself
  std::string description;
  std::string footer;
  std::vector<Parameter> options;
  std::vector<Parameter> arguments;
  std::vector<Command> subcommands;
};

// Without what is hidden: a subcommand or an option whose group is "".
Command shape_of(const CLI::App& app);

// Upper case, as placeholders are written: "dry-run" -> "DRY-RUN".
std::string upper(std::string word);
std::string join(const std::vector<std::string>& words, const std::string& between);

}  // namespace dialerd::daemon::command_line
