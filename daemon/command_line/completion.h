// Completion scripts for shells: commands, options, the values that an option knows, files, and the names of the
// configured campaigns and accounts, which the script asks `dialerd complete` for.
#pragma once

#include <string>

#include "daemon/command_line/shape.h"

namespace dialerd::daemon::command_line {

std::string bash_completion(const Command& program);
std::string zsh_completion(const Command& program);

}  // namespace dialerd::daemon::command_line
