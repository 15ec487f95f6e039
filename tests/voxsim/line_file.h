#pragma once

#include <string>

namespace dialerd::voxsim {

// A file that whole lines are appended to, as records for a test's judge. Lines are gathered in `pending` and handed to
// the operating system by flush(), so they outlive this process even if it is killed. A file that cannot be written
// ends the process, since a judge that forgets is worse than none. Not thread-safe.
class LineFile {
 public:
  // Writes nothing when `path` is empty. Throws std::system_error when the file cannot be opened; `what` names it.
  LineFile(const std::string& path, const std::string& what);
  ~LineFile();
  LineFile(const LineFile&) = delete;
  LineFile& operator=(const LineFile&) = delete;

  bool is_open() const { return file_ >= 0; }
  std::string& pending() { return pending_; }
  void flush();

 private:
  int file_ = -1;
  std::string what_;
  std::string pending_;
};

}  // namespace dialerd::voxsim
