#include "tests/support/private_postgres.h"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <stdexcept>

namespace dialerd::test {
namespace {

const std::string script = PRIVATE_POSTGRES;

std::filesystem::path new_directory() {
  std::string name = std::filesystem::temp_directory_path() / "dialerd-postgres-XXXXXX";
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
  // The server may have to run as another user, who must reach it (mkdtemp makes it 0700).
  std::filesystem::permissions(name, std::filesystem::perms{0755});
  return name;
}

std::string output_of(const std::string& command) {
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe{popen(command.c_str(), "r"), pclose};
  if (!pipe) throw std::runtime_error("cannot run " + command);
  std::string output;
  std::array<char, 256> buffer{};
  while (fgets(buffer.data(), static_cast<int>(buffer.size()), pipe.get()) != nullptr) output += buffer.data();
  while (output.ends_with('\n')) output.pop_back();
  return output;
}

}  // namespace

PrivatePostgres::PrivatePostgres()
    : directory_(new_directory()), conninfo_(output_of(script + " conninfo " + directory_.string())) {
  start();
}

PrivatePostgres::~PrivatePostgres() {
  try {
    crash();
  } catch (const std::exception&) {
    // Nothing to be done in a destructor; the directory goes all the same.
  }
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

void PrivatePostgres::control(const std::string& arguments) const {
  if (std::system((script + " " + arguments).c_str()) != 0) throw std::runtime_error("private-postgres " + arguments);
}

void PrivatePostgres::start() { control("start " + directory_.string() + " --small --no-fsync"); }

void PrivatePostgres::stop() { control("stop " + directory_.string()); }

void PrivatePostgres::crash() { control("stop " + directory_.string() + " --immediate"); }

}  // namespace dialerd::test
