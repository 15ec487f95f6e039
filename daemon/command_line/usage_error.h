// What is wrong with a command line, in one line: the word that is wrong, and what was most likely meant.
#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

namespace dialerd::daemon::command_line {

// `words`: the arguments, without the program's name. `otherwise`: the parser's own words, for what is no misspelling.
//
//   unknown command 'stauts'; did you mean 'status'? `dialerd --help` lists them
std::string usage_error(const CLI::App& app, const std::vector<std::string>& words, std::string otherwise);

}  // namespace dialerd::daemon::command_line
