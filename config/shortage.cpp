#include "config/shortage.h"

#include <cerrno>
#include <iterator>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

namespace dialerd::config {

void throw_on_shortage(const std::error_code& error, const std::filesystem::path& file) {
  if (error == std::errc::too_many_files_open || error == std::errc::too_many_files_open_in_system ||
      error == std::errc::not_enough_memory) {
    throw std::system_error(error, "cannot read " + file.string() + " for now");
  }
}

void require_descriptors(int count, const std::filesystem::path& folder) {
  std::vector<int> opened;
  std::error_code error;
  while (!error && std::ssize(opened) < count) {
    const int descriptor = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) {
      error = {errno, std::generic_category()};
    } else {
      opened.push_back(descriptor);
    }
  }
  for (const int descriptor : opened) ::close(descriptor);
  throw_on_shortage(error, folder);
}

}  // namespace dialerd::config
