#include "config/shortage.h"

namespace dialerd::config {

void throw_on_shortage(const std::error_code& error, const std::filesystem::path& file) {
  if (error == std::errc::too_many_files_open || error == std::errc::too_many_files_open_in_system ||
      error == std::errc::not_enough_memory) {
    throw std::system_error(error, "cannot read " + file.string() + " for now");
  }
}

}  // namespace dialerd::config
