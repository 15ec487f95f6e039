#include "config/file_text.h"

#include <array>
#include <cerrno>
#include <fstream>
#include <system_error>

#include "config/shortage.h"

namespace dialerd::config {
namespace {

constexpr std::size_t largest = 1024 * 1024;

}  // namespace

std::optional<std::string> read_file_text(Diagnostics& diagnostics) {
  std::error_code error;
  const auto status = std::filesystem::status(diagnostics.file(), error);
  if (status.type() == std::filesystem::file_type::not_found) {
    diagnostics.add({}, "the file does not exist", "check the path");
    return std::nullopt;
  }
  if (error) {
    diagnostics.add({}, "the file cannot be read: " + error.message(), "check the path and its permissions");
    return std::nullopt;
  }
  if (!std::filesystem::is_regular_file(status)) {
    diagnostics.add({}, "not a regular file", "give the path of a YAML file");
    return std::nullopt;
  }
  std::ifstream input(diagnostics.file(), std::ios::binary);
  if (!input) {
    const std::error_code why(errno, std::generic_category());
    throw_on_shortage(why, diagnostics.file());
    diagnostics.add({}, "the file cannot be read: " + why.message(), "check its permissions");
    return std::nullopt;
  }
  std::string text;
  std::array<char, 16 * 1024> piece;
  while (text.size() <= largest && input) {
    input.read(piece.data(), static_cast<std::streamsize>(piece.size()));
    text.append(piece.data(), static_cast<std::size_t>(input.gcount()));
  }
  if (input.bad()) {
    diagnostics.add({}, "the file could not be read to its end", "check the disk");
    return std::nullopt;
  }
  if (text.size() > largest) {
    diagnostics.add({}, "the file is larger than 1 MiB", "check that it is the right file; settings are smaller");
    return std::nullopt;
  }
  return text;
}

}  // namespace dialerd::config
