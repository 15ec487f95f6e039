#include "tests/voxsim/line_file.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

namespace dialerd::voxsim {

LineFile::LineFile(const std::string& path, const std::string& what) : what_(what) {
  if (path.empty()) return;
  file_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (file_ < 0) throw std::system_error(errno, std::generic_category(), "cannot open " + what + " " + path);
}

LineFile::~LineFile() {
  if (file_ < 0) return;
  flush();
  ::close(file_);
}

void LineFile::flush() {
  std::size_t written = 0;
  while (written < pending_.size()) {
    const ssize_t count = ::write(file_, pending_.data() + written, pending_.size() - written);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) {
      std::perror(("voxsim: cannot write the " + what_).c_str());
      std::abort();
    }
    written += static_cast<std::size_t>(count);
  }
  pending_.clear();
}

}  // namespace dialerd::voxsim
