#include "tests/voxsim/files.h"

#include <cerrno>
#include <cstdio>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

namespace dialerd::voxsim {

namespace {
[[noreturn]] void fail(const std::string& path) {
  throw std::system_error(errno, std::generic_category(), "cannot write " + path);
}
}  // namespace

void write_file_atomically(const std::string& path, std::string_view content, bool owner_only) {
  const std::string temporary = path + ".new";
  const int file = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, owner_only ? 0600 : 0644);
  if (file < 0) fail(temporary);
  const ssize_t written = ::write(file, content.data(), content.size());
  if (::close(file) != 0 || written != static_cast<ssize_t>(content.size())) fail(temporary);
  if (std::rename(temporary.c_str(), path.c_str()) != 0) fail(path);
}

}  // namespace dialerd::voxsim
