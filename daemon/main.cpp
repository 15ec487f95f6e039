#include "daemon/command_line/command_line.h"

int main(int argc, char** argv) { return static_cast<int>(dialerd::daemon::run_command_line(argc, argv)); }
