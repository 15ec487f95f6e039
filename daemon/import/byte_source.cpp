#include "daemon/import/byte_source.h"

#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace dialerd::daemon::import {
namespace {

std::string last_error() { return std::system_category().message(errno); }

}  // namespace

FileSource::FileSource(const std::filesystem::path& path) : owned_(path != "-") {
  descriptor_ = owned_ ? ::open(path.c_str(), O_RDONLY | O_CLOEXEC) : STDIN_FILENO;
  if (descriptor_ < 0) {
    error_ = last_error();
    return;
  }
  struct stat status {};
  if (::fstat(descriptor_, &status) == 0 && S_ISREG(status.st_mode)) size_ = static_cast<std::uint64_t>(status.st_size);
}

FileSource::~FileSource() {
  if (owned_ && descriptor_ >= 0) ::close(descriptor_);
}

std::optional<std::size_t> FileSource::read(char* into, std::size_t size) {
  for (;;) {
    const ssize_t got = ::read(descriptor_, into, size);
    if (got >= 0) return static_cast<std::size_t>(got);
    if (errno == EINTR) continue;
    error_ = last_error();
    return std::nullopt;
  }
}

}  // namespace dialerd::daemon::import
