#pragma once

#include <string>
#include <string_view>

namespace dialerd::voxsim {

// Writes a file under a temporary name beside it and renames it, so that a reader sees all of it or none.
// Throws std::system_error. `owner_only` is for keys.
void write_file_atomically(const std::string& path, std::string_view content, bool owner_only = false);

}  // namespace dialerd::voxsim
