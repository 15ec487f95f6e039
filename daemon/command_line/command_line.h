// The command line: what `dialerd --help` shows, and which subcommand a set of arguments means.
#pragma once

#include "daemon/exit_code.h"

namespace dialerd::daemon {

// Parses, runs the subcommand, and returns the process's exit code. Usage errors are printed with what to do.
ExitCode run_command_line(int argc, char** argv);

}  // namespace dialerd::daemon
