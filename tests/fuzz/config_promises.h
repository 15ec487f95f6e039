// What loading a configuration promises, whatever the file holds.
#pragma once

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "promise.h"
#include <sys/mman.h>
#include <unistd.h>

#include "config/load.h"

namespace dialerd::fuzz {

// A regular file without a disk: the loaders take paths.
class MemoryFile {
 public:
  MemoryFile() : descriptor_(memfd_create("fuzz", 0)) {}
  ~MemoryFile() { ::close(descriptor_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  std::filesystem::path hold(std::string_view text) {
    promise(ftruncate(descriptor_, 0) == 0 &&
                pwrite(descriptor_, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size()),
            "the target can write its file");
    return "/proc/self/fd/" + std::to_string(descriptor_);
  }

 private:
  int descriptor_;
};

// A message is for one line of a terminal or a log.
inline bool is_one_line(std::string_view text) {
  return std::none_of(text.begin(), text.end(),
                      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

template <typename T>
void check_loaded(const config::Loaded<T>& loaded, std::string_view text) {
  promise(loaded.value.has_value() == loaded.diagnostics.empty(), "a value or a complaint, never both or neither");
  const auto lines = std::count(text.begin(), text.end(), '\n') + std::count(text.begin(), text.end(), '\r') + 2;
  for (const config::Diagnostic& diagnostic : loaded.diagnostics) {
    promise(diagnostic.line >= 0 && diagnostic.line <= lines, "a complaint's line is in the file");
    promise(diagnostic.column >= 0, "a complaint's column is none below 1");
    promise(!diagnostic.what.empty() && !diagnostic.remedy.empty(), "a complaint says what, and what to do");
    promise(is_one_line(config::to_string(diagnostic)), "a complaint is one line of printable text");
  }
  if (loaded.value) promise(loaded.value->source == text, "the source is kept as it was");
}

// Loads `text`; an accepted one must also be accepted with a comment behind it.
template <typename T>
std::optional<T> load_checked(config::Loaded<T> (*load)(const std::filesystem::path&), std::string_view text) {
  static MemoryFile file;
  auto loaded = load(file.hold(text));
  check_loaded(loaded, text);
  if (loaded.value) {
    promise(load(file.hold(std::string(text) + "\n# the end\n")).value.has_value(), "a comment changes nothing");
  }
  return std::move(loaded.value);
}

}  // namespace dialerd::fuzz
