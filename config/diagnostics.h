// Collects what is wrong with one file, so that everything is reported at once.
#pragma once

#include <compare>
#include <filesystem>
#include <map>
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

  void add(Position at, std::string what, std::string remedy, Severity severity = Severity::error);
  // The file's text, from which messages show the line that they are about. Until it is given they show none.
  void set_text(std::string_view text) { text_ = text; }
  // What stands there, to the end of the line, is or may be a secret: no message may show it.
  void conceal(Position at);
  // What is wrong with a file that this one includes: told after this one's own.
  void append(std::vector<Diagnostic> of_included_file);
  bool empty() const { return diagnostics_.empty() && included_.empty(); }
  const std::filesystem::path& file() const { return file_; }

  // In the order of the file, then those of included files.
  std::vector<Diagnostic> take();

 private:
  void show_sources();

  std::filesystem::path file_;
  std::string text_;
  std::map<int, int> concealed_;  // the first such column of a line
  std::vector<Diagnostic> diagnostics_;
  std::vector<Diagnostic> included_;
};

// `text` in single quotes for a message: cut after 60 characters, control characters replaced, so that a message stays
// one line whatever the file holds.
std::string quote(std::string_view text);

}  // namespace dialerd::config
