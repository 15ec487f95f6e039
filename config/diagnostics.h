// Collects what is wrong with one file, so that everything is reported at once.
#pragma once

#include <compare>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "config/load.h"

namespace dialerd::config {

// A place in a file's text. Both from 1, the column in characters; {0, 0} means the file as a whole.
struct Position {
  int line = 0;
  int column = 0;

  friend auto operator<=>(const Position&, const Position&) = default;
};

// Not thread-safe; lives as long as one load.
class Diagnostics {
 public:
  explicit Diagnostics(std::filesystem::path file) : file_(std::move(file)) {}

  void add(Position at, std::string what, std::string remedy);
  // What is wrong with a file that this one includes: told after this one's own.
  void append(std::vector<Diagnostic> of_included_file);
  bool empty() const { return diagnostics_.empty() && included_.empty(); }
  const std::filesystem::path& file() const { return file_; }

  // In the order of the file, then those of included files.
  std::vector<Diagnostic> take();

 private:
  std::filesystem::path file_;
  std::vector<Diagnostic> diagnostics_;
  std::vector<Diagnostic> included_;
};

// `text` in single quotes for a message: cut after 60 characters, control characters replaced, so that a message stays
// one line whatever the file holds.
std::string quote(std::string_view text);

}  // namespace dialerd::config
