#include <exception>
#include <iostream>

#include "tests/voxsim/command_line.h"
#include "tests/voxsim/server.h"

int main(int argc, char** argv) {
  const auto command_line = dialerd::voxsim::parse_command_line(argc, argv);
  if (command_line.exit_code) return *command_line.exit_code;
  try {
    dialerd::voxsim::Server server(command_line.options);
    std::cout << "voxsim listens on " << command_line.options.address << ':' << server.port() << std::endl;
    server.run_until_signal();
  } catch (const std::exception& error) {
    std::cerr << "voxsim: " << error.what() << '\n';
    return 1;
  }
  return 0;
}
