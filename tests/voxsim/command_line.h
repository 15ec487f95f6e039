#pragma once

#include <optional>

#include "tests/voxsim/options.h"

namespace dialerd::voxsim {

// The options of one run, or, when there is nothing to run (--help, a mistake), the exit code of the process. What has
// to be said then has been printed.
struct CommandLine {
  Options options;
  std::optional<int> exit_code;
};

CommandLine parse_command_line(int argc, const char* const* argv);

}  // namespace dialerd::voxsim
